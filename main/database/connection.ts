import { accessSync, chmodSync, closeSync, constants, openSync, readSync, statSync } from 'node:fs';
import Database from 'better-sqlite3';
import { AppError } from '../../preload/contract/errors.ts';
import { migrate, newestVersion } from './migrations/index.ts';
import { databaseError, toDatabaseError } from './sqlite-errors.ts';
import { assertComplete, finishReplacement } from './standing.ts';

const busyTimeoutMs = 5_000;
const headerMagic = 'SQLite format 3\0';
const headerBytes = 100;
const userVersionOffset = 60;

/**
 * Opens the database at `path` (absolute; its folder exists), creates it if there is none, and brings it to the newest
 * schema. Nothing is checked beyond what opening reads: a quick_check grows with the file and does not belong here.
 *
 * @throws AppError `database-unreadable`, `database-newer` (the file stays byte for byte what it was),
 * `database-readonly` or `disk-full`.
 */
export function openDatabase(path: string): Database.Database {
  let db: Database.Database | null = null;
  try {
    finishReplacement(path);
    assertComplete(path);
    preparePrivateFile(path);
    refuseNewer(peekVersion(path));
    db = new Database(path, { timeout: busyTimeoutMs });
    configure(db);
    migrate(db);
    return db;
  } catch (thrown) {
    db?.close();
    throw toDatabaseError(thrown);
  }
}

/** Sets what SQLite does not remember in the file. */
export function configure(db: Database.Database): void {
  db.pragma('journal_mode = WAL');
  // better-sqlite3 is built with DEFAULT_WAL_SYNCHRONOUS=1: without this line the first WAL write silently drops the
  // level from FULL to NORMAL, and a power cut may take the last answers with it.
  db.pragma('synchronous = FULL');
  // macOS only: plain fsync leaves data in the drive's cache; a checkpoint overwrites pages and must not.
  db.pragma('checkpoint_fullfsync = ON');
  db.pragma('foreign_keys = ON');
  db.pragma('trusted_schema = OFF');
  db.pragma('cell_size_check = ON');
  // Deleted conversations leave no text behind in free pages.
  db.pragma('secure_delete = ON');
}

/** Folds the log into the file and closes it. Never throws: whatever cannot be folded now is replayed when next opened. */
export function closeDatabase(db: Database.Database): void {
  try {
    db.pragma('optimize');
    db.pragma('wal_checkpoint(TRUNCATE)');
  } catch {
    // A full disk or a damaged page. Every commit is already in the log, so closing loses nothing.
  } finally {
    db.close();
  }
}

/** Makes sure the file exists and only its owner may read it; SQLite gives the log files the same mode. */
function preparePrivateFile(path: string): void {
  const logBytes = sizeOf(`${path}-wal`);
  // SQLite discards the log of an empty file. Here that would delete what may be the only copy of the last days.
  if (logBytes > 0 && sizeOf(path) === 0) {
    throw databaseError('database-unreadable', `an empty file beside a log of ${logBytes} bytes`);
  }
  closeSync(openSync(path, 'a', 0o600));
  const mode = statSync(path).mode & 0o777;
  if ((mode & 0o077) !== 0) chmodSync(path, mode & 0o700);
  // SQLite would open a write-protected file for reading and fail at the first save.
  accessSync(path, constants.R_OK | constants.W_OK);
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/**
 * The schema version, read without changing anything: opening a connection for writing and closing it again would
 * already fold the log into a file that a newer version of the app owns.
 */
function peekVersion(path: string): number {
  if (sizeOf(path) === 0) return 0;
  if (sizeOf(`${path}-wal`) > 0) {
    // The newest header may be in the log, and only SQLite can read that.
    const db = new Database(path, { readonly: true, fileMustExist: true, timeout: busyTimeoutMs });
    try {
      return db.pragma('user_version', { simple: true }) as number;
    } finally {
      db.close();
    }
  }
  const header = Buffer.alloc(headerBytes);
  const file = openSync(path, 'r');
  try {
    const read = readSync(file, header, 0, headerBytes, 0);
    if (read < headerBytes || header.toString('latin1', 0, headerMagic.length) !== headerMagic) {
      throw databaseError('database-unreadable', 'the header of the file is not one of SQLite');
    }
  } finally {
    closeSync(file);
  }
  return header.readInt32BE(userVersionOffset);
}

function refuseNewer(version: number): void {
  if (version <= newestVersion) return;
  const { code, message, details } = databaseError('database-newer', 'user_version');
  throw new AppError(code, message, { ...details, version, newestVersion });
}
