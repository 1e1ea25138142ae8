import type { Stores } from '../stores/stores.ts';
import { leavePage, showSearch, toggleSidebar } from './navigation.ts';

const textFields = 'input, textarea, select, [contenteditable]';
/** Open layers take Escape for themselves. */
const layers = '[role="dialog"], [role="menu"], #layers [role="listbox"]';

/** Keys that work anywhere in the window and are not commands of the menu. */
export function createWindowKeys(stores: Stores): (event: KeyboardEvent) => void {
  const { layout, notices, search, transcript } = stores;

  function handleEscape(event: KeyboardEvent): void {
    if (document.querySelector(layers) !== null) return;
    if (layout.isOverlay) void toggleSidebar(stores);
    else if (layout.page !== 'transcript') leavePage(stores);
    else if (transcript.liveTurn !== null) void transcript.stop();
    else if (search.openedId !== null && search.openedId === transcript.wantedId) showSearch(stores);
    else return;
    event.preventDefault();
  }

  return (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    if (event.key === 'Escape') {
      handleEscape(event);
    } else if (
      event.key.toLowerCase() === 'z' &&
      (event.ctrlKey || event.metaKey) &&
      !event.shiftKey &&
      !event.altKey
    ) {
      // In a text field the same keys take back typing.
      const isTyping = event.target instanceof Element && event.target.matches(textFields);
      if (!isTyping && notices.undoNewest()) event.preventDefault();
    }
  };
}
