import type { ConversationSummary } from '../../../preload/contract/conversations.ts';
import type { Folder } from '../../../preload/contract/folders.ts';
import type { MenuEntry } from '../../components/menu-entry.ts';
import type { Stores } from '../../stores/stores.ts';
import type { ListView } from './list-view.svelte.ts';
import { createRowActions, folderEntries, rowEntries, type RowActions } from './row-entries.ts';

/** Where a menu opens: beside a button, or at the place that was clicked. */
export interface MenuAnchor {
  readonly getBoundingClientRect: () => DOMRect;
}

/** A menu that one of many rows asked for: there is one menu for all of them. */
export interface ListMenuRequest {
  readonly label: string;
  readonly entries: readonly MenuEntry[];
  readonly anchor: MenuAnchor;
  /** Puts the focus where it was before the menu. */
  readonly giveFocusBack: () => Promise<void>;
}

/** The menus of the list, one at a time. */
export class ListMenus {
  request = $state.raw<ListMenuRequest | null>(null);
  readonly #stores: Stores;
  readonly #view: ListView;

  constructor(stores: Stores, view: ListView) {
    this.#stores = stores;
    this.#view = view;
  }

  close(): void {
    this.request = null;
  }

  /** What an action on this row means: all that is selected, if the row is; else the row alone. */
  meant(conversation: ConversationSummary): readonly ConversationSummary[] {
    const { selection } = this.#stores;
    return selection.has(conversation.id) ? selection.chosen : [conversation];
  }

  /** What can be done with these, the focus staying in the list. */
  actionsFor(some: readonly ConversationSummary[]): RowActions {
    const actions = createRowActions(this.#stores, some);
    return {
      ...actions,
      pin: () => this.#view.act(actions.pin),
      move: (folderId) => this.#view.act(() => actions.move(folderId)),
      archive: () => this.#view.act(actions.archive),
      delete: () => this.#view.act(actions.delete),
    };
  }

  openForRow(event: MouseEvent, conversation: ConversationSummary): void {
    const { id, title } = conversation;
    const some = this.meant(conversation);
    const actions = this.actionsFor(some);
    const anchor = anchorOf(event);
    const giveFocusBack = (): Promise<void> => this.#view.focus(id);
    this.#view.focusedId = id;
    const entries = rowEntries(some, actions, {
      rename: () => {
        this.#stores.layout.renamingId = id;
      },
      chooseFolder: () => {
        this.openFolders(some, actions, anchor, giveFocusBack);
      },
    });
    const label = some.length === 1 ? `“${title}”` : 'Selected conversations';
    this.request = { label, entries, anchor, giveFocusBack };
  }

  openFolders(
    some: readonly ConversationSummary[],
    actions: RowActions,
    anchor: MenuAnchor,
    giveFocusBack: () => Promise<void>,
  ): void {
    const entries = folderEntries(this.#stores.folders.list, some, actions);
    this.request = { label: 'Move to folder', entries, anchor, giveFocusBack };
  }

  openForFolder(event: MouseEvent, { id, name }: Folder): void {
    const { folders } = this.#stores;
    this.#view.focusedId = id;
    this.request = {
      label: `Folder “${name}”`,
      entries: [
        {
          ...{ label: 'Rename', icon: 'rename' },
          run: () => {
            folders.renamingId = id;
          },
        },
        { label: 'Delete the folder', icon: 'delete', run: () => void this.deleteFolder(id) },
      ],
      anchor: anchorOf(event),
      giveFocusBack: () => this.#view.focus(id),
    };
  }

  /** Its conversations stay. The way back makes a folder of the same name and puts them into it again. */
  async deleteFolder(folderId: string): Promise<void> {
    const { conversations, folders, notices } = this.#stores;
    const name = folders.find(folderId)?.name;
    if (name === undefined) return;
    const ids = await conversations.inFolder(folderId);
    await this.#view.act(async () => {
      if (!(await folders.delete(folderId))) return;
      const text = ids.length === 0 ? `Folder “${name}” deleted.` : `Folder “${name}” deleted. What lay in it stays.`;
      notices.undoable(text, () => void this.#restoreFolder(name, ids));
    });
  }

  async #restoreFolder(name: string, conversationIds: readonly string[]): Promise<void> {
    const folder = await this.#stores.folders.create(name);
    if (folder === null || conversationIds.length === 0) return;
    await this.#stores.conversations.organise(conversationIds, { folderId: folder.id });
  }
}

/** Keys that ask for a menu report a place on what has the focus, as a right click does. */
function anchorOf(event: MouseEvent): MenuAnchor {
  event.preventDefault();
  const { clientX, clientY, currentTarget, type } = event;
  if (type === 'click' && currentTarget instanceof HTMLElement) return currentTarget;
  return { getBoundingClientRect: () => new DOMRect(clientX, clientY, 0, 0) };
}
