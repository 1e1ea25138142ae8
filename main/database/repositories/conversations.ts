import type Database from 'better-sqlite3';
import type { ConversationSummary } from '../../../preload/contract/conversations.ts';
import { AppError } from '../../../preload/contract/errors.ts';
import type { NewConversation } from '../protocol.ts';
import { inTransaction, statement } from '../statements.ts';

const summary = 'id, title, created_at AS createdAt, updated_at AS updatedAt, origin, preset_id AS presetId';

/** All conversations that are not deleted, newest message first. */
export function listConversations(db: Database.Database): ConversationSummary[] {
  // The id settles ties, so the order does not change from one call to the next.
  const sql = `SELECT ${summary} FROM conversations WHERE deleted_at IS NULL ORDER BY updated_at DESC, id DESC`;
  return statement<[], ConversationSummary>(db, sql).all();
}

/** @throws AppError `not-found`, also for a deleted conversation. */
export function getConversation(db: Database.Database, conversationId: string): ConversationSummary {
  const sql = `SELECT ${summary} FROM conversations WHERE id = ? AND deleted_at IS NULL`;
  const row = statement<[string], ConversationSummary>(db, sql).get(conversationId);
  if (row === undefined) throw conversationNotFound(conversationId);
  return row;
}

/** Gives a title by hand. The conversation keeps its place in the list. @throws AppError `not-found` */
export function renameConversation(db: Database.Database, conversationId: string, title: string): ConversationSummary {
  const sql = 'UPDATE conversations SET title = ?, title_by_hand = 1 WHERE id = ? AND deleted_at IS NULL';
  const { changes } = statement<[string, string]>(db, sql).run(title, conversationId);
  if (changes === 0) throw conversationNotFound(conversationId);
  return getConversation(db, conversationId);
}

/**
 * Sets the preset of the next answers, or none. The conversation keeps its place in the list. @throws AppError
 * `not-found`
 */
export function chooseConversationPreset(
  db: Database.Database,
  conversationId: string,
  presetId: string | null,
): ConversationSummary {
  const sql = 'UPDATE conversations SET preset_id = ? WHERE id = ? AND deleted_at IS NULL';
  const { changes } = statement<[string | null, string]>(db, sql).run(presetId, conversationId);
  if (changes === 0) throw conversationNotFound(conversationId);
  return getConversation(db, conversationId);
}

/**
 * Hides a conversation until it is restored or purged. An answer that is still being written becomes `interrupted`,
 * so that nothing is restored with an answer that nobody writes. @throws AppError `not-found`
 */
export function deleteConversation(db: Database.Database, conversationId: string, now: number): void {
  inTransaction(db, () => {
    const sql = 'UPDATE conversations SET deleted_at = ? WHERE id = ? AND deleted_at IS NULL';
    const { changes } = statement<[number, string]>(db, sql).run(now, conversationId);
    if (changes === 0) throw conversationNotFound(conversationId);
    interruptUnfinished(db, conversationId);
  });
}

/** Brings a deleted conversation back; one that is not deleted stays as it is. @throws AppError `not-found` once purged */
export function restoreConversation(db: Database.Database, conversationId: string): ConversationSummary {
  statement<[string]>(db, 'UPDATE conversations SET deleted_at = NULL WHERE id = ?').run(conversationId);
  return getConversation(db, conversationId);
}

/** Removes for good what was deleted before `deletedBefore` (ms since 1970); returns how many conversations. */
export function purgeDeleted(db: Database.Database, deletedBefore: number): number {
  const sql = 'DELETE FROM conversations WHERE deleted_at < ?';
  const { changes } = statement<[number]>(db, sql).run(deletedBefore);
  // The log still holds the deleted text; fold it away now instead of at some later checkpoint.
  if (changes > 0) db.pragma('wal_checkpoint(TRUNCATE)');
  return changes;
}

/**
 * Turns answers that are still `generating` into `interrupted`, text kept; in one conversation, or in all of them when
 * `conversationId` is null. Returns how many. Times stay: nothing new was said.
 */
export function interruptUnfinished(db: Database.Database, conversationId: string | null): number {
  return inTransaction(db, () => {
    const unfinished = `status = 'generating' AND conversation_id = ifnull(?, conversation_id)`;
    const reasonSql = `UPDATE generations SET stop_reason = 'interrupted'
      WHERE message_id IN (SELECT id FROM messages WHERE ${unfinished})`;
    statement<[string | null]>(db, reasonSql).run(conversationId);
    const statusSql = `UPDATE messages SET status = 'interrupted' WHERE ${unfinished}`;
    return statement<[string | null]>(db, statusSql).run(conversationId).changes;
  });
}

/** Inserts a conversation without messages. Its title counts as automatic. */
export function insertConversation(
  db: Database.Database,
  conversationId: string,
  { title, origin }: NewConversation,
  now: number,
): void {
  const sql = 'INSERT INTO conversations (id, title, origin, created_at, updated_at) VALUES (?, ?, ?, ?, ?)';
  statement<[string, string, string, number, number]>(db, sql).run(conversationId, title, origin, now, now);
}

/** Notes when a conversation was last spoken in, which decides its place in the list. */
export function touchConversation(db: Database.Database, conversationId: string, now: number): void {
  const sql = 'UPDATE conversations SET updated_at = ? WHERE id = ?';
  statement<[number, string]>(db, sql).run(now, conversationId);
}

/** Chooses the branch that is shown, by its last message. */
export function setCurrentLeaf(db: Database.Database, conversationId: string, leafId: string): void {
  const sql = 'UPDATE conversations SET current_leaf_id = ? WHERE id = ?';
  statement<[string, string]>(db, sql).run(leafId, conversationId);
}

function conversationNotFound(conversationId: string): AppError {
  return new AppError('not-found', 'This conversation is no longer there. It was deleted.', { conversationId });
}
