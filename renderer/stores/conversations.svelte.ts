import { SvelteSet } from 'svelte/reactivity';
import type { AssistantApi } from '../../preload/contract/api.ts';
import type { ConversationChange, ConversationSummary, OrganiseInput } from '../../preload/contract/conversations.ts';
import { unwrap } from '../lib/api.ts';
import { formatCount } from '../lib/format.ts';
import { ConversationPages } from './conversation-pages.svelte.ts';
import type { FoldersStore } from './folders.svelte.ts';
import { sectionsOf } from './list-order.ts';
import type { NoticesStore } from './notices.svelte.ts';

/** As many as main takes in one call. */
const callLimit = 10_000;

type Changes = Omit<OrganiseInput, 'conversationIds'>;

/** The list of conversations, and the archive beside it. Main announces every change, so this only follows. */
export class ConversationsStore {
  /** Which of the two is looked at. */
  shown = $state<'list' | 'archive'>('list');
  /** Conversations whose answer is being prepared or written right now. */
  readonly running = new SvelteSet<string>();
  /** Moves on at midnight, so that "Today" stays true in a window that is never closed. */
  nowMs = $state(Date.now());
  readonly #list: ConversationPages;
  readonly #archive: ConversationPages;
  readonly #folders: FoldersStore;
  readonly #api: AssistantApi;
  readonly #notices: NoticesStore;

  /** What is looked at, under its headings. The archive has no folders. */
  readonly sections = $derived.by(() =>
    sectionsOf(
      this.#shownPages.list,
      this.shown === 'list' ? this.#folders.list : [],
      this.#folders.closedIds,
      this.nowMs,
    ),
  );
  /** What is looked at from top to bottom, without what lies in closed folders. */
  readonly order = $derived.by(() =>
    this.sections.flatMap(({ isOpen, conversations }) => (isOpen ? conversations : [])),
  );

  constructor(api: AssistantApi, notices: NoticesStore, folders: FoldersStore) {
    const fail = (failure: unknown): void => {
      notices.fail(failure);
    };
    this.#list = new ConversationPages(api, false, fail);
    this.#archive = new ConversationPages(api, true, fail);
    this.#folders = folders;
    this.#api = api;
    this.#notices = notices;
  }

