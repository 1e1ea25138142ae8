import type { ConversationsStore } from './conversations.svelte.ts';
import { idSet } from './list-order.ts';

/** The conversations of the list that are chosen together. Opening one does not choose it. */
export class SelectionStore {
  #ids = $state.raw<ReadonlySet<string>>(idSet());
  /** Where a stretch begins: what was clicked, chosen or reached last without Shift. */
  #anchorId: string | null = null;
  readonly #conversations: ConversationsStore;

  /** What is chosen, from top to bottom. What cannot be seen is not: it left the list, or its folder was closed. */
  readonly chosen = $derived.by(() => {
    const ids = this.#ids;
    if (ids.size === 0) return [];
    return this.#conversations.order.filter(({ id }) => ids.has(id));
  });

  constructor(conversations: ConversationsStore) {
    this.#conversations = conversations;
  }

  has(id: string): boolean {
    return this.#ids.has(id);
  }

  /** Says where the next stretch begins. */
  anchor(id: string): void {
    this.#anchorId = id;
  }

  /** Adds one, or takes it away again. */
  toggle(id: string): void {
    this.#anchorId = id;
    const ids = idSet(this.#ids);
    if (!ids.delete(id)) ids.add(id);
    this.#ids = ids;
  }

  /** Chooses everything from where the stretch begins to this one, and nothing else. */
  extendTo(id: string): void {
    const order = this.#conversations.order.map((conversation) => conversation.id);
    const end = order.indexOf(id);
    const anchor = this.#anchorId === null ? -1 : order.indexOf(this.#anchorId);
    const start = anchor === -1 ? end : anchor;
    this.#anchorId = order[start] ?? null;
    this.#ids = idSet(order.slice(Math.min(start, end), Math.max(start, end) + 1));
  }

  chooseAll(): void {
    this.#ids = idSet(this.#conversations.order.map(({ id }) => id));
  }

  clear(): void {
    if (this.#ids.size > 0) this.#ids = idSet();
  }
}
