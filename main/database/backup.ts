import { closeSync, existsSync, fsyncSync, openSync, readSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { AppError } from '../../preload/contract/errors.ts';
import { scrubErased } from './scrub.ts';
import { databaseError } from './sqlite-errors.ts';

/** Pages between two reports of progress: about 4 MB. */
const pagesPerStep = 1000;
const compareBytes = 1024 * 1024;

/**
 * Writes a compact copy of the open database to `copyPath`, checks it, and only then gives it that name. Does so in one
 * go, before anything else may happen to the database. Leaves nothing behind when it fails.
 *
 * @throws what SQLite throws (`SQLITE_FULL` without room), or `database-unreadable` when the copy fails its check.
 */
export function writeBackup(db: Database.Database, copyPath: string): void {
  const partPath = beginPart(copyPath);
  try {
    db.prepare('VACUUM INTO ?').run(partPath);
    assertSound(partPath);
    publish(partPath, copyPath);
  } finally {
    rmSync(partPath, { force: true });
  }
}

/**
 * Copies the database of another connection to `copyPath`, as it is at this moment, and gives the copy its name once it
 * is checked and on disk. Whoever writes meanwhile is not held up, and does not show in the copy.
 *
 * @returns false where the copy would be `unlessSameAs` once more, byte for byte, and was dropped
 * @throws what SQLite throws, `invalid-input` when something lies at `copyPath`, `database-unreadable` when the copy
 * fails its check
 */
export async function copyDatabase(
  { databasePath, copyPath, unlessSameAs }: { databasePath: string; copyPath: string; unlessSameAs: string | null },
  onProgress: (fraction: number) => void,
): Promise<boolean> {
  refuseTaken(copyPath);
  const partPath = beginPart(copyPath);
  const source = new Database(databasePath, { readonly: true, fileMustExist: true });
  try {
    const expected = await copySnapshot(source, partPath, () => count(source), onProgress);
    assertSound(partPath, expected);
    if (unlessSameAs !== null && isSameFile(partPath, unlessSameAs)) return false;
    refuseTaken(copyPath);
    publish(partPath, copyPath);
    return true;
  } finally {
    source.close();
    rmSync(partPath, { force: true });
  }
}

/**
 * The same for the one connection that writes, which is free for nothing else until this is done. A database that is
 * damaged already is copied as it is: what can still be read of it is worth keeping.
 *
 * @returns `data_version` as it was for what the copy holds
 */
export async function keepCopy(db: Database.Database, copyPath: string): Promise<number> {
  const partPath = beginPart(copyPath);
  try {
    const version = await copySnapshot(db, partPath, () => dataVersion(db));
    if (!isSound(partPath) && db.pragma('quick_check(1)', { simple: true }) === 'ok') assertSound(partPath);
    publish(partPath, copyPath);
    return version;
  } finally {
    rmSync(partPath, { force: true });
  }
}

/** Changes whenever another connection has changed the database. */
export function dataVersion(db: Database.Database): number {
  return db.pragma('data_version', { simple: true }) as number;
}

/** Checks the structure of a copy. @throws AppError `database-unreadable` */
export function assertSound(path: string, expected?: Counts): void {
  const copy = new Database(path, { readonly: true, fileMustExist: true });
  try {
    const verdict = copy.pragma('quick_check(1)', { simple: true });
    if (verdict !== 'ok') throw databaseError('database-unreadable', `quick_check of the copy: ${String(verdict)}`);
    if (expected === undefined) return;
    const found = count(copy);
    if (found.conversations !== expected.conversations || found.messages !== expected.messages) {
      throw databaseError('database-unreadable', 'the copy does not hold as many rows as the database');
    }
  } finally {
    copy.close();
  }
}

/** Puts what is in a file on the disk. */
export function syncFile(path: string): void {
  const file = openSync(path, 'r+');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Gives a finished file its name, in one step that is on disk afterwards. */
function publish(partPath: string, path: string): void {
  syncFile(partPath);
  renameSync(partPath, path);
  // Windows has no folders that can be opened, and writes their entries by itself.
  if (process.platform === 'win32') return;
  const folder = openSync(dirname(path), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

interface Counts {
  conversations: number;
  messages: number;
}

function count(db: Database.Database): Counts {
  const rowsOf = (table: string): number => db.prepare(`SELECT count(*) FROM ${table}`).pluck().get() as number;
  return { conversations: rowsOf('conversations'), messages: rowsOf('messages') };
}

/** An empty file beside its place: made first, so that it is private from its first byte. */
function beginPart(path: string): string {
  const partPath = `${path}.part`;
  rmSync(partPath, { force: true });
  closeSync(openSync(partPath, 'wx', 0o600));
  return partPath;
}

/**
 * Copies all pages as one moment saw them, and answers what `look` read at that moment. The open read transaction holds
 * the moment: without it, a write in between would make the copy begin again.
 */
async function copySnapshot<T>(
  db: Database.Database,
  partPath: string,
  look: () => T,
  onProgress: (fraction: number) => void = () => undefined,
): Promise<T> {
  db.exec('BEGIN');
  try {
    const seen = look();
    await db.backup(partPath, {
      progress({ totalPages, remainingPages }) {
        onProgress(1 - remainingPages / totalPages);
        return pagesPerStep;
      },
    });
    settleCopy(partPath);
    return seen;
  } finally {
    db.exec('COMMIT');
  }
}

/** Makes a copy one file, beside which no log is put when it is read, and takes out what is left in it of erased text. */
function settleCopy(path: string): void {
  const copy = new Database(path, { fileMustExist: true });
  try {
    copy.pragma('journal_mode = DELETE');
    copy.pragma('secure_delete = ON');
    scrubErased(copy);
  } finally {
    copy.close();
  }
}

function isSound(path: string): boolean {
  try {
    assertSound(path);
    return true;
  } catch {
    return false;
  }
}

/** The copies of one state of a database are the same byte for byte. */
function isSameFile(path: string, otherPath: string): boolean {
  const sizeBytes = statSync(path).size;
  if (sizeBytes !== statSync(otherPath, { throwIfNoEntry: false })?.size) return false;
  const [file, other] = [openSync(path, 'r'), openSync(otherPath, 'r')];
  try {
    const [chunk, otherChunk] = [Buffer.alloc(compareBytes), Buffer.alloc(compareBytes)];
    for (let at = 0; at < sizeBytes; at += compareBytes) {
      const [read, otherRead] = [
        readSync(file, chunk, 0, compareBytes, at),
        readSync(other, otherChunk, 0, compareBytes, at),
      ];
      if (!chunk.subarray(0, read).equals(otherChunk.subarray(0, otherRead))) return false;
    }
    return true;
  } finally {
    closeSync(file);
    closeSync(other);
  }
}

function refuseTaken(path: string): void {
  if (!existsSync(path)) return;
  throw new AppError(
    'invalid-input',
    'There is a file of that name already, and it was left as it is. Choose another name.',
  );
}
