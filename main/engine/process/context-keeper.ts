import type { EngineModel, EngineSequence } from './model.ts';
import type { Token } from './prompt.ts';
import type { Replies } from './replies.ts';
import type { SavedState, StateCache } from './state-cache.ts';

/**
 * Keeps what has been read from being read again. A few sequences hold the conversations used last, saved states on disk
 * hold others, and a prompt takes whichever knows the longest part of it.
 */

/** Below this many tokens nothing is worth a file, a restore or a shift. */
const worthwhileTokens = 16;
/** Restoring reads the state from disk and checks its hash; a slow disk manages this much. */
const restoreBytesPerMs = 200_000;

interface Slot {
  readonly sequence: EngineSequence;
  conversationId: string | null;
  /** What it holds must never be on disk. */
  isTemporary: boolean;
  /** Tokens held when the state was last on disk. */
  savedTokens: number;
  lastUsed: number;
}

/** How much of what is held a prompt can go on from, once `forgotten` tokens behind the kept ones are forgotten. */
interface Match {
  forgotten: number;
  /** Tokens that are the same then, from the beginning. */
  length: number;
}

/** How many tokens are the same in `held` from `start` and in `prompt` from `from`. */
function equalFrom(held: readonly Token[], start: number, prompt: readonly Token[], from: number): number {
  const end = Math.min(held.length - start, prompt.length - from);
  let length = 0;
  while (length < end && held[start + length] === prompt[from + length]) length += 1;
  return length;
}

export interface ContextKeeperOptions {
  model: Pick<EngineModel, 'sequences' | 'stateBytesPerToken'>;
  replies: Replies;
  cache: StateCache | null;
  /** Tokens that every prompt begins with. */
  startTokens: number;
  /** Milliseconds that reading one token takes on this machine. */
  readMsPerToken: () => number;
}

