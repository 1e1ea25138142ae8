import type { ConversationSummary } from '../../../preload/contract/conversations.ts';
import type { Stores } from '../../stores/stores.ts';
import type { ListMenus } from './list-menus.svelte.ts';
import type { ListView } from './list-view.svelte.ts';

/** Keys in the list. What they act on is the row or folder that has the focus. */
export function createListKeys(stores: Stores, view: ListView, menus: ListMenus): (event: KeyboardEvent) => void {
  const { conversations, folders, layout, selection } = stores;

  function move(event: KeyboardEvent, id: string): boolean {
    const { stops } = view;
    const index = targetIndex(
      event.key,
      stops.findIndex((stop) => stop.id === id),
      stops.length,
    );
    const target = index === null ? undefined : stops[index];
    if (target === undefined) return false;
    if (event.shiftKey && target.kind === 'conversation') selection.extendTo(target.id);
    else if (!event.shiftKey) selection.anchor(target.id);
    void view.focus(target.id);
    return true;
  }

  function handleRowKey(event: KeyboardEvent, conversation: ConversationSummary): boolean {
    const { id } = conversation;
    const next = nextByLetter(event.key, id, conversations.order);
    if (event.key === 'F2') layout.renamingId = id;
    else if (event.key === 'Delete' || event.key === 'Backspace')
      void menus.actionsFor(menus.meant(conversation)).delete();
    else if (next !== null) void view.focus(next.id);
    else return false;
    return true;
  }

  function handleFolderKey(event: KeyboardEvent, id: string): boolean {
    const isOpen = !folders.closedIds.includes(id);
    if (event.key === 'F2') folders.renamingId = id;
    else if (event.key === 'Delete' || event.key === 'Backspace') void menus.deleteFolder(id);
    else if ((event.key === 'ArrowRight' && !isOpen) || (event.key === 'ArrowLeft' && isOpen)) folders.toggle(id);
    else return false;
    return true;
  }

  function handle(event: KeyboardEvent, id: string): boolean {
    const conversation = conversations.find(id);
    if (event.ctrlKey || event.metaKey) {
      if (event.key.toLowerCase() === 'a' && !event.shiftKey) selection.chooseAll();
      else if (event.key === ' ' && conversation !== null) selection.toggle(id);
      else return false;
      return true;
    }
    if (move(event, id)) return true;
    if (event.shiftKey) return false;
    return conversation === null ? handleFolderKey(event, id) : handleRowKey(event, conversation);
  }

  return (event) => {
    if (event.key === 'Escape' && selection.chosen.length > 0) {
      void view.act(async () => {
        selection.clear();
      });
      event.preventDefault();
      return;
    }
    const { target } = event;
    if (!(target instanceof HTMLElement) || event.altKey) return;
    const id = target.dataset['conversation'] ?? target.dataset['folder'];
    if (id !== undefined && handle(event, id)) event.preventDefault();
  };
}

/** Where a key moves the focus in a list of `count` rows; null when it is not a key that moves it. */
function targetIndex(key: string, index: number, count: number): number | null {
  const last = count - 1;
  switch (key) {
    case 'ArrowDown':
      return Math.min(index + 1, last);
    case 'ArrowUp':
      return Math.max(index - 1, 0);
    case 'PageDown':
      return Math.min(index + 10, last);
    case 'PageUp':
      return Math.max(index - 10, 0);
    case 'Home':
      return 0;
    case 'End':
      return last;
    default:
      return null;
  }
}

/** The next conversation below `id` whose title begins with a letter, around the end; null for other keys. */
function nextByLetter(key: string, id: string, order: readonly ConversationSummary[]): ConversationSummary | null {
  if (!/^[\p{L}\p{N}]$/u.test(key)) return null;
  const letter = key.toLowerCase();
  const start = order.findIndex((conversation) => conversation.id === id) + 1;
  const isMeant = ({ title }: ConversationSummary): boolean => title.toLowerCase().startsWith(letter);
  return order.slice(start).find(isMeant) ?? order.slice(0, start).find(isMeant) ?? null;
}
