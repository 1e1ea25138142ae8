import type { Envelope } from '../../preload/contract/errors.ts';
import type { Folder, FoldersApi } from '../../preload/contract/folders.ts';
import type { FakeConversations } from './fake-conversations.ts';
import { follow } from './fake-library.ts';

type Answer = <T>(method: string, input: unknown, work: () => T) => Promise<Envelope<T>>;

/** Folders as main keeps them: by name, and a deleted one leaves its conversations where they were. */
export class FakeFolders {
  readonly api: FoldersApi;
  #list: Folder[] = [];
  readonly #listeners = new Set<(folders: Folder[]) => void>();

  constructor(answer: Answer, conversations: FakeConversations) {
    this.api = {
      list: () => answer('folders.list', undefined, () => this.#list),
      create: (input) => answer('folders.create', input, () => this.add(input.name)),
      rename: (input) =>
        answer('folders.rename', input, () => {
          const folder = { ...this.#find(input.folderId), name: input.name };
          this.#change([...this.#list.filter(({ id }) => id !== folder.id), folder]);
          return folder;
        }),
      delete: (input) =>
        answer('folders.delete', input, () => {
          for (const { summary } of conversations.stored) {
            if (summary.folderId === input.folderId) conversations.save(summary.id, { folderId: null });
          }
          this.#change(this.#list.filter(({ id }) => id !== input.folderId));
          return null;
        }),
      onChanged: (listener) => follow(this.#listeners, listener),
    };
  }

  add(name: string): Folder {
    const number = this.#list.length + 1;
    const folder: Folder = {
      id: `00000000-0000-7000-8000-0000000f${number.toString(16).padStart(4, '0')}`,
      name,
      createdAt: number,
    };
    this.#change([...this.#list, folder]);
    return folder;
  }

  #find(folderId: string): Folder {
    const folder = this.#list.find(({ id }) => id === folderId);
    if (folder === undefined) throw new Error(`no folder ${folderId}`);
    return folder;
  }

  #change(folders: Folder[]): void {
    this.#list = folders.toSorted((a, b) => a.name.localeCompare(b.name));
    for (const listener of this.#listeners) listener(structuredClone(this.#list));
  }
}
