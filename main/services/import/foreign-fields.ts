import { v5 as uuidv5 } from 'uuid';
import { idSchema } from '../../../preload/contract/conversations.ts';
import { isDeeperThan } from './json-records.ts';

/** Most that a message may bring along beside its text, in UTF-16 units of JSON and in levels of nesting. */
const longestFields = 64 * 1024;
const deepestFields = 32;

/** Fixed, so that the same foreign id becomes the same id every time. */
const idNamespace = 'c2a1f0de-52b7-47f5-8f0c-4f3a1d7e9b60';

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether this is little enough to be kept with a message. */
export function isSmall(value: unknown): boolean {
  try {
    const text = JSON.stringify(value);
    return text.length <= longestFields && !isDeeperThan(text, deepestFields);
  } catch {
    // Nested deeper than can be written down.
    return false;
  }
}

/** A foreign id as one of the app's: itself where it can be, otherwise one that is derived from it. */
export function ownId(foreignId: string): string {
  return idSchema.safeParse(foreignId).success ? foreignId : uuidv5(foreignId.toWellFormed(), idNamespace);
}

/** An id for what has none, from what tells it apart. */
export function idFrom(...parts: (string | number | null)[]): string {
  return uuidv5(JSON.stringify(parts), idNamespace);
}

/** Text that says something; null for anything else. */
export function filledText(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

/** Milliseconds of a date written as text; null for anything else. */
export function timeOf(value: unknown): number | null {
  const ms = typeof value === 'string' ? Date.parse(value) : NaN;
  return Number.isNaN(ms) ? null : ms;
}

/** Seconds since 1970 stay below this for 3,000 years, and milliseconds have been above it since 1973. */
const firstMs = 1e11;
/** The last moment that a date can name. */
const lastMs = 8.64e15;

/** Milliseconds of a moment: seconds or milliseconds since 1970, or a date written as text; null for anything else. */
export function momentOf(value: unknown): number | null {
  if (typeof value !== 'number') return timeOf(value);
  const ms = Math.round(value < firstMs ? value * 1000 : value);
  return ms > 0 && ms <= lastMs ? ms : null;
}
