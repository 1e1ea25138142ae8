import type { Backup } from '../../preload/contract/backups.ts';

const dayMs = 24 * 60 * 60 * 1000;
/** Monday, 5 January 1970: weeks begin on Mondays. */
const firstMondayMs = 4 * dayMs;

/** What is kept of the backups that the app makes by itself. */
const newestKept = 3;
const daysKept = 7;
const weeksKept = 4;
/** Those made before a migration or a restore are kept at least this long, however many there are. */
const keptBeforeChangeMs = 30 * dayMs;

type Dated = Pick<Backup, 'id' | 'reason' | 'createdAt'>;

/**
 * The backups that may go: all but the newest three, the last of each of the newest seven days and of the newest four
 * weeks that have one. Days and weeks without any are not counted, so time away from the app costs no backup. What the
 * owner made stays until the owner deletes it.
 */
export function outdatedBackups<T extends Dated>(backups: readonly T[], now: number): T[] {
  const rolling = backups.filter(({ reason }) => reason !== 'owner').toSorted(newestFirst);
  const kept = new Set<T>([
    ...rolling.slice(0, newestKept),
    ...lastOfEach(rolling, daysKept, ({ createdAt }) => Math.floor(createdAt / dayMs)),
    ...lastOfEach(rolling, weeksKept, ({ createdAt }) => Math.floor((createdAt - firstMondayMs) / (7 * dayMs))),
    ...rolling.filter(({ reason, createdAt }) => reason !== 'schedule' && now - createdAt < keptBeforeChangeMs),
  ]);
  return rolling.filter((backup) => !kept.has(backup));
}

/** The order in which backups are shown. */
export function newestFirst(left: Dated, right: Dated): number {
  return right.createdAt - left.createdAt || (left.id < right.id ? 1 : -1);
}

/** @param backups newest first */
function lastOfEach<T>(backups: readonly T[], count: number, periodOf: (backup: T) => number): T[] {
  const last = new Map<number, T>();
  for (const backup of backups) if (!last.has(periodOf(backup))) last.set(periodOf(backup), backup);
  return [...last.values()].slice(0, count);
}
