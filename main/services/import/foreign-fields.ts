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

/** Milliseconds of a date written as text; null for anything else. */
export function timeOf(value: unknown): number | null {
  const ms = typeof value === 'string' ? Date.parse(value) : NaN;
  return Number.isNaN(ms) ? null : ms;
}
