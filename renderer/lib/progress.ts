import type { Activity } from '../stores/turn.svelte.ts';
import { formatCount, formatPercent } from './format.ts';

export interface Progress {
  text: string;
  /** 0 to 1; null where there is nothing to measure. */
  fraction: number | null;
}

/** What an unfinished answer is waiting for, in words and numbers. Null once its own text shows the progress. */
export function progressOf(activity: Activity): Progress | null {
  switch (activity.kind) {
    case 'starting':
      return { text: 'sent to the model', fraction: null };
    case 'queued':
      return { text: queueText(activity.ahead), fraction: null };
    case 'loading':
      return { text: `loading the model ${formatPercent(activity.fraction)}`, fraction: activity.fraction };
    case 'reading': {
      const { done, total, reused } = activity;
      const already = reused > 0 ? `, ${formatCount(reused)} already read` : '';
      return {
        text: `reading ${formatCount(done)} of ${formatCount(total)} tokens${already}`,
        fraction: total > 0 ? Math.min(done / total, 1) : null,
      };
    }
    case 'writing':
      return null;
  }
}

function queueText(ahead: number): string {
  if (ahead <= 0) return 'next in line';
  return ahead === 1 ? 'waiting for one answer ahead' : `waiting for ${formatCount(ahead)} answers ahead`;
}
