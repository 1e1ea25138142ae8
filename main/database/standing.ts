import { closeSync, copyFileSync, existsSync, fsyncSync, linkSync, mkdirSync, openSync } from 'node:fs';
import { readFileSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { AppError } from '../../preload/contract/errors.ts';

const standingSchema = z.object({
  /** Set from the first change until the database is closed: a start that still finds it follows a kill or a power cut. */
  isOpen: z.boolean(),
  /** When that first change was made. */
  openedAt: z.number(),
  /** When it was last found sound; null where it never was, or not since the app last ended without closing it. */
  checkedAt: z.number().nullable(),
  /** What the last check found, in SQLite's words; null where it found nothing. */
  damage: z.string().nullable(),
  /** A finished file that is to take the place of the database; the one there is kept elsewhere already. */
  replacement: z.string().nullable(),
});

/** What is known of a database outside of its file, because a file that was emptied or lost cannot tell it. */
export type Standing = z.infer<typeof standingSchema>;

/** A database is its file and what SQLite keeps beside it. */
const parts = ['', '-wal', '-shm'];

const unknown: Standing = { isOpen: false, openedAt: 0, checkedAt: null, damage: null, replacement: null };

const pathOf = (databasePath: string): string => `${databasePath}.standing`;

/** Null where no database was ever opened at that path, or the note of it cannot be read. */
export function readStanding(databasePath: string): Standing | null {
  try {
    return standingSchema.parse(JSON.parse(readFileSync(pathOf(databasePath), 'utf8')));
  } catch {
    return null;
  }
}

/** Changes the note, on disk afterwards and never half written. @throws the file system's error */
export function noteStanding(databasePath: string, changes: Partial<Standing>): void {
  const path = pathOf(databasePath);
  const file = openSync(`${path}.part`, 'w', 0o600);
  try {
    writeSync(file, JSON.stringify({ ...(readStanding(databasePath) ?? unknown), ...changes }));
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(`${path}.part`, path);
}

/** Notes that the database was changed since it was opened. After an end that did not close it, its last check counts no longer. */
export function noteOpened(databasePath: string, now: number): void {
  const before = readStanding(databasePath) ?? unknown;
  noteStanding(databasePath, { isOpen: true, openedAt: now, checkedAt: before.isOpen ? null : before.checkedAt });
}

const wording = {
  missing:
    'The file that holds the conversations is not in its place any more. Put it back and try again, or take a backup.',
  empty:
    'The file that holds the conversations has been emptied, and not by this app. Put a copy in its place and try again, or take a backup.',
  'log-missing':
    'The log beside the conversations is gone (its name ends in -wal). It held what was saved last. Put it back and try again, or go on without it.',
} as const;

/** What is wrong with a database that SQLite would open without a word. */
export type Absence = keyof typeof wording;

/** @throws AppError `database-unreadable` where a database was opened before and not all of it is there any more */
export function assertComplete(databasePath: string): void {
  const standing = readStanding(databasePath);
  const absence = standing === null ? null : absenceOf(databasePath, standing);
  if (absence === null) return;
  throw new AppError('database-unreadable', wording[absence], { cause: absence, problem: absence });
}

function absenceOf(databasePath: string, standing: Standing): Absence | null {
  const file = statSync(databasePath, { throwIfNoEntry: false });
  if (file === undefined) return 'missing';
  if (file.size === 0) return 'empty';
  // A kill leaves the log. Another program that opened the database since has folded it into the file, which is newer then.
  const isLogGone = standing.isOpen && !existsSync(`${databasePath}-wal`) && file.mtimeMs <= standing.openedAt;
  return isLogGone ? 'log-missing' : null;
}

/**
 * Puts a finished file in the place of the database, which is kept in `keptFolder` with all that belongs to it. A kill in
 * between leaves the old state or one that the next start brings to its end: see `finishReplacement`.
 */
export function replaceDatabase(databasePath: string, finishedPath: string, keptFolder: string): void {
  mkdirSync(keptFolder, { recursive: true, mode: 0o700 });
  for (const part of parts) {
    const path = databasePath + part;
    if (existsSync(path)) keep(path, join(keptFolder, basename(path)));
  }
  syncFolder(keptFolder);
  noteStanding(databasePath, { replacement: finishedPath });
  finishReplacement(databasePath);
}

/** Brings a replacement that was begun to its end. Does nothing where there is none. */
export function finishReplacement(databasePath: string): void {
  const replacement = readStanding(databasePath)?.replacement ?? null;
  if (replacement === null) return;
  if (existsSync(replacement)) {
    // The old log first: SQLite would play it into the new file.
    for (const part of ['-wal', '-shm']) rmSync(databasePath + part, { force: true });
    syncFolder(dirname(databasePath));
    renameSync(replacement, databasePath);
    syncFolder(dirname(databasePath));
  }
  noteStanding(databasePath, { ...unknown });
}

/** A second name for the same bytes, or a copy where the file system knows no second names. */
function keep(path: string, keptPath: string): void {
  try {
    linkSync(path, keptPath);
  } catch {
    copyFileSync(path, keptPath);
  }
}

function syncFolder(folder: string): void {
  // Windows has no folders that can be opened, and writes their entries by itself.
  if (process.platform === 'win32') return;
  const opened = openSync(folder, 'r');
  try {
    fsyncSync(opened);
  } finally {
    closeSync(opened);
  }
}
