import type { MenuCommand } from '../../preload/contract/app.ts';
import { endingOf } from '../lib/endings.ts';
import type { Stores } from '../stores/stores.ts';
import { copyText, deleteConversation, showConversation, showFirstScreen, toggleSidebar } from './navigation.ts';

/** What each command of the application menu does in this window. */
export function createCommands(stores: Stores): Record<MenuCommand, () => void> {
  const { conversations, layout, model, transcript } = stores;

  function step(direction: 1 | -1): void {
    const next = conversations.neighbour(transcript.wantedId, direction);
    if (next !== null) showConversation(stores, next.id);
  }

  return {
    'new-conversation': () => {
      showFirstScreen(stores);
    },
    'rename-conversation': () => {
      if (transcript.wantedId === null) return;
      layout.showSidebar();
      layout.renamingId = transcript.wantedId;
    },
    'delete-conversation': () => {
      if (transcript.wantedId !== null) void deleteConversation(stores, transcript.wantedId);
    },
    'toggle-sidebar': () => {
      void toggleSidebar(stores);
    },
    'focus-composer': () => {
      layout.focusComposer();
    },
    'previous-conversation': () => {
      step(-1);
    },
    'next-conversation': () => {
      step(1);
    },
    'retry-answer': () => {
      if (transcript.newestAnswer !== null) void transcript.retry(transcript.newestAnswer.id);
    },
    'continue-answer': () => {
      const answer = transcript.newestAnswer;
      if (answer !== null && endingOf(answer.message).canContinue) void transcript.continue(answer.id);
    },
    'copy-answer': () => {
      const answer = transcript.newestAnswer;
      if (answer !== null && answer.text !== '') void copyText(stores, answer.text);
    },
    'choose-model': () => {
      void model.chooseFile();
    },
    'show-shortcuts': () => {
      layout.dialog = 'shortcuts';
    },
    'show-about': () => {
      layout.dialog = 'about';
    },
  };
}
