import type { AssistantApi } from '../../preload/contract/api.ts';
import { toAppError, unwrap } from '../lib/api.ts';
import { treeRows, type TreeRow } from '../lib/tree-rows.ts';

/** All branches of a conversation at a glance, as they were when the map was opened. */
export class TreeMapStore {
  /** Null until they are read. */
  rows = $state.raw<TreeRow[] | null>(null);
  /** The row of the message that is shown last. */
  leafIndex = $state(0);
  failure = $state<string | null>(null);
  conversationId: string | null = null;
  readonly #api: Pick<AssistantApi, 'messages'>;

  constructor(api: Pick<AssistantApi, 'messages'>) {
    this.#api = api;
  }

  /** Reads the map of a conversation. */
  async open(conversationId: string): Promise<void> {
    this.conversationId = conversationId;
    this.rows = null;
    this.failure = null;
    try {
      const tree = await unwrap(this.#api.messages.tree({ conversationId }));
      if (conversationId !== this.conversationId) return;
      this.rows = treeRows(tree);
      this.leafIndex = Math.max(
        0,
        this.rows.findLastIndex(({ node }) => node.id === tree.currentLeafId),
      );
    } catch (failure) {
      if (conversationId === this.conversationId) this.failure = toAppError(failure).message;
    }
  }
}
