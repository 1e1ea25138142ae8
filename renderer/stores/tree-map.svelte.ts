import type { AssistantApi } from '../../preload/contract/api.ts';
import type { ConversationChange } from '../../preload/contract/conversations.ts';
import { toAppError, unwrap } from '../lib/api.ts';
import { treeRows, type TreeRow } from '../lib/tree-rows.ts';

/** All branches of a conversation at a glance. */
export class TreeMapStore {
  /** Null until they are read. */
  rows = $state.raw<TreeRow[] | null>(null);
  /** The row of the message that is shown last. */
  leafIndex = $state(0);
  failure = $state<string | null>(null);
  conversationId: string | null = null;
  #isReading = false;
  /** Whether what is being read may be out of date already. */
  #isOutdated = false;
  readonly #api: Pick<AssistantApi, 'conversations' | 'messages'>;

  constructor(api: Pick<AssistantApi, 'conversations' | 'messages'>) {
    this.#api = api;
  }

  /** Reads the map of a conversation. */
  async open(conversationId: string): Promise<void> {
    this.conversationId = conversationId;
    this.rows = null;
    this.failure = null;
    await this.#read();
  }

  /** Follows what happens to the conversation; gives the function that stops following. */
  follow(): () => void {
    return this.#api.conversations.onChanged((change) => {
      if (change.kind === 'renewed' || idOf(change) === this.conversationId) void this.#read();
    });
  }

  /** Reads once more where something changes while it is read. */
  async #read(): Promise<void> {
    this.#isOutdated = true;
    if (this.#isReading) return;
    this.#isReading = true;
    while (this.#isOutdated) {
      this.#isOutdated = false;
      await this.#readOnce();
    }
    this.#isReading = false;
  }

  async #readOnce(): Promise<void> {
    const { conversationId } = this;
    if (conversationId === null) return;
    try {
      const tree = await unwrap(this.#api.messages.tree({ conversationId }));
      if (conversationId !== this.conversationId) return;
      this.rows = treeRows(tree);
      this.failure = null;
      this.leafIndex = Math.max(
        0,
        this.rows.findLastIndex(({ node }) => node.id === tree.currentLeafId),
      );
    } catch (failure) {
      if (conversationId === this.conversationId) this.failure = toAppError(failure).message;
    }
  }
}

function idOf(change: Exclude<ConversationChange, { kind: 'renewed' }>): string {
  return change.kind === 'saved' ? change.conversation.id : change.conversationId;
}
