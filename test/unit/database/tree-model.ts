import type {
  ConversationSummary,
  Message,
  MessageRole,
  MessageStatus,
  Rating,
} from '../../../preload/contract/conversations.ts';
import type { ConversationTree, TreeNode } from '../../../preload/contract/messages.ts';
import type { NewConversation } from '../../../main/database/protocol.ts';

interface ModelMessage {
  id: string;
  parentId: string | null;
  role: MessageRole;
  text: string;
  status: MessageStatus;
  rating: Rating | null;
  /** The message that the deleted branch begins with to which it belongs. */
  deletedWith: string | null;
}

interface ModelConversation {
  summary: ConversationSummary;
  messages: ModelMessage[];
  leafId: string | null;
  deletedAt: number | null;
  branches: { rootId: string; leafId: string | null; deletedAt: number }[];
}

/** What a property test compares of a message, and of a node of the tree. */
export type MessageView = Pick<Message, 'id' | 'parentId' | 'role' | 'text' | 'status' | 'rating' | 'siblingIds'>;
export type NodeView = Pick<TreeNode, 'id' | 'parentId' | 'role' | 'status' | 'rating'>;

/**
 * What the database is meant to hold, written the plainest way: arrays in memory, no SQL. Methods do not check what
 * they are given; the test calls them only after the real operation succeeded.
 */
export class TreeModel {
  readonly conversations: ModelConversation[] = [];
  readonly #namedByHand = new Set<string>();

  /** All messages that are not deleted. */
  get visible(): { conversation: ModelConversation; message: ModelMessage }[] {
    const there = this.conversations.filter((conversation) => conversation.deletedAt === null);
    return there.flatMap((conversation) => visibleOf(conversation).map((message) => ({ conversation, message })));
  }

  /** The first messages of all deleted branches in conversations that are not deleted. */
  get deletedBranches(): string[] {
    const there = this.conversations.filter((conversation) => conversation.deletedAt === null);
    return there.flatMap(({ branches }) => branches.map(({ rootId }) => rootId));
  }

  get list(): ConversationSummary[] {
    const there = this.conversations.filter((conversation) => conversation.deletedAt === null);
    const key = ({ updatedAt, id }: ConversationSummary) => `${String(updatedAt).padStart(16, '0')} ${id}`;
    return there.map((conversation) => conversation.summary).sort((a, b) => (key(a) < key(b) ? 1 : -1));
  }

  create(id: string, { title, origin }: NewConversation, now: number): void {
    this.conversations.push({
      summary: {
        ...{ id, title, createdAt: now, updatedAt: now, origin, presetId: null },
        ...{ folderId: null, isPinned: false, isArchived: false, isTemporary: false },
      },
      messages: [],
      leafId: null,
      deletedAt: null,
      branches: [],
    });
  }

  ask(conversationId: string, id: string, parentId: string | null, text: string): void {
    const { messages } = this.find(conversationId);
    messages.push({ id, parentId, role: 'prompter', text, status: 'complete', rating: null, deletedWith: null });
  }

  /** Adds empty answers; the first is shown. */
  answer(conversationId: string, parentId: string, ids: readonly string[], now: number): void {
    const conversation = this.find(conversationId);
    const empty = { role: 'assistant', text: '', status: 'generating', rating: null, deletedWith: null } as const;
    for (const id of ids) conversation.messages.push({ id, parentId, ...empty });
    conversation.leafId = ids[0] ?? null;
    conversation.summary.updatedAt = now;
  }

  change(messageId: string, changes: Partial<ModelMessage>, now: number | null): void {
    const conversation = this.conversationOf(messageId);
    Object.assign(conversation.messages.find(({ id }) => id === messageId) ?? {}, changes);
    if (now !== null) conversation.summary.updatedAt = now;
  }

  select(messageId: string): void {
    const conversation = this.conversationOf(messageId);
    if (subtree(conversation, messageId, visibleOf(conversation)).some(({ id }) => id === conversation.leafId)) return;
    conversation.leafId = newestLeaf(conversation, messageId);
  }

  /** Whether something would be left to show without this branch. */
  canDelete(messageId: string): boolean {
    const { messages } = this.conversationOf(messageId);
    const message = messages.find(({ id }) => id === messageId);
    const isBeside = ({ id, parentId, deletedWith }: ModelMessage): boolean =>
      id !== messageId && parentId === message?.parentId && deletedWith === null;
    return message?.parentId !== null || messages.some(isBeside);
  }

  deleteBranch(messageId: string, now: number): void {
    const conversation = this.conversationOf(messageId);
    const gone = subtree(conversation, messageId, visibleOf(conversation));
    const parentId = gone[0]?.parentId ?? null;
    const isShown = gone.some(({ id }) => id === conversation.leafId);
    conversation.branches.push({
      rootId: messageId,
      leafId: isShown ? conversation.leafId : null,
      deletedAt: now,
    });
    for (const message of gone) {
      message.deletedWith = messageId;
      if (message.status === 'generating') message.status = 'interrupted';
    }
    const beside = visibleOf(conversation).findLast((message) => message.parentId === parentId);
    if (isShown) conversation.leafId = beside === undefined ? parentId : newestLeaf(conversation, beside.id);
  }

  restoreBranch(messageId: string): void {
    const conversation = this.conversationOf(messageId);
    const branch = conversation.branches.find(({ rootId }) => rootId === messageId);
    this.bringBack(messageId);
    conversation.leafId = branch?.leafId ?? newestLeaf(conversation, messageId);
  }

