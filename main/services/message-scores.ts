import { ratings, type Rating } from '../../preload/contract/conversations.ts';
import { isRecord } from './import/foreign-fields.ts';

/*
 * Open-Assistant exports what the owner of a chat thinks of an answer among the events of the message:
 * `{"score": [{"type": "score", "score": 1}]}`, or -1.
 */

/** The rating among a message's events; null where there is none, or those of several people. */
export function ratingOf(events: unknown): Rating | null {
  const scores = isRecord(events) ? events['score'] : null;
  const [only] = Array.isArray(scores) && scores.length === 1 ? (scores as unknown[]) : [];
  return ratings.find((rating) => isRecord(only) && only['score'] === rating) ?? null;
}

/** A message's events with this rating; as they are where they say so already, and undefined when none are left. */
export function withRating(events: unknown, rating: Rating | null): unknown {
  if (ratingOf(events) === rating) return events;
  const { score: _, ...others } = isRecord(events) ? events : {};
  const changed = rating === null ? others : { ...others, score: [{ type: 'score', score: rating }] };
  return Object.keys(changed).length === 0 ? undefined : changed;
}
