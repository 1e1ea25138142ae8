import Database from 'better-sqlite3';
import { eraseFromIndexes } from './search-index.ts';
import { inTransaction, statement } from './statements.ts';

/** Set while traces of erased text may be left; kept beside the settings, which know nothing of it. */
const markKey = 'erasedUnscrubbed';
/** How long a reader in another process is waited for: the database does nothing else meanwhile. */
const waitMs = 500;

/** Notes that something is being erased, in the same transaction, so that a kill cannot separate the two. */
export function markErased(db: Database.Database): void {
  const sql = `INSERT INTO settings (key, value) VALUES (?, 'true') ON CONFLICT (key) DO NOTHING`;
  statement<[string]>(db, sql).run(markKey);
}

/**
 * Removes what `secure_delete` leaves behind. That overwrites deleted rows and freed pages, but not the copies of a row
 * that stay in the unused middle of a page when SQLite moves its rows to other pages. So the indexes of texts and then
 * the whole file are written anew from what is there, and the log, in which all text was written first, is emptied. Takes
 * about as long as reading and writing the file twice, and twice its size in free space.
 *
 * @returns false while a trace may be left, because another process reads or the disk is full; the note stays then
 */
export function scrubErased(db: Database.Database): boolean {
  const noted = statement<[string]>(db, 'SELECT 1 FROM settings WHERE key = ?').get(markKey);
  if (noted === undefined) return true;
  const usualWaitMs = Number(db.pragma('busy_timeout', { simple: true }));
  db.pragma(`busy_timeout = ${String(waitMs)}`);
  try {
    inTransaction(db, () => {
      eraseFromIndexes(db);
      dropSamples(db);
    });
    db.exec('VACUUM');
    // The first column tells whether a reader kept the log from being emptied.
    if (db.pragma('wal_checkpoint(TRUNCATE)', { simple: true }) !== 0) return false;
    statement<[string]>(db, 'DELETE FROM settings WHERE key = ?').run(markKey);
    return true;
  } catch (error) {
    if (error instanceof Database.SqliteError && /^SQLITE_(BUSY|FULL)/.test(error.code)) return false;
    throw error;
  } finally {
    db.pragma(`busy_timeout = ${String(usualWaitMs)}`);
  }
}

/** ANALYZE notes some of the keys of every table, and those of an index of texts are pieces of texts. */
export function dropSamples(db: Database.Database): void {
  const samples = db.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_stat4'`).get();
  if (samples !== undefined) db.exec(`DELETE FROM sqlite_stat4 WHERE tbl LIKE '%\\_index\\_%' ESCAPE '\\'`);
}
