import type { AssistantApi } from '../../preload/contract/api.ts';
import type { ConversationSummary, ListInput } from '../../preload/contract/conversations.ts';
import { unwrap } from '../lib/api.ts';
import { whenIdle } from '../lib/when-idle.ts';
import { byId, Meanwhile, withConversations, withoutConversations } from './list-order.ts';

/** The first page fills any window; the others are as long as is read without holding up the page. */
const firstPageLength = 200;
const laterPageLength = 1000;

/** The conversations in the list, or in the archive: sorted, and read in pages while the window is idle. */
export class ConversationPages {
  list = $state.raw<ConversationSummary[]>([]);
  /** True from the first page on. */
  isLoaded = $state(false);
  readonly #known = $derived(byId(this.list));
  readonly #api: Pick<AssistantApi, 'conversations'>;
  readonly #isArchived: boolean;
  readonly #onFailure: (failure: unknown) => void;
  /** What changed since the last reading began. A reading is over when another one has begun. */
  #meanwhile = new Meanwhile();
  #rest: Promise<void> = Promise.resolve();

  constructor(api: Pick<AssistantApi, 'conversations'>, isArchived: boolean, onFailure: (failure: unknown) => void) {
    this.#api = api;
    this.#isArchived = isArchived;
    this.#onFailure = onFailure;
  }

  /** Reads the first page; the rest follows by itself. */
  async start(): Promise<void> {
    const meanwhile = this.#begin();
    const page = await this.#page(null, firstPageLength);
    if (meanwhile !== this.#meanwhile) return;
    this.#take(meanwhile, page);
    this.isLoaded = true;
    if (page.length === firstPageLength) this.#rest = this.#readOn(meanwhile, page.at(-1) ?? null);
  }

  /** Reads all of it anew. What is shown stays until that is done. */
  readAgain(): void {
    this.#rest = this.#renew(this.#begin());
  }

  /** Waits until everything is here that was asked for so far. */
  async whole(): Promise<void> {
    await this.#rest;
  }

  find(conversationId: string): ConversationSummary | null {
    return this.#known.get(conversationId) ?? null;
  }

  put(conversations: readonly ConversationSummary[]): void {
    this.#meanwhile.note(conversations.map(({ id }) => id));
    this.list = withConversations(this.list, conversations);
  }

  remove(conversationIds: readonly string[]): void {
    this.#meanwhile.note(conversationIds);
    const isKnown = conversationIds.some((id) => this.#known.has(id));
    if (isKnown) this.list = withoutConversations(this.list, conversationIds);
  }

  #begin(): Meanwhile {
    this.#meanwhile = new Meanwhile();
    return this.#meanwhile;
  }

  #take(meanwhile: Meanwhile, page: readonly ConversationSummary[]): void {
    if (meanwhile !== this.#meanwhile) return;
    const untouched = page.filter(({ id }) => !meanwhile.has(id));
    this.list = withConversations(this.list, untouched);
  }

  async #readOn(meanwhile: Meanwhile, last: ConversationSummary | null): Promise<void> {
    try {
      for await (const page of this.#pages(meanwhile, last)) this.#take(meanwhile, page);
    } catch (failure) {
      this.#onFailure(failure);
    }
  }

  async #renew(meanwhile: Meanwhile): Promise<void> {
    try {
      const all: ConversationSummary[] = [];
      for await (const page of this.#pages(meanwhile, null)) all.push(...page);
      if (meanwhile !== this.#meanwhile) return;
      const touched = this.list.filter(({ id }) => meanwhile.has(id));
      this.list = [];
      this.#take(meanwhile, all);
      this.put(touched);
      this.isLoaded = true;
    } catch (failure) {
      this.#onFailure(failure);
    }
  }

  /** What comes behind `last`, for as long as no later reading began. */
  async *#pages(meanwhile: Meanwhile, last: ConversationSummary | null): AsyncGenerator<ConversationSummary[]> {
    for (let before = last; ;) {
      if (before !== null) await new Promise<void>((resolve) => whenIdle(resolve));
      const page = await this.#page(before, laterPageLength);
      if (meanwhile !== this.#meanwhile) return;
      yield page;
      before = page.at(-1) ?? null;
      if (page.length < laterPageLength) return;
    }
  }

  async #page(last: ConversationSummary | null, limit: number): Promise<ConversationSummary[]> {
    const after: ListInput['after'] =
      last === null ? null : { isPinned: last.isPinned, updatedAt: last.updatedAt, id: last.id };
    return unwrap(this.#api.conversations.list({ isArchived: this.#isArchived, after, limit }));
  }
}
