import type { MenuCommand } from '../../preload/contract/app.ts';
import { endingOf } from '../lib/endings.ts';
import { copyText } from '../stores/copy-text.ts';
import type { Stores } from '../stores/stores.ts';
import {
  deleteConversation,
  openQuickWindow,
  showComposer,
  showConversation,
  showFirstScreen,
  showModels,
  showSettings,
  toggleSidebar,
} from './navigation.ts';

/** What each command of the application menu does in this window. */
export function createCommands(stores: Stores): Record<MenuCommand, () => void> {
  const { conversations, exchange, layout, transcript } = stores;

  function step(direction: 1 | -1): void {
    const next = conversations.neighbour(transcript.wantedId, direction);
    if (next !== null) showConversation(stores, next.id);
  }

  /** What acts on the conversation does so while it is on the page, not behind another page. */
  const isOnPage = (): boolean => layout.page === 'transcript';

  return {
    'new-conversation': () => {
      showFirstScreen(stores);
    },
    'rename-conversation': () => {
      if (transcript.wantedId === null || !isOnPage()) return;
      layout.showSidebar();
      layout.renamingId = transcript.wantedId;
    },
    'export-conversation': () => {
      if (transcript.wantedId !== null && isOnPage()) void exchange.export([transcript.wantedId]);
    },
    'delete-conversation': () => {
      if (transcript.wantedId !== null && isOnPage()) void deleteConversation(stores, transcript.wantedId);
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
      if (answer !== null && isOnPage() && answer.text !== '') void copyText(stores, answer.text);
    },
    'show-models': () => {
      showModels(stores);
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
