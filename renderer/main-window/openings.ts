import type { AppOpening } from '../../preload/contract/app.ts';
import type { Stores } from '../stores/stores.ts';
import { openPage, showComposer, showConversation, showFirstScreen, showMessage } from './navigation.ts';

/** Shows what was asked for from outside this window: a tray entry, a notification, a link, the quick window. */
export function openFromOutside(stores: Stores, opening: AppOpening): void {
  switch (opening.kind) {
    case 'conversation':
      if (opening.messageId === null) {
        showConversation(stores, opening.conversationId);
        showComposer(stores);
      } else {
        void showMessage(stores, opening.conversationId, opening.messageId);
      }
      break;
    case 'page':
      openPage(stores, opening.page);
      break;
    case 'new-conversation':
      showFirstScreen(stores);
      break;
    case 'draft':
      showFirstScreen(stores);
      fillComposer(stores, opening.text);
      break;
  }
}

/** Puts a text into the composer of a new conversation. What stood there unsent can be had back. */
function fillComposer({ drafts, notices }: Stores, text: string): void {
  const before = drafts.get(null);
  drafts.set(null, text);
  if (before.trim() === '' || before === text) return;
  notices.undoable('The question that stood here unsent was replaced.', () => {
    drafts.set(null, before);
  });
}
