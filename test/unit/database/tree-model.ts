import type {
  ConversationSummary,
  Message,
  MessageRole,
  MessageStatus,
} from '../../../preload/contract/conversations.ts';
import type { NewConversation } from '../../../main/database/protocol.ts';

interface ModelMessage {
  id: string;
  parentId: string | null;
  role: MessageRole;
  text: string;
  status: MessageStatus;
}

interface ModelConversation {
  summary: ConversationSummary;
  messages: ModelMessage[];
  leafId: string | null;
  deletedAt: number | null;
}

/** What a property test compares of a message. */
export type MessageView = Pick<Message, 'id' | 'parentId' | 'role' | 'text' | 'status' | 'siblingIds'>;

/**
 * What the database is meant to hold, written the plainest way: arrays in memory, no SQL. Methods do not check what
 * they are given; the test calls them only after the real operation succeeded.
 */
export class TreeModel {
  readonly conversations: ModelConversation[] = [];

  /** All messages of conversations that are not deleted. */
  get visible(): { conversation: ModelConversation; message: ModelMessage }[] {
    const live = this.conversations.filter((conversation) => conversation.deletedAt === null);
    return live.flatMap((conversation) => conversation.messages.map((message) => ({ conversation, message })));
  }

  get list(): ConversationSummary[] {
    const live = this.conversations.filter((conversation) => conversation.deletedAt === null);
    const key = ({ updatedAt, id }: ConversationSummary) => `${String(updatedAt).padStart(16, '0')} ${id}`;
    return live.map((conversation) => conversation.summary).sort((a, b) => (key(a) < key(b) ? 1 : -1));
  }

  create(id: string, { title, origin }: NewConversation, now: number): void {
    this.conversations.push({
      summary: { id, title, createdAt: now, updatedAt: now, origin, presetId: null },
      messages: [],
      leafId: null,
      deletedAt: null,
    });
  }

  add(conversationId: string, message: ModelMessage, now: number): void {
    const conversation = this.find(conversationId);
    conversation.messages.push(message);
    conversation.leafId = message.id;
    conversation.summary.updatedAt = now;
  }

  change(messageId: string, changes: Partial<ModelMessage>, now: number | null): void {
    for (const conversation of this.conversations) {
      const message = conversation.messages.find((each) => each.id === messageId);
      if (message === undefined) continue;
      Object.assign(message, changes);
      if (now !== null) conversation.summary.updatedAt = now;
    }
  }

  select(conversationId: string, messageId: string): void {
    const conversation = this.find(conversationId);
    const below = new Set([messageId]);
    let newest = messageId;
    for (const message of conversation.messages) {
      if (message.parentId === null || !below.has(message.parentId)) continue;
      below.add(message.id);
      newest = message.id;
    }
    conversation.leafId = newest;
  }

  delete(conversationId: string, now: number): void {
    const conversation = this.find(conversationId);
    conversation.deletedAt = now;
    for (const message of conversation.messages) if (message.status === 'generating') message.status = 'interrupted';
  }

  purge(before: number): number {
    const gone = this.conversations.filter(({ deletedAt }) => deletedAt !== null && deletedAt < before);
    for (const conversation of gone) this.conversations.splice(this.conversations.indexOf(conversation), 1);
    return gone.length;
  }

  interrupt(): number {
    const running = this.conversations
      .flatMap((each) => each.messages)
      .filter((message) => message.status === 'generating');
    for (const message of running) message.status = 'interrupted';
    return running.length;
  }

  branch(conversationId: string): MessageView[] {
    const { messages, leafId } = this.find(conversationId);
    const branch: MessageView[] = [];
    for (let id = leafId; id !== null;) {
      const message = messages.find((each) => each.id === id);
      if (message === undefined) break;
      const siblingIds = messages.filter((each) => each.parentId === message.parentId).map((each) => each.id);
      branch.unshift({ ...message, siblingIds });
      id = message.parentId;
    }
    return branch;
  }

  find(conversationId: string): ModelConversation {
    const conversation = this.conversations.find((each) => each.summary.id === conversationId);
    if (conversation === undefined) throw new Error(`the model has no conversation ${conversationId}`);
    return conversation;
  }
}
