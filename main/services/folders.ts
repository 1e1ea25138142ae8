import { v7 as uuidv7 } from 'uuid';
import type { Folder } from '../../preload/contract/folders.ts';
import type { DatabaseClient } from '../database/protocol.ts';
import type { Conversations } from './conversations.ts';
import { createEmitter } from './emitter.ts';

export interface FoldersOptions {
  database: Pick<DatabaseClient, 'listFolders' | 'createFolder' | 'renameFolder' | 'deleteFolder'>;
  conversations: Pick<Conversations, 'announceSaved' | 'onChanged'>;
  now: () => number;
}

/** `Folder 2` before `Folder 10`, and small letters beside capital ones. */
const byName = new Intl.Collator(undefined, { numeric: true });

/** The folders that conversations lie in. */
export function createFolders({ database, conversations, now }: FoldersOptions) {
  const changed = createEmitter<Folder[]>();

  const list = async (): Promise<Folder[]> =>
    (await database.listFolders()).sort((left, right) => byName.compare(left.name, right.name));

  const announce = async (): Promise<void> => {
    changed.emit(await list());
  };

  conversations.onChanged(({ kind }) => {
    // An import or a restored backup may have brought folders along, or taken some away.
    if (kind === 'renewed') announce().catch(() => undefined); // What is shown stays until the next change.
  });

  return {
    /** By name, as people sort. */
    list,
    onChanged: changed.on,
    async create(name: string): Promise<Folder> {
      const folder = { id: uuidv7(), name, createdAt: now() };
      await database.createFolder(folder);
      await announce();
      return folder;
    },
    async rename(folderId: string, name: string): Promise<Folder> {
      const folder = await database.renameFolder(folderId, name);
      await announce();
      return folder;
    },
    /** Removes a folder; its conversations stay, in none. */
    async delete(folderId: string): Promise<null> {
      const conversationIds = await database.deleteFolder(folderId);
      await announce();
      await conversations.announceSaved(conversationIds);
      return null;
    },
  };
}

export type Folders = ReturnType<typeof createFolders>;
