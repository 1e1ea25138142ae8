import { chmodSync, constants, copyFileSync, rmSync } from 'node:fs';
import Database from 'better-sqlite3';
import { assertSound, writeBackup } from './backup.ts';
import { assertKnownVersion, versionOf, versionWithDeletedBranches } from './backup-reading.ts';
import { dropSamples } from './scrub.ts';
import { databaseError } from './sqlite-errors.ts';

/** What is to be erased for good. */
export interface Erasure {
  conversationIds: readonly string[];
  /** Of the messages that branches begin with; all that follows them goes as well. */
  messageIds: readonly string[];
}

/** An automatic title is taken from a question, and says what it said. */
const untitled = 'New conversation';

/**
 * Erases conversations and branches in a copy, of whatever version it is. A new copy without them is written, checked and
 * put in the place of the old one; until then, and after a failure, the old one stays.
 *
 * @returns whether any of it was in the copy
 * @throws AppError `database-unreadable`, `database-newer`; what SQLite throws
 */
export function eraseInCopy(copyPath: string, erasure: Erasure): boolean {
  if (!holdsAny(copyPath, erasure)) return false;
  const workPath = `${copyPath}.erasing.part`;
  rmSync(workPath, { force: true });
  try {
    copyFileSync(copyPath, workPath, constants.COPYFILE_FICLONE);
    chmodSync(workPath, 0o600);
    const work = new Database(workPath, { fileMustExist: true });
    try {
      // No journal: it would hold what is erased, and a copy of a copy that fails is begun again.
      work.pragma('journal_mode = OFF');
      work.pragma('temp_store = MEMORY');
      work.pragma('trusted_schema = OFF');
      work.pragma('secure_delete = ON');
      work.pragma('foreign_keys = ON');
      erase(work, erasure);
      // Written anew, so that no page of it was ever that of something erased.
      writeBackup(work, copyPath);
    } finally {
      work.close();
    }
  } finally {
    rmSync(workPath, { force: true });
  }
  return true;
}

/** Whether a copy has any of it. @throws AppError `database-unreadable`, `database-newer` */
function holdsAny(copyPath: string, { conversationIds, messageIds }: Erasure): boolean {
  assertSound(copyPath);
  const copy = new Database(copyPath, { readonly: true, fileMustExist: true });
  try {
    assertKnownVersion(copy);
    const sql = `SELECT 1 WHERE EXISTS (SELECT 1 FROM conversations WHERE id IN (SELECT value FROM json_each(?)))
      OR EXISTS (SELECT 1 FROM messages WHERE id IN (SELECT value FROM json_each(?)))`;
    return copy.prepare(sql).get(JSON.stringify(conversationIds), JSON.stringify(messageIds)) !== undefined;
  } finally {
    copy.close();
  }
}

function erase(db: Database.Database, { conversationIds, messageIds }: Erasure): void {
  const hasDeletedBranches = versionOf(db) >= versionWithDeletedBranches;
  db.prepare('DELETE FROM conversations WHERE id IN (SELECT value FROM json_each(?))').run(
    JSON.stringify(conversationIds),
  );
  db.exec('CREATE TEMP TABLE erased (id TEXT NOT NULL PRIMARY KEY) WITHOUT ROWID');
  db.prepare(
    `INSERT INTO erased WITH RECURSIVE below (id, conversation_id) AS (
      SELECT id, conversation_id FROM messages WHERE id IN (SELECT value FROM json_each(?))
      UNION SELECT messages.id, messages.conversation_id FROM messages
        JOIN below ON messages.conversation_id = below.conversation_id AND messages.parent_id = below.id
    ) SELECT id FROM below`,
  ).run(JSON.stringify(messageIds));
  db.exec(`
    UPDATE conversations SET title = '${untitled}' WHERE title_by_hand = 0 AND id IN (
      SELECT conversation_id FROM messages WHERE parent_id IS NULL AND id IN (SELECT id FROM erased));
    -- A branch that was in the trash, and is all that is left of its conversation, is shown again.
    ${hasDeletedBranches ? showWhatIsLeft : ''}
    -- The newest message of a conversation has none below it.
    UPDATE conversations SET current_leaf_id = (
      SELECT id FROM messages WHERE conversation_id = conversations.id AND id NOT IN (SELECT id FROM erased)
        ${hasDeletedBranches ? 'AND deleted_with IS NULL' : ''} ORDER BY seq DESC LIMIT 1)
      WHERE current_leaf_id IN (SELECT id FROM erased);
    DELETE FROM conversations WHERE current_leaf_id IS NULL
      AND id IN (SELECT conversation_id FROM messages WHERE id IN (SELECT id FROM erased));
    DELETE FROM messages WHERE id IN (SELECT id FROM erased);
  `);
  // An index of texts keeps pieces of deleted ones until it is made anew from those that are left.
  for (const index of textIndexesOf(db)) db.exec(`INSERT INTO "${index}" ("${index}") VALUES ('rebuild')`);
  dropSamples(db);
  const orphans = db.pragma('foreign_key_check') as unknown[];
  if (orphans.length > 0) throw databaseError('database-unreadable', `${orphans.length} rows without their parent`);
}

const showWhatIsLeft = `
  CREATE TEMP TABLE emptied AS SELECT id FROM conversations WHERE id IN (
      SELECT conversation_id FROM messages WHERE id IN (SELECT id FROM erased))
    AND NOT EXISTS (SELECT 1 FROM messages WHERE conversation_id = conversations.id AND deleted_with IS NULL
      AND id NOT IN (SELECT id FROM erased));
  DELETE FROM deleted_branches WHERE conversation_id IN (SELECT id FROM emptied);
  UPDATE messages SET deleted_with = NULL WHERE conversation_id IN (SELECT id FROM emptied);`;

function textIndexesOf(db: Database.Database): string[] {
  const sql = `SELECT name FROM sqlite_schema WHERE type = 'table' AND sql LIKE '%USING fts5(%'`;
  return db.prepare(sql).pluck().all() as string[];
}