export function createContextKeeper({ model, replies, cache, startTokens, readMsPerToken }: ContextKeeperOptions) {
  // Without a start the very first token stays: it opens a turn like the one that moves up, in whose place it stands.
  const kept = Math.max(1, startTokens);
  const slots: Slot[] = model.sequences.map((sequence) => ({
    sequence,
    conversationId: null,
    isTemporary: false,
    savedTokens: 0,
    lastUsed: 0,
  }));
  let uses = 0;

  /**
   * The longest part of what is held that the prompt begins with. It may go on behind turns that fell out of the window:
   * then these are forgotten and the rest moves up. That has to be worth more than what is equal from the beginning,
   * because moved tokens still remember the forgotten ones.
   */
  const bestMatch = (held: readonly Token[], prompt: readonly Token[], mayMove: boolean): Match => {
    const fromStart = equalFrom(held, 0, prompt, 0);
    let best: Match = { forgotten: 0, length: fromStart };
    if (!mayMove || fromStart < kept) return best;
    for (let forgotten = 1; kept + forgotten < held.length; forgotten += 1) {
      if (startTokens === 0 && held[forgotten] !== held[0]) continue;
      const length = kept + equalFrom(held, kept + forgotten, prompt, kept);
      if (length >= best.length + worthwhileTokens) best = { forgotten, length };
    }
    return best;
  };

  const save = async (slot: Slot): Promise<void> => {
    const { conversationId, isTemporary, sequence } = slot;
    const held = [...sequence.held()];
    if (cache === null || conversationId === null || isTemporary || held.length < worthwhileTokens) return;
    if (held.length === slot.savedTokens) return;
    // A state that cannot be saved costs a re-read later, nothing else.
    await cache
      .save(
        conversationId,
        { tokens: held, replies: replies.of(conversationId) },
        held.length * model.stateBytesPerToken,
        (path) => sequence.saveState(path),
      )
      .then(() => {
        slot.savedTokens = held.length;
      })
      .catch(() => undefined);
  };

  const leastRecentlyUsed = (): Slot => {
    const [first, ...others] = slots;
    if (first === undefined) throw new Error('The model has no sequence.');
    return others.reduce((oldest, slot) => (slot.lastUsed < oldest.lastUsed ? slot : oldest), first);
  };

  /** The saved state of a conversation, when restoring it is quicker than reading what it knows beyond `known` tokens. */
  const findSaved = async (id: string, prompt: readonly Token[], known: number): Promise<SavedState | null> => {
    const saved = await cache?.find(id);
    if (saved === null || saved === undefined) return null;
    const gained = bestMatch(saved.tokens, prompt, true).length - known;
    const restoreMs = (saved.tokens.length * model.stateBytesPerToken) / restoreBytesPerMs;
    const pays = gained >= worthwhileTokens && gained * readMsPerToken() > restoreMs;
    return pays && (await cache?.verify(id)) ? saved : null;
  };

  /** A sequence of another conversation that holds little but the beginning of this prompt: taking it costs nearly nothing. */
  const findClose = (prompt: readonly Token[]): Slot | null => {
    const shared = (slot: Slot): number => equalFrom(slot.sequence.held(), 0, prompt, 0);
    const close = slots.filter((slot) => {
      const length = shared(slot);
      return length >= worthwhileTokens && 2 * length >= slot.sequence.held().length;
    });
    return close.sort((left, right) => shared(right) - shared(left))[0] ?? null;
  };

  const restore = async (slot: Slot, id: string, saved: SavedState): Promise<void> => {
    try {
      await slot.sequence.restoreState(saved.path);
      slot.savedTokens = saved.tokens.length;
    } catch {
      await cache?.drop(id);
    }
  };

  return {
    /** Adds the spelling of earlier replies that a saved state of this conversation remembers. */
    async recall(id: string): Promise<void> {
      if (slots.some(({ conversationId }) => conversationId === id)) return;
      const saved = await cache?.find(id);
      for (const reply of saved?.replies ?? []) replies.add(id, reply);
    },

    /**
     * Chooses a sequence for a prompt and makes it hold the longest known beginning of it and nothing else.
     *
     * @param isTemporary nothing of this conversation may be written to disk
     * @returns the sequence, and how many tokens of the prompt need not be read; always fewer than all, since the last
     *   one has to be read to know what comes next
     */
    async take(
      id: string,
      prompt: readonly Token[],
      isTemporary = false,
    ): Promise<{ sequence: EngineSequence; reused: number }> {
      const own = slots.find(({ conversationId }) => conversationId === id);
      const known = own ?? findClose(prompt);
      const knownTokens = known === null ? 0 : bestMatch(known.sequence.held(), prompt, known === own).length;
      const saved = await findSaved(id, prompt, knownTokens);
      const slot = own ?? (saved === null ? known : null) ?? leastRecentlyUsed();
      const { sequence } = slot;
      if (slot !== own) {
        await save(slot);
        Object.assign(slot, { conversationId: id, savedTokens: 0 });
      }
      slot.isTemporary = isTemporary;
      if (saved !== null) await restore(slot, id, saved);
      const { forgotten, length } = bestMatch(sequence.held(), prompt, slot === own || saved !== null);
      if (forgotten > 0) await sequence.forget(kept, forgotten);
      const reused = Math.min(length, prompt.length - 1);
      await sequence.keep(reused);
      // What is on disk goes on differently now.
      if (forgotten > 0 || reused < slot.savedTokens) slot.savedTokens = 0;
      slot.lastUsed = ++uses;
      return { sequence, reused };
    },

    /** Lets go of these conversations: what is held of them is never saved, and what was saved is dropped. */
    async forget(ids: readonly string[]): Promise<void> {
      for (const slot of slots) {
        if (slot.conversationId !== null && ids.includes(slot.conversationId)) slot.conversationId = null;
      }
      replies.forget(ids);
      for (const id of ids) await cache?.drop(id);
    },

    /** Saves the states of all conversations that are held. */
    async save(): Promise<void> {
      for (const slot of slots) await save(slot);
    },
  };
}

export type ContextKeeper = ReturnType<typeof createContextKeeper>;
