import type { Message } from '../../preload/contract/conversations.ts';
import { Turn } from './turn.svelte.ts';

/** The turns of a snapshot. A turn that was on the page before stays the same object, so its nodes stay too. */
export function renewTurns(turns: Turn[], messages: Message[], liveId: string | null): Turn[] {
  const known = new Map(turns.map((turn) => [turn.id, turn]));
  return messages.map((message) => {
    const isLive = message.id === liveId;
    const turn = known.get(message.id);
    if (turn === undefined) return new Turn(message, isLive);
    turn.take(message, isLive);
    return turn;
  });
}