  /** Reads the first page of the list and follows what changes; gives the function that stops following. */
  async start(): Promise<() => void> {
    const stopChanges = this.#api.conversations.onChanged((change) => {
      this.#apply(change);
    });
    const stopEvents = this.#api.generations.onEvent((event) => {
      if (event.kind === 'finished') this.running.delete(event.conversationId);
      else this.running.add(event.conversationId);
    });
    await this.#list.start();
    return () => {
      stopChanges();
      stopEvents();
    };
  }

  /** What is in the list, newest first behind the pinned ones. Grows while it is read. */
  get list(): readonly ConversationSummary[] {
    return this.#list.list;
  }

  /** True once there is something to show of what is looked at. */
  get isLoaded(): boolean {
    return this.#shownPages.isLoaded;
  }

  /** Null also for a conversation that was not read yet. */
  find(conversationId: string): ConversationSummary | null {
    return this.#list.find(conversationId) ?? this.#archive.find(conversationId);
  }

  /** The neighbour in the list: 1 is the next one below, -1 the next one above. Ends at the ends. */
  neighbour(conversationId: string | null, step: 1 | -1): ConversationSummary | null {
    if (conversationId === null) return step === 1 ? (this.order[0] ?? null) : null;
    const index = this.order.findIndex(({ id }) => id === conversationId);
    return index === -1 ? null : (this.order[index + step] ?? null);
  }

  /** Shows the archive in place of the list. */
  async showArchive(): Promise<void> {
    this.shown = 'archive';
    await this.#readArchive();
  }

  showList(): void {
    this.shown = 'list';
  }

  async rename(conversationId: string, title: string): Promise<void> {
    const before = this.find(conversationId);
    const trimmed = title.trim().slice(0, 200);
    if (before === null || trimmed === '' || trimmed === before.title) return;
    this.#put([{ ...before, title: trimmed }]);
    try {
      this.#put([await unwrap(this.#api.conversations.rename({ conversationId, title: trimmed }))]);
    } catch (failure) {
      this.#put([before]);
      this.#notices.fail(failure);
    }
  }

  /** Pins or files conversations. False when that failed. */
  async organise(conversationIds: readonly string[], changes: Changes): Promise<boolean> {
    try {
      for (const portion of inPortions(conversationIds)) {
        await unwrap(this.#api.conversations.organise({ conversationIds: portion, ...changes }));
      }
      const set = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
      this.#put(this.#known(conversationIds).map((conversation) => ({ ...conversation, ...set })));
      return true;
    } catch (failure) {
      this.#notices.fail(failure);
      return false;
    }
  }

  /** Moves conversations to the archive or back, and offers the way back. */
  async archive(conversationIds: readonly string[], isArchived: boolean): Promise<void> {
    const what = this.#nameOf(conversationIds);
    if (!(await this.organise(conversationIds, { isArchived }))) return;
    const text = isArchived ? `${what} archived.` : `${what} moved back to the list.`;
    this.#notices.undoable(text, () => void this.organise(conversationIds, { isArchived: !isArchived }));
  }

  /** Moves conversations to the trash and offers the way back, one for all of them. False when that failed. */
  async delete(conversationIds: readonly string[], onRestored: () => void): Promise<boolean> {
    const what = this.#nameOf(conversationIds);
    const deleted = this.#known(conversationIds);
    try {
      for (const portion of inPortions(conversationIds)) {
        await unwrap(this.#api.conversations.delete({ conversationIds: portion }));
      }
      this.#remove(conversationIds);
      this.#notices.undoable(`${what} deleted.`, () => void this.#restore(conversationIds, deleted, onRestored));
      return true;
    } catch (failure) {
      this.#notices.fail(failure);
      return false;
    }
  }

  /** Everything that lies in a folder, in the list and in the archive. */
  async inFolder(folderId: string): Promise<string[]> {
    await Promise.all([this.#list.whole(), this.#readArchive().then(() => this.#archive.whole())]);
    return [...this.#list.list, ...this.#archive.list]
      .filter((conversation) => conversation.folderId === folderId)
      .map(({ id }) => id);
  }

  get #shownPages(): ConversationPages {
    return this.shown === 'list' ? this.#list : this.#archive;
  }

  async #readArchive(): Promise<void> {
    if (this.#archive.isLoaded) return;
    try {
      await this.#archive.start();
    } catch (failure) {
      this.#notices.fail(failure);
    }
  }

  async #restore(
    conversationIds: readonly string[],
    deleted: readonly ConversationSummary[],
    onRestored: () => void,
  ): Promise<void> {
    try {
      for (const portion of inPortions(conversationIds)) {
        await unwrap(this.#api.conversations.restore({ conversationIds: portion }));
      }
      // What was told meanwhile is newer than what was here before.
      this.#put(deleted.filter(({ id }) => this.find(id) === null));
      onRestored();
    } catch (failure) {
      this.#notices.fail(failure);
    }
  }

  #apply(change: ConversationChange): void {
    if (change.kind === 'saved') {
      if (!change.conversation.isTemporary) this.#put([change.conversation]);
    } else if (change.kind === 'renewed') {
      this.#list.readAgain();
      if (this.#archive.isLoaded) this.#archive.readAgain();
    } else {
      this.running.delete(change.conversationId);
      this.#remove([change.conversationId]);
    }
  }

  #put(conversations: readonly ConversationSummary[]): void {
    const archived = conversations.filter(({ isArchived }) => isArchived);
    const listed = conversations.filter(({ isArchived }) => !isArchived);
    this.#list.remove(archived.map(({ id }) => id));
    this.#archive.remove(listed.map(({ id }) => id));
    if (listed.length > 0) this.#list.put(listed);
    // An archive that was not read yet will bring them along.
    if (archived.length > 0 && this.#archive.isLoaded) this.#archive.put(archived);
  }

  #remove(conversationIds: readonly string[]): void {
    this.#list.remove(conversationIds);
    this.#archive.remove(conversationIds);
  }

  #known(conversationIds: readonly string[]): ConversationSummary[] {
    return conversationIds.map((id) => this.find(id)).filter((known) => known !== null);
  }

  #nameOf(conversationIds: readonly string[]): string {
    const [id = ''] = conversationIds;
    if (conversationIds.length > 1) return `${formatCount(conversationIds.length)} conversations`;
    const title = this.find(id)?.title;
    return title === undefined ? 'The conversation was' : `“${title}”`;
  }
}

function inPortions(ids: readonly string[]): string[][] {
  const portions: string[][] = [];
  for (let start = 0; start < ids.length; start += callLimit) portions.push(ids.slice(start, start + callLimit));
  return portions;
}
