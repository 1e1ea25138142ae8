import type { Message } from '../../preload/contract/conversations.ts';
import type { LiveAnswer } from './event-gate.ts';
import { Turn } from './turn.svelte.ts';

/** The turns of a snapshot. A turn that was on the page before stays the same object, so its nodes stay too. */
export function renewTurns(turns: Turn[], messages: Message[], live: readonly LiveAnswer[]): Turn[] {
  const known = new Map(turns.map((turn) => [turn.id, turn]));
  const liveIds = new Set(live.map(({ messageId }) => messageId));
  return messages.map((message) => {
    const isLive = liveIds.has(message.id);
    const turn = known.get(message.id);
    if (turn === undefined) return new Turn(message, isLive);
    turn.take(message, isLive);
    return turn;
  });
}
