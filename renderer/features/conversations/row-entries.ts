import type { ConversationSummary } from '../../../preload/contract/conversations.ts';
import type { Folder } from '../../../preload/contract/folders.ts';
import type { MenuEntry } from '../../components/menu-entry.ts';
import { deleteConversations } from '../../main-window/navigation.ts';
import type { Stores } from '../../stores/stores.ts';

/** What can be done with one conversation of the list, or with several. */
export interface RowActions {
  pin: () => Promise<void>;
  /** @param folderId null takes them out of their folders */
  move: (folderId: string | null) => Promise<void>;
  moveToNew: () => Promise<void>;
  archive: () => Promise<void>;
  export: () => Promise<void>;
  copy: () => Promise<void>;
  delete: () => Promise<void>;
}

/** Pins unless all of them are pinned; in the archive, archiving is the way back. */
export function createRowActions(stores: Stores, some: readonly ConversationSummary[]): RowActions {
  const { announcer, conversations, exchange, folders, selection } = stores;
  const ids = some.map(({ id }) => id);

  /** What was selected was selected for this. */
  async function done(work: Promise<unknown>): Promise<void> {
    await work;
    if (ids.some((id) => selection.has(id))) selection.clear();
  }

  async function move(folderId: string | null): Promise<void> {
    if (!(await conversations.organise(ids, { folderId }))) return;
    const name = folders.find(folderId)?.name;
    announcer.say(name === undefined ? 'In no folder now.' : `Moved to ${name}.`);
  }

  return {
    pin: () => done(conversations.organise(ids, { isPinned: !areAll(some, 'isPinned') })),
    move: (folderId) => done(move(folderId)),
    moveToNew: async () => {
      const folder = await folders.create('New folder');
      if (folder === null) return;
      await done(move(folder.id));
      folders.renamingId = folder.id;
    },
    archive: () => done(conversations.archive(ids, !areAll(some, 'isArchived'))),
    export: () => exchange.export(ids),
    copy: () => exchange.copy('conversation', ids[0] ?? ''),
    delete: () => done(deleteConversations(stores, ids)),
  };
}

/** The menu of a row, or of what is chosen together. */
export function rowEntries(
  some: readonly ConversationSummary[],
  actions: RowActions,
  { rename, chooseFolder }: { rename: () => void; chooseFolder: () => void },
): MenuEntry[] {
  const isOne = some.length === 1;
  const entry = (label: string, icon: MenuEntry['icon'], run: () => unknown, startsGroup = false): MenuEntry => ({
    ...{ label, icon, startsGroup },
    run: () => void run(),
  });
  return [
    ...(isOne ? [entry('Rename', 'rename', rename)] : []),
    entry(areAll(some, 'isPinned') ? 'Unpin' : 'Pin', 'pin', actions.pin),
    entry('Move to folder…', 'folder', chooseFolder),
    entry(areAll(some, 'isArchived') ? 'Move back to the list' : 'Archive', 'archive', actions.archive),
    entry('Export…', 'export', actions.export, true),
    ...(isOne ? [entry('Copy as Markdown', 'copy', actions.copy)] : []),
    entry('Delete', 'delete', actions.delete, true),
  ];
}

/** Where conversations can be moved to. */
export function folderEntries(
  folders: readonly Folder[],
  some: readonly ConversationSummary[],
  actions: RowActions,
): MenuEntry[] {
  const [first] = some;
  const common = some.every(({ folderId }) => folderId === first?.folderId) ? (first?.folderId ?? null) : undefined;
  return [
    { label: 'New folder', icon: 'folder-new', run: () => void actions.moveToNew() },
    ...folders.map(({ id, name }, index): MenuEntry => ({
      ...{ label: name, icon: id === common ? 'done' : 'folder', startsGroup: index === 0 },
      run: () => void actions.move(id),
    })),
    ...(common === null
      ? []
      : [{ label: 'In no folder', icon: 'close', startsGroup: true, run: () => void actions.move(null) } as const]),
  ];
}

function areAll(some: readonly ConversationSummary[], fact: 'isPinned' | 'isArchived'): boolean {
  return some.every((conversation) => conversation[fact]);
}
