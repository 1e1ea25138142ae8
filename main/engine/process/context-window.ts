/**
 * Which turns the model sees. Whole turns only, never half of one; when they no longer fit, the oldest are dropped in one
 * large step, so that the turns kept stay the same for many questions and need not be read again.
 *
 * The choice depends on nothing but the lengths: the same conversation always gets the same window.
 */

/** Tokens kept free for the reply; a longer one may use whatever else is free. */
const replyReserveTokens = 512;
/** In a very small window, this share of it at most. */
const replyReserveShare = 3 / 4;

/** After a drop the prompt fills at most this share of its budget. */
const shareAfterDrop = 0.6;

export type WindowFit =
  | { fits: true; firstVisible: number; promptTokens: number }
  /** The newest question (with what is already answered) is too long on its own. */
  | { fits: false; usedTokens: number; limitTokens: number };

/** Most tokens a prompt may have in a window of `contextTokens`. */
export function promptBudget(contextTokens: number): number {
  const reserve = Math.min(replyReserveTokens, Math.floor(contextTokens * replyReserveShare));
  return Math.max(1, contextTokens - reserve);
}

/** What takes room in every prompt, in tokens: what all of them begin with, and what opens an empty answer. */
export interface FixedSize {
  startTokens: number;
  openingTokens: number;
}

/** A turn as the window sees it; `tokens` counts its marker and its end. */
export interface TurnSize {
  role: 'prompter' | 'assistant';
  tokens: number;
}

/**
 * Chooses the first visible turn.
 *
 * @param turns oldest first; the last is the newest question
 * @param openingTokens what follows the last turn: the assistant mark and the answer so far
 * @param contextTokens size of the model's window
 * @param fixed what the format adds; Open-Assistant's unless told
 */
export function fitWindow(
  turns: readonly TurnSize[],
  openingTokens: number,
  contextTokens: number,
  fixed: FixedSize = { startTokens: 0, openingTokens: 1 },
): WindowFit {
  const limitTokens = promptBudget(contextTokens);
  const last = turns.length - 1;
  const newest = fixed.startTokens + (turns[last]?.tokens ?? 0) + openingTokens;
  if (newest > limitTokens) return { fits: false, usedTokens: newest, limitTokens };

  // Replays the conversation: each turn enters the window as it did when it was new, so the step points never move.
  let firstVisible = 0;
  let used = fixed.startTokens;
  const dropOldest = (): void => {
    used -= turns[firstVisible]?.tokens ?? 0;
    firstVisible += 1;
  };
  const makeRoom = (newest: number, opening: number): void => {
    if (used + opening <= limitTokens) return;
    while (firstVisible < newest && used + opening > limitTokens * shareAfterDrop) dropOldest();
    // A window never opens with an answer whose question is gone.
    while (firstVisible < last && turns[firstVisible]?.role === 'assistant') dropOldest();
  };
  turns.forEach((turn, index) => {
    used += turn.tokens;
    makeRoom(index, fixed.openingTokens);
  });
  // A continued answer finds the window that it began in, unless it has outgrown it.
  makeRoom(last, openingTokens);
  return { fits: true, firstVisible, promptTokens: used + openingTokens };
}
