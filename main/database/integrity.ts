import Database from 'better-sqlite3';
import { toDatabaseError } from './sqlite-errors.ts';
import { inTransaction } from './statements.ts';
import { AppError } from '../../preload/contract/errors.ts';

/** What a check found. An index of texts is made of what it indexes, so where only that is damaged nothing is lost. */
export type Verdict = { kind: 'sound' } | { kind: 'index' } | { kind: 'damaged'; cause: string };

/** How SQLite words what is wrong with an index of texts. */
const ofTextIndex = /fts5/i;
const mostFindings = 20;

/**
 * Looks through the whole file by a connection that only reads, so that whoever writes is not held up. Changed text within
 * a row is not found: SQLite keeps no checksums of pages.
 *
 * @throws AppError `database-readonly` and the like when the file could not be read at all, which says nothing of it
 */
export function checkDatabase(databasePath: string): Verdict {
  try {
    const db = new Database(databasePath, { readonly: true, fileMustExist: true });
    try {
      // FTS5 takes part in this check with the structure of its indexes.
      const findings = db
        .prepare(`PRAGMA quick_check(${String(mostFindings)})`)
        .pluck()
        .all() as string[];
      if (findings.length === 1 && findings[0] === 'ok') return { kind: 'sound' };
      if (findings.every((finding) => ofTextIndex.test(finding))) return { kind: 'index' };
      return { kind: 'damaged', cause: findings.find((finding) => !ofTextIndex.test(finding)) ?? '' };
    } finally {
      db.close();
    }
  } catch (thrown) {
    const error = toDatabaseError(thrown);
    if (!(error instanceof AppError) || error.code !== 'database-unreadable') throw error;
    return { kind: 'damaged', cause: String(error.details['cause']) };
  }
}

/** Makes the indexes of texts anew from what they index. */
export function rebuildTextIndexes(db: Database.Database): void {
  inTransaction(db, () => {
    for (const name of ['title_index', 'message_index']) db.exec(`INSERT INTO ${name} (${name}) VALUES ('rebuild')`);
  });
}
