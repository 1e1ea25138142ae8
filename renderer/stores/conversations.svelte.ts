import { SvelteSet } from 'svelte/reactivity';
import type { AssistantApi } from '../../preload/contract/api.ts';
import type { ConversationChange, ConversationSummary } from '../../preload/contract/conversations.ts';
import { unwrap } from '../lib/api.ts';
import { dayGroup } from '../lib/format.ts';
import type { NoticesStore } from './notices.svelte.ts';

export interface ConversationGroup {
  readonly label: string;
  readonly conversations: ConversationSummary[];
}

/** The list of conversations, newest first. Main announces every change, so this only follows. */
export class ConversationsStore {
  list = $state.raw<ConversationSummary[]>([]);
  isLoaded = $state(false);
  /** Conversations whose answer is being prepared or written right now. */
  readonly running = new SvelteSet<string>();
  /** Moves on at midnight, so that "Today" stays true in a window that is never closed. */
  nowMs = $state(Date.now());
  readonly groups = $derived(groupByDay(this.list, this.nowMs));
  readonly #api: AssistantApi;
  readonly #notices: NoticesStore;

  constructor(api: AssistantApi, notices: NoticesStore) {
    this.#api = api;
    this.#notices = notices;
  }

  async start(): Promise<() => void> {
    const stopChanges = this.#api.conversations.onChanged((change) => {
      this.#apply(change);
    });
    const stopEvents = this.#api.generations.onEvent((event) => {
      if (event.kind === 'finished') this.running.delete(event.conversationId);
      else this.running.add(event.conversationId);
    });
    this.list = sorted(await unwrap(this.#api.conversations.list()));
    this.isLoaded = true;
    return () => {
      stopChanges();
      stopEvents();
    };
  }

  find(conversationId: string): ConversationSummary | null {
    return this.list.find(({ id }) => id === conversationId) ?? null;
  }

  /** The neighbour in the list: 1 is the next older one, -1 the next newer one. Ends at the ends. */
  neighbour(conversationId: string | null, step: 1 | -1): ConversationSummary | null {
    if (conversationId === null) return step === 1 ? (this.list[0] ?? null) : null;
    const index = this.list.findIndex(({ id }) => id === conversationId);
    return index === -1 ? null : (this.list[index + step] ?? null);
  }

  async rename(conversationId: string, title: string): Promise<void> {
    const before = this.find(conversationId);
    const trimmed = title.trim().slice(0, 200);
    if (before === null || trimmed === '' || trimmed === before.title) return;
    this.#put({ ...before, title: trimmed });
    try {
      this.#put(await unwrap(this.#api.conversations.rename({ conversationId, title: trimmed })));
    } catch (failure) {
      this.#put(before);
      this.#notices.fail(failure);
    }
  }

  /** Hides a conversation and offers the way back. */
  async delete(conversationId: string, onRestored: () => void): Promise<void> {
    const conversation = this.find(conversationId);
    if (conversation === null) return;
    try {
      await unwrap(this.#api.conversations.delete({ conversationId }));
      this.#apply({ kind: 'deleted', conversationId });
      this.#notices.undoable(`“${conversation.title}” deleted.`, () => void this.#restore(conversationId, onRestored));
    } catch (failure) {
      this.#notices.fail(failure);
    }
  }

  async #restore(conversationId: string, onRestored: () => void): Promise<void> {
    try {
      this.#put(await unwrap(this.#api.conversations.restore({ conversationId })));
      onRestored();
    } catch (failure) {
      this.#notices.fail(failure);
    }
  }

  #apply(change: ConversationChange): void {
    if (change.kind === 'saved') {
      this.#put(change.conversation);
    } else if (change.kind === 'imported') {
      void this.#readAgain();
    } else {
      this.running.delete(change.conversationId);
      this.list = this.list.filter(({ id }) => id !== change.conversationId);
    }
  }

  async #readAgain(): Promise<void> {
    try {
      this.list = sorted(await unwrap(this.#api.conversations.list()));
    } catch (failure) {
      this.#notices.fail(failure);
    }
  }

  #put(conversation: ConversationSummary): void {
    this.list = sorted([conversation, ...this.list.filter(({ id }) => id !== conversation.id)]);
  }
}

function sorted(list: ConversationSummary[]): ConversationSummary[] {
  return list.toSorted((a, b) => b.updatedAt - a.updatedAt || (a.id < b.id ? 1 : -1));
}

function groupByDay(list: ConversationSummary[], nowMs: number): ConversationGroup[] {
  const groups: ConversationGroup[] = [];
  for (const conversation of list) {
    const label = dayGroup(conversation.updatedAt, nowMs);
    const last = groups.at(-1);
    if (last?.label === label) last.conversations.push(conversation);
    else groups.push({ label, conversations: [conversation] });
  }
  return groups;
}
