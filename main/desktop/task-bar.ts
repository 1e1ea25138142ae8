import type { Installation } from '../../preload/contract/library.ts';

/** What Electron's `setProgressBar` takes for "nothing is under way". */
const none = -1;
/** Fetching takes most of the time on most lines; converting takes the rest. */
const fetchShare = 0.7;

/**
 * How far the models on their way are, for the task bar.
 *
 * @returns 0 to 1; -1 when nothing is under way
 */
export function taskBarFraction(installations: readonly Installation[]): number {
  const underWay = installations.find(({ state }) => state !== 'paused' && state !== 'failed');
  if (underWay === undefined) return none;
  const { fetchedBytes, totalBytes, convertedFraction } = underWay;
  const fetched = totalBytes === 0 ? 0 : fetchedBytes / totalBytes;
  return Math.min(1, fetchShare * fetched + (1 - fetchShare) * convertedFraction);
}
