import type { AssistantApi } from '../../preload/contract/api.ts';
import type { Folder } from '../../preload/contract/folders.ts';
import { unwrap } from '../lib/api.ts';
import type { NoticesStore } from './notices.svelte.ts';
import type { SettingsStore } from './settings.svelte.ts';

/** Folders of the list, by name. Main announces every change, so this only follows. */
export class FoldersStore {
  list = $state.raw<Folder[]>([]);
  /** The folder whose name is a text field at the moment. */
  renamingId = $state<string | null>(null);
  readonly closedIds = $derived.by((): readonly string[] => this.#settings.value?.closedFolderIds ?? []);
  readonly #api: Pick<AssistantApi, 'folders'>;
  readonly #notices: NoticesStore;
  readonly #settings: SettingsStore;

  constructor(api: Pick<AssistantApi, 'folders'>, notices: NoticesStore, settings: SettingsStore) {
    this.#api = api;
    this.#notices = notices;
    this.#settings = settings;
  }

  /** Reads the folders and follows them; gives the function that stops following. */
  async start(): Promise<() => void> {
    const stop = this.#api.folders.onChanged((folders) => {
      this.list = folders;
    });
    this.list = await unwrap(this.#api.folders.list());
    return stop;
  }

  find(folderId: string | null): Folder | null {
    return this.list.find(({ id }) => id === folderId) ?? null;
  }

  /** Opens or closes a folder in the list; it is found like that at the next start. */
  toggle(folderId: string): void {
    // Folders that are gone leave no trace in the settings.
    const closed = this.list.map(({ id }) => id).filter((id) => this.closedIds.includes(id) !== (id === folderId));
    void this.#settings.change({ closedFolderIds: closed });
  }

  /** Makes a folder; null when that failed. */
  async create(name: string): Promise<Folder | null> {
    try {
      const folder = await unwrap(this.#api.folders.create({ name }));
      // The announcement of it may still be on its way.
      if (this.find(folder.id) === null) this.list = [...this.list, folder];
      return folder;
    } catch (failure) {
      this.#notices.fail(failure);
      return null;
    }
  }

  async rename(folderId: string, name: string): Promise<void> {
    const trimmed = name.trim().slice(0, 100);
    if (trimmed === '' || trimmed === this.find(folderId)?.name) return;
    try {
      await unwrap(this.#api.folders.rename({ folderId, name: trimmed }));
    } catch (failure) {
      this.#notices.fail(failure);
    }
  }

  /** Removes a folder; its conversations stay, in none. False when that failed. */
  async delete(folderId: string): Promise<boolean> {
    try {
      await unwrap(this.#api.folders.delete({ folderId }));
      return true;
    } catch (failure) {
      this.#notices.fail(failure);
      return false;
    }
  }
}
