import type { MenuCommand } from '../../preload/contract/app.ts';
import type { ConversationSummary } from '../../preload/contract/conversations.ts';
import { withoutPageLinks } from '../../preload/contract/page-link-text.ts';
import { endingOf } from '../lib/endings.ts';
import { copyText } from '../stores/copy-text.ts';
import type { Stores } from '../stores/stores.ts';
import {
  deleteConversation,
  openQuickWindow,
  showComposer,
  showConversation,
  showFirstScreen,
  showInList,
  showMap,
  showModels,
  showSearch,
  showSettings,
  showTemporaryScreen,
  showTrash,
  toggleSidebar,
} from './navigation.ts';

/** What each command of the application menu does in this window. */
export function createCommands(stores: Stores): Record<MenuCommand, () => void> {
  const { conversations, exchange, layout, temporary, transcript } = stores;

  function step(direction: 1 | -1): void {
    const next = conversations.neighbour(transcript.wantedId, direction);
    if (next !== null) showConversation(stores, next.id);
  }

  /** What acts on the conversation does so while it is on the page, not behind another page. */
  const isOnPage = (): boolean => layout.page === 'transcript';

  /** The conversation on the page, when it has a place in the list. */
  function organisable(): ConversationSummary | null {
    const { conversation } = transcript;
    return conversation === null || conversation.isTemporary || !isOnPage() ? null : conversation;
  }

  return {
    'new-conversation': () => {
      showFirstScreen(stores);
    },
    'new-temporary-conversation': () => {
      showTemporaryScreen(stores);
    },
    'rename-conversation': () => {
      // A temporary conversation is not in the list, where names are changed.
      if (temporary.isOn) return;
      if (transcript.wantedId === null || !isOnPage()) return;
      showInList(stores, transcript.wantedId);
      layout.renamingId = transcript.wantedId;
    },
    'pin-conversation': () => {
      const conversation = organisable();
      if (conversation !== null) void conversations.organise([conversation.id], { isPinned: !conversation.isPinned });
    },
    'archive-conversation': () => {
      const conversation = organisable();
      if (conversation !== null) void conversations.archive([conversation.id], !conversation.isArchived);
    },
    'export-conversation': () => {
      if (transcript.wantedId !== null && isOnPage()) void exchange.export([transcript.wantedId]);
    },
    'print-conversation': () => {
      if (transcript.wantedId !== null && isOnPage()) void exchange.print(transcript.wantedId);
    },
    'copy-conversation': () => {
      if (transcript.wantedId !== null && isOnPage()) void exchange.copy('conversation', transcript.wantedId);
    },
    'delete-conversation': () => {
      if (transcript.wantedId !== null && isOnPage()) void deleteConversation(stores, transcript.wantedId);
    },
    'show-map': () => {
      if (isOnPage()) showMap(stores);
    },
    'toggle-sidebar': () => {
      void toggleSidebar(stores);
    },
    'focus-composer': () => {
      showComposer(stores);
    },
    'previous-conversation': () => {
      step(-1);
    },
    'next-conversation': () => {
      step(1);
    },
    'retry-answer': () => {
      if (transcript.newestAnswer !== null && isOnPage()) void transcript.retry(transcript.newestAnswer.id);
    },
    'continue-answer': () => {
      const answer = transcript.newestAnswer;
      if (answer !== null && isOnPage() && endingOf(answer.message).canContinue) void transcript.continue(answer.id);
    },
    'copy-answer': () => {
      const answer = transcript.newestAnswer;
      if (answer !== null && isOnPage() && answer.text !== '') void copyText(stores, withoutPageLinks(answer.text));
    },
    find: () => {
      showSearch(stores);
    },
    'show-models': () => {
      showModels(stores);
    },
    'show-trash': () => {
      showTrash(stores);
    },
    'show-settings': () => {
      showSettings(stores);
    },
    'show-palette': () => {
      layout.dialog = layout.dialog === 'palette' ? null : 'palette';
    },
    'quick-ask': () => {
      void openQuickWindow(stores);
    },
    'show-shortcuts': () => {
      layout.dialog = 'shortcuts';
    },
    'show-about': () => {
      showSettings(stores, 'about');
    },
  };
}
