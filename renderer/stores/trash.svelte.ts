import type { AssistantApi } from '../../preload/contract/api.ts';
import type { TrashEntry } from '../../preload/contract/trash.ts';
import { toAppError, unwrap } from '../lib/api.ts';
import { erasedText, restoredText } from '../lib/trash-words.ts';
import type { NoticesStore } from './notices.svelte.ts';

/** What is in the trash, while its page is shown. */
export class TrashStore {
  /** Newest first; null until it was read. */
  entries = $state.raw<readonly TrashEntry[] | null>(null);
  /** Why it could not be read. */
  failure = $state<string | null>(null);
  /** True while something is restored or erased. */
  isBusy = $state(false);
  /** Rises with every reading, so that a late answer to an earlier one is recognised. */
  #newest = 0;
  readonly #api: AssistantApi;
  readonly #notices: NoticesStore;

  constructor(api: AssistantApi, notices: NoticesStore) {
    this.#api = api;
    this.#notices = notices;
  }

  /** Reads the trash and again after every change of conversations; gives the function that stops following. */
  follow(): () => void {
    void this.refresh();
    return this.#api.conversations.onChanged(() => void this.refresh());
  }

  async refresh(): Promise<void> {
    const reading = ++this.#newest;
    try {
      const entries = await unwrap(this.#api.trash.list());
      if (reading !== this.#newest) return;
      this.entries = entries;
      this.failure = null;
    } catch (failure) {
      if (reading === this.#newest) this.failure = toAppError(failure).message;
    }
  }

  async restore(entry: TrashEntry): Promise<void> {
    await this.#change(async () => {
      const { kind, id } = entry;
      await unwrap(this.#api.trash.restore({ entries: [{ kind, id }] }));
      this.#notices.say(restoredText(entry));
    });
  }

  /** Erases one entry, or with null everything, for good. */
  async erase(entry: TrashEntry | null, alsoInBackups: boolean): Promise<void> {
    await this.#change(async () => {
      const entries = entry === null ? null : [{ kind: entry.kind, id: entry.id }];
      this.#notices.say(erasedText(await unwrap(this.#api.trash.erase({ entries, alsoInBackups }))));
    });
  }

  async #change(work: () => Promise<void>): Promise<void> {
    if (this.isBusy) return;
    this.isBusy = true;
    try {
      await work();
    } catch (failure) {
      this.#notices.fail(failure);
    } finally {
      await this.refresh();
      this.isBusy = false;
    }
  }
}