  private bringBack(messageId: string): void {
    const conversation = this.conversationOf(messageId);
    const rootId = conversation.messages.find(({ id }) => id === messageId)?.deletedWith ?? null;
    if (rootId === null) return;
    for (const message of conversation.messages) if (message.deletedWith === rootId) message.deletedWith = null;
    conversation.branches = conversation.branches.filter((branch) => branch.rootId !== rootId);
    const parentId = conversation.messages.find(({ id }) => id === rootId)?.parentId ?? null;
    if (parentId !== null) this.bringBack(parentId);
  }

  /** @param ids those of the copies, root first */
  fork(messageId: string, conversationId: string, ids: readonly string[], now: number): void {
    const original = this.conversationOf(messageId);
    const path = pathOf(original, messageId);
    const title = original.summary.title.replace(/( \(copy\))?$/, ' (copy)');
    this.create(conversationId, { title, origin: original.summary.origin }, now);
    const copy = this.find(conversationId);
    copy.summary.presetId = original.summary.presetId;
    copy.leafId = ids.at(-1) ?? null;
    copy.messages = path.map((message, index) => ({
      ...message,
      id: ids[index] ?? '',
      parentId: ids[index - 1] ?? null,
      status: message.status === 'generating' ? 'interrupted' : message.status,
    }));
  }

  delete(conversationId: string, now: number): void {
    const conversation = this.find(conversationId);
    conversation.deletedAt = now;
    for (const message of conversation.messages) if (message.status === 'generating') message.status = 'interrupted';
  }

  /** Removes what was deleted before; returns how many conversations. */
  purge(before: number): number {
    const gone = this.conversations.filter(({ deletedAt }) => deletedAt !== null && deletedAt < before);
    for (const conversation of gone) this.conversations.splice(this.conversations.indexOf(conversation), 1);
    for (const conversation of this.conversations) {
      const oldest = conversation.messages.find(({ parentId }) => parentId === null);
      for (const { rootId } of conversation.branches.filter(({ deletedAt }) => deletedAt < before)) {
        const erased = new Set(subtree(conversation, rootId, conversation.messages).map(({ id }) => id));
        conversation.messages = conversation.messages.filter(({ id }) => !erased.has(id));
        conversation.branches = conversation.branches.filter((branch) => !erased.has(branch.rootId));
      }
      if (oldest !== undefined && !conversation.messages.includes(oldest)) this.#retitle(conversation);
    }
    return gone.length;
  }

  rename(conversationId: string, title: string): void {
    this.find(conversationId).summary.title = title;
    this.#namedByHand.add(conversationId);
  }

  /** The question that gave an automatic title was erased: the one that is first now gives it. */
  #retitle(conversation: ModelConversation): void {
    if (this.#namedByHand.has(conversation.summary.id)) return;
    const question = visibleOf(conversation).find(({ parentId }) => parentId === null);
    const title = question?.text.replace(/\s+/g, ' ').trim() ?? '';
    conversation.summary.title = title === '' ? 'New conversation' : title;
  }

  interrupt(): number {
    const running = this.conversations
      .flatMap((each) => each.messages)
      .filter((message) => message.status === 'generating');
    for (const message of running) message.status = 'interrupted';
    return running.length;
  }

  branch(conversationId: string): MessageView[] {
    const conversation = this.find(conversationId);
    const path = conversation.leafId === null ? [] : pathOf(conversation, conversation.leafId);
    return path.map(({ deletedWith: _, ...message }) => ({
      ...message,
      siblingIds: visibleOf(conversation)
        .filter(({ parentId }) => parentId === message.parentId)
        .map(({ id }) => id),
    }));
  }

  tree(conversationId: string): Omit<ConversationTree, 'nodes'> & { nodes: NodeView[] } {
    const conversation = this.find(conversationId);
    const view = ({ id, parentId, role, status, rating }: ModelMessage) => ({ id, parentId, role, status, rating });
    return { nodes: visibleOf(conversation).map(view), currentLeafId: conversation.leafId };
  }

  find(conversationId: string): ModelConversation {
    const conversation = this.conversations.find((each) => each.summary.id === conversationId);
    if (conversation === undefined) throw new Error(`the model has no conversation ${conversationId}`);
    return conversation;
  }

  private conversationOf(messageId: string): ModelConversation {
    const conversation = this.conversations.find(({ messages }) => messages.some(({ id }) => id === messageId));
    if (conversation === undefined) throw new Error(`the model has no message ${messageId}`);
    return conversation;
  }
}

function visibleOf({ messages }: ModelConversation): ModelMessage[] {
  return messages.filter(({ deletedWith }) => deletedWith === null);
}

/** A message and all of `among` that hang below it, in the order they were written. */
function subtree({ messages }: ModelConversation, rootId: string, among: readonly ModelMessage[]): ModelMessage[] {
  const below = new Set([rootId]);
  return messages.filter((message) => {
    const isBelow = message.id === rootId || (message.parentId !== null && below.has(message.parentId));
    if (isBelow && among.includes(message)) below.add(message.id);
    return below.has(message.id);
  });
}

function newestLeaf(conversation: ModelConversation, messageId: string): string {
  return subtree(conversation, messageId, visibleOf(conversation)).at(-1)?.id ?? messageId;
}

function pathOf({ messages }: ModelConversation, messageId: string): ModelMessage[] {
  const path: ModelMessage[] = [];
  for (let id: string | null = messageId; id !== null;) {
    const message: ModelMessage | undefined = messages.find((each) => each.id === id);
    if (message === undefined) break;
    path.unshift(message);
    id = message.parentId;
  }
  return path;
}
