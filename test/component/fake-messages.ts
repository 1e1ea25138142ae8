import { transcriptPageLength, type Message, type Transcript } from '../../preload/contract/conversations.ts';
import type { Envelope } from '../../preload/contract/errors.ts';
import type { ConversationTree, MessagesApi, Version } from '../../preload/contract/messages.ts';
import type { FakeConversations } from './fake-conversations.ts';

type Answer = <T>(method: string, input: unknown, work: () => T) => Promise<Envelope<T>>;

/** What the tree of messages needs of the rest of main. */
interface Main {
  readonly conversations: FakeConversations;
  addConversation(title: string, texts: string[]): string;
  addMessage(conversationId: string, change: Partial<Message>): Message;
  message(id: string): Message;
  /** The newest event of an answer that is being written. */
  seqOf(messageId: string): number;
}

/** Messages that are shown above the one that a reader is led to. */
const messagesAbove = 20;

/** The tree of each conversation as main keeps it: read in pages, compared, rated, cut and copied. */
export class FakeMessages {
  readonly api: MessagesApi;
  readonly #main: Main;
  readonly #deleted = new Map<string, Message[]>();

  constructor(answer: Answer, main: Main) {
    this.#main = main;
    this.api = {
      tree: (input) => answer('messages.tree', input, () => this.#tree(input.conversationId)),
      versions: (input) => answer('messages.versions', input, () => this.#versions(input.messageId)),
      rate: (input) =>
        answer('messages.rate', input, () => {
          const message = Object.assign(main.message(input.messageId), { rating: input.rating });
          main.conversations.save(message.conversationId, {});
          return message;
        }),
      deleteBranch: (input) => answer('messages.deleteBranch', input, () => this.#delete(input.messageId)),
      restoreBranch: (input) => answer('messages.restoreBranch', input, () => this.#restore(input.messageId)),
      fork: (input) => answer('messages.fork', input, () => this.#fork(input.messageId)),
      copyLink: (input) => answer('messages.copyLink', input, () => null),
    };
  }

  /** The end of the branch that is shown, or more of it where `throughId` lies further up. */
  transcript(conversationId: string, throughId: string | null = null): Transcript {
    const { leafId, summary } = this.#main.conversations.find(conversationId);
    const branch = this.#branch(leafId);
    const place = branch.findIndex(({ id }) => id === throughId);
    const last = branch.length - transcriptPageLength;
    const earlierCount = Math.max(0, place === -1 ? last : Math.min(last, place - messagesAbove));
    const live = branch.find(({ status }) => status === 'generating');
    return {
      conversation: summary,
      messages: branch.slice(earlierCount),
      earlierCount,
      live: live === undefined ? null : { messageId: live.id, seq: this.#main.seqOf(live.id) },
    };
  }

  earlier(messageId: string): Pick<Transcript, 'messages' | 'earlierCount'> {
    const above = this.#branch(this.#main.message(messageId).parentId);
    const earlierCount = Math.max(0, above.length - transcriptPageLength);
    return { messages: above.slice(earlierCount), earlierCount };
  }

  /** Shows the branch through a message, down to its newest leaf. */
  select(conversationId: string, messageId: string): Transcript {
    const stored = this.#main.conversations.find(conversationId);
    let leafId = messageId;
    for (const message of stored.messages) if (message.parentId === leafId) leafId = message.id;
    stored.leafId = leafId;
    return this.transcript(conversationId, messageId);
  }

  withSiblings(message: Message): Message {
    const { messages } = this.#main.conversations.find(message.conversationId);
    const siblings = messages.filter(({ parentId }) => parentId === message.parentId);
    return { ...message, siblingIds: siblings.map(({ id }) => id) };
  }

  #branch(leafId: string | null): Message[] {
    const branch: Message[] = [];
    for (let id = leafId; id !== null;) {
      const message = this.#main.message(id);
      branch.unshift(this.withSiblings(message));
      id = message.parentId;
    }
    return branch;
  }

  #tree(conversationId: string): ConversationTree {
    const { leafId, messages } = this.#main.conversations.find(conversationId);
    const nodes = messages.map(({ id, parentId, role, status, rating, createdAt, text }) => {
      return { id, parentId, role, status, rating, createdAt, excerpt: text.replace(/\s+/g, ' ').slice(0, 80) };
    });
    return { nodes, currentLeafId: leafId };
  }

  #versions(messageId: string): Version[] {
    return this.withSiblings(this.#main.message(messageId)).siblingIds.map((id) => {
      const message = this.withSiblings(this.#main.message(id));
      return { message, seq: message.status === 'generating' ? this.#main.seqOf(id) : null };
    });
  }

  #delete(messageId: string): Transcript {
    const { conversationId, parentId } = this.#main.message(messageId);
    const stored = this.#main.conversations.find(conversationId);
    const gone = new Set([messageId]);
    for (const { id, parentId: above } of stored.messages) if (above !== null && gone.has(above)) gone.add(id);
    this.#deleted.set(
      messageId,
      stored.messages.filter(({ id }) => gone.has(id)),
    );
    stored.messages = stored.messages.filter(({ id }) => !gone.has(id));
    this.#main.conversations.save(conversationId, {});
    const beside = stored.messages.findLast((message) => message.parentId === parentId);
    if (beside !== undefined) return this.select(conversationId, beside.id);
    stored.leafId = parentId;
    return this.transcript(conversationId);
  }

  #restore(messageId: string): Transcript {
    const messages = this.#deleted.get(messageId) ?? [];
    const conversationId = messages[0]?.conversationId ?? '';
    const stored = this.#main.conversations.find(conversationId);
    stored.messages = [...stored.messages, ...messages].toSorted((a, b) => (a.id < b.id ? -1 : 1));
    this.#main.conversations.save(conversationId, {});
    return this.select(conversationId, messageId);
  }

  #fork(messageId: string): Transcript {
    const branch = this.#branch(messageId);
    const id = this.#main.addConversation('A conversation (copy)', []);
    let parentId: string | null = null;
    for (const { role, text, generation, rating } of branch) {
      parentId = this.#main.addMessage(id, { parentId, role, text, generation, rating }).id;
    }
    return this.transcript(id);
  }
}
