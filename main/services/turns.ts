import type { Message } from '../../preload/contract/conversations.ts';
import type { Turn } from '../engine/protocol.ts';

/**
 * A branch as the model reads it. Answers that never got a word are left out, and so is what fell out of the window
 * before: turns only ever leave it, so the ones before the oldest that the newest answer saw cannot come back, and a
 * long conversation costs no more than a full window.
 */
export function turnsOf(messages: readonly Message[]): Turn[] {
  const newest = messages.findLast(({ generation }) => (generation?.firstVisibleMessageId ?? null) !== null);
  const start = messages.findIndex(({ id }) => id === newest?.generation?.firstVisibleMessageId);
  return messages
    .slice(Math.max(0, start))
    .filter(({ role, text }) => role === 'prompter' || text !== '')
    .map(({ id, role, text }) => ({ id, role, text }));
}
