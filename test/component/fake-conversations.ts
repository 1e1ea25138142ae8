import type {
  ConversationChange,
  ConversationSummary,
  ListInput,
  Message,
  OrganiseInput,
} from '../../preload/contract/conversations.ts';
import { follow } from './fake-library.ts';

interface Stored {
  summary: ConversationSummary;
  messages: Message[];
  leafId: string | null;
  isDeleted: boolean;
}

/** Conversations as main keeps them: listed in pages, put in order, deleted and brought back, each change told. */
export class FakeConversations {
  readonly stored: Stored[] = [];
  readonly #listeners = new Set<(change: ConversationChange) => void>();

  add(summary: ConversationSummary): void {
    this.stored.push({ summary, messages: [], leafId: null, isDeleted: false });
  }

  find(conversationId: string): Stored {
    const stored = this.stored.find(({ summary }) => summary.id === conversationId);
    if (stored === undefined) throw new Error(`no conversation ${conversationId}`);
    return stored;
  }

  list({ isArchived, after, limit }: ListInput): ConversationSummary[] {
    const sorted = this.stored
      .filter(({ isDeleted, summary }) => !isDeleted && summary.isArchived === isArchived && !summary.isTemporary)
      .map(({ summary }) => summary)
      .toSorted(inOrder);
    const start = after === null ? 0 : sorted.findIndex((summary) => inOrder(summary, after) > 0);
    return start === -1 ? [] : sorted.slice(start, start + limit);
  }

  organise({ conversationIds, ...change }: OrganiseInput): null {
    const set = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
    for (const id of conversationIds) this.save(id, set);
    return null;
  }

  delete(conversationIds: string[]): null {
    for (const conversationId of conversationIds) {
      this.find(conversationId).isDeleted = true;
      this.tell({ kind: 'deleted', conversationId });
    }
    return null;
  }

  restore(conversationIds: string[]): null {
    for (const conversationId of conversationIds) {
      this.find(conversationId).isDeleted = false;
      this.save(conversationId, {});
    }
    return null;
  }

  save(conversationId: string, change: Partial<ConversationSummary>): ConversationSummary {
    const stored = this.find(conversationId);
    stored.summary = { ...stored.summary, ...change };
    this.tell({ kind: 'saved', conversation: stored.summary });
    return stored.summary;
  }

  tell(change: ConversationChange): void {
    for (const listener of this.#listeners) listener(structuredClone(change));
  }

  onChanged(listener: (change: ConversationChange) => void): () => void {
    return follow(this.#listeners, listener);
  }
}

type Place = Pick<ConversationSummary, 'isPinned' | 'updatedAt' | 'id'>;

function inOrder(a: Place, b: Place): number {
  return (
    Number(b.isPinned) - Number(a.isPinned) || b.updatedAt - a.updatedAt || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0)
  );
}
