import type { HistoryMessage } from '../database/protocol.ts';
import type { Turn } from '../engine/protocol.ts';

/**
 * The end of a branch as the model reads it. Answers that never got a word are left out, and so is what fell out of the
 * window before: turns only ever leave it, so the ones before the oldest that the newest answer saw cannot come back,
 * and a long conversation costs no more than a full window. In a window of another size they may come back: then all of
 * the history is looked at again.
 *
 * @param history what `getHistory` answers for this window
 * @param windowTokens size of the window of the model that will read it
 */
export function turnsOf(history: readonly HistoryMessage[], windowTokens: number): Turn[] {
  const facts = history.map(({ generation }) => generation);
  const newest = facts.findLast((generation) => (generation?.firstVisibleMessageId ?? null) !== null) ?? null;
  const isSameWindow = newest !== null && newest.windowTokens === windowTokens;
  const start = isSameWindow ? history.findIndex(({ id }) => id === newest.firstVisibleMessageId) : -1;
  // Cut off further up, it may begin with an answer: the model never reads one without its question.
  const first = start === -1 ? history.findIndex(({ role }) => role === 'prompter') : start;
  return history
    .slice(Math.max(0, first))
    .filter(({ role, text }) => role === 'prompter' || text !== '')
    .map(({ id, role, text }) => ({ id, role, text }));
}
