import type { SearchHit } from '../../../preload/contract/search.ts';
import { showComposer, showConversation, showMessage } from '../../main-window/navigation.ts';
import type { Stores } from '../../stores/stores.ts';

/** Shows what was found: the message on its branch, or the conversation of that title. What was found stays to come back to. */
export function openHit(stores: Stores, { conversationId, messageId }: SearchHit): void {
  if (messageId === null) {
    showConversation(stores, conversationId);
    showComposer(stores);
  } else {
    void showMessage(stores, conversationId, messageId);
  }
  stores.search.openedId = conversationId;
}
