import { closeSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import Database from 'better-sqlite3';
import { databaseError } from './sqlite-errors.ts';

/**
 * Writes a compact copy of the open database to `backupPath`, checks it, and only then lets it replace an older file
 * of that name. Needs about the size of the database in free space and leaves nothing behind when it fails.
 *
 * @throws what SQLite throws (`SQLITE_FULL` without room), or `database-unreadable` when the copy fails its check.
 */
export function writeBackup(db: Database.Database, backupPath: string): void {
  const unfinishedPath = `${backupPath}.unfinished`;
  rmSync(unfinishedPath, { force: true });
  try {
    // VACUUM INTO accepts an empty file; making it first keeps the copy private from its first byte.
    closeSync(openSync(unfinishedPath, 'wx', 0o600));
    db.prepare('VACUUM INTO ?').run(unfinishedPath);
    assertSound(unfinishedPath);
    // VACUUM INTO does not sync what it writes.
    syncFile(unfinishedPath);
    renameSync(unfinishedPath, backupPath);
  } finally {
    rmSync(unfinishedPath, { force: true });
  }
}

function assertSound(path: string): void {
  const copy = new Database(path, { readonly: true, fileMustExist: true });
  try {
    const verdict = copy.pragma('quick_check(1)', { simple: true });
    if (verdict !== 'ok') throw databaseError('database-unreadable', `quick_check of the copy: ${String(verdict)}`);
  } finally {
    copy.close();
  }
}

function syncFile(path: string): void {
  const file = openSync(path, 'r+');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
