import type { EngineModel } from './model.ts';
import type { Token } from './prompt.ts';
import type { Replies } from './replies.ts';
import type { StateCache } from './state-cache.ts';

/** Below this many tokens a saved state is not worth its file or its reading. */
const worthSavingTokens = 16;

function commonPrefix(left: readonly Token[], right: readonly Token[]): number {
  const end = Math.min(left.length, right.length);
  for (let index = 0; index < end; index += 1) {
    if (left[index] !== right[index]) return index;
  }
  return end;
}

/**
 * Keeps what has been read from being read again: the context holds the last conversation, saved states hold others.
 * Only a common beginning is ever reused.
 */
export function createContextKeeper(model: EngineModel, replies: Replies, cache: StateCache | null) {
  let conversationId: string | null = null;
  let savedTokens = 0;

  const save = async (): Promise<void> => {
    const held = [...model.held()];
    if (cache === null || conversationId === null || held.length < worthSavingTokens) return;
    if (held.length === savedTokens) return;
    // A state that cannot be saved costs a re-read later, nothing else.
    await cache
      .save(
        conversationId,
        { tokens: held, replies: replies.of(conversationId) },
        held.length * model.stateBytesPerToken,
        (path) => model.saveState(path),
      )
      .catch(() => undefined);
  };

  /** Restores the saved state of a conversation when it covers more of the prompt than the context does. */
  const restore = async (id: string, prompt: readonly Token[], heldPrefix: number): Promise<void> => {
    const saved = await cache?.find(id);
    if (saved === null || saved === undefined) return;
    if (commonPrefix(saved.tokens, prompt) < heldPrefix + worthSavingTokens) return;
    if (!(await cache?.verify(id))) return;
    try {
      await model.restoreState(saved.path);
      savedTokens = saved.tokens.length;
    } catch {
      await cache?.drop(id);
    }
  };

  return {
    /** Adds the spelling of earlier replies that a saved state of this conversation remembers. */
    async recall(id: string): Promise<void> {
      if (id === conversationId) return;
      const saved = await cache?.find(id);
      for (const reply of saved?.replies ?? []) replies.add(id, reply);
    },

    /**
     * Makes the context hold the longest known beginning of a prompt and nothing else.
     *
     * @returns how many tokens of the prompt need not be read; always fewer than all, since the last one must be
     */
    async take(id: string, prompt: readonly Token[]): Promise<number> {
      if (id !== conversationId) {
        await save();
        savedTokens = 0;
        await restore(id, prompt, commonPrefix(model.held(), prompt));
        conversationId = id;
      }
      const reused = Math.min(commonPrefix(model.held(), prompt), prompt.length - 1);
      await model.keep(reused);
      return reused;
    },

    /** Saves the state of the conversation that the context holds. */
    save,
  };
}

export type ContextKeeper = ReturnType<typeof createContextKeeper>;
