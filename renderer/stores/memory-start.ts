import type { Turn } from './turn.svelte.ts';

/**
 * The oldest message the model saw for the newest answer that says so. Null when that is the first one of the branch, or
 * not known. @param earlierCount how many messages come before these
 */
export function memoryStart(turns: Turn[], earlierCount: number): string | null {
  const start = turns.findLast((turn) => startOf(turn) !== null);
  const id = start === undefined ? null : startOf(start);
  return earlierCount === 0 && id === turns[0]?.id ? null : id;
}

function startOf({ message }: Turn): string | null {
  return message.generation?.firstVisibleMessageId ?? null;
}
