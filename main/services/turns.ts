import type { Message } from '../../preload/contract/conversations.ts';
import type { Turn } from '../engine/protocol.ts';

/**
 * A branch as the model reads it. Answers that never got a word are left out, and so is what fell out of the window
 * before: turns only ever leave it, so the ones before the oldest that the newest answer saw cannot come back, and a
 * long conversation costs no more than a full window. In a window of another size they may come back: then the whole
 * branch is looked at again.
 *
 * @param windowTokens size of the window of the model that will read it
 */
export function turnsOf(messages: readonly Message[], windowTokens: number | null): Turn[] {
  const facts = messages.map(({ generation }) => generation);
  const newest = facts.findLast((generation) => (generation?.firstVisibleMessageId ?? null) !== null) ?? null;
  const isSameWindow = newest !== null && newest.windowTokens === windowTokens;
  const start = isSameWindow ? messages.findIndex(({ id }) => id === newest.firstVisibleMessageId) : 0;
  return messages
    .slice(Math.max(0, start))
    .filter(({ role, text }) => role === 'prompter' || text !== '')
    .map(({ id, role, text }) => ({ id, role, text }));
}
