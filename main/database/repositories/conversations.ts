import type Database from 'better-sqlite3';
import type { ConversationSummary, ListInput, OrganiseInput } from '../../../preload/contract/conversations.ts';
import { AppError } from '../../../preload/contract/errors.ts';
import type { NewConversation } from '../protocol.ts';
import { inTransaction, statement } from '../statements.ts';
import { getFolder } from './folders.ts';

/** What to select from `conversations` to get a `SummaryRow`. */
export const summaryColumns = `id, title, created_at AS createdAt, updated_at AS updatedAt, origin,
  preset_id AS presetId, folder_id AS folderId, is_pinned AS isPinned, is_archived AS isArchived`;

/** A summary as stored: truth values are 0 and 1. */
export type SummaryRow = Omit<ConversationSummary, 'isPinned' | 'isArchived' | 'isTemporary'> & {
  isPinned: 0 | 1;
  isArchived: 0 | 1;
};

function toSummary(row: SummaryRow): ConversationSummary {
  return { ...row, isPinned: row.isPinned === 1, isArchived: row.isArchived === 1, isTemporary: false };
}

/** A page of the list: pinned ones first, then the newest message first; behind `after`, or from the beginning. */
export function listConversations(
  db: Database.Database,
  { isArchived, after, limit }: ListInput,
): ConversationSummary[] {
  // The id settles ties, so the order does not change from one call to the next.
  const behind = after === null ? '' : 'AND (is_pinned, updated_at, id) < (?, ?, ?)';
  const sql = `SELECT ${summaryColumns} FROM conversations WHERE deleted_at IS NULL AND is_archived = ? ${behind}
    ORDER BY is_pinned DESC, updated_at DESC, id DESC LIMIT ?`;
  const place = after === null ? [] : [after.isPinned ? 1 : 0, after.updatedAt, after.id];
  return statement<(string | number)[], SummaryRow>(db, sql)
    .all(isArchived ? 1 : 0, ...place, limit)
    .map(toSummary);
}

/** The conversations that were spoken in last, newest first, pinned or not; none of the archive. */
export function newestConversations(db: Database.Database, limit: number): ConversationSummary[] {
  // Each half is the beginning of a walk along the index of the list.
  const half = (isPinned: 0 | 1): string => `SELECT * FROM (SELECT ${summaryColumns} FROM conversations
    WHERE deleted_at IS NULL AND is_archived = 0 AND is_pinned = ${String(isPinned)}
    ORDER BY updated_at DESC, id DESC LIMIT @limit)`;
  const sql = `${half(0)} UNION ALL ${half(1)} ORDER BY updatedAt DESC, id DESC LIMIT @limit`;
  return statement<[{ limit: number }], SummaryRow>(db, sql).all({ limit }).map(toSummary);
}

/** Those of these conversations that are there and not deleted. */
export function findConversations(db: Database.Database, conversationIds: readonly string[]): ConversationSummary[] {
  const sql = `SELECT ${summaryColumns} FROM conversations
    WHERE id IN (SELECT value FROM json_each(?)) AND deleted_at IS NULL`;
  return statement<[string], SummaryRow>(db, sql).all(JSON.stringify(conversationIds)).map(toSummary);
}

/** @throws AppError `not-found`, also for a deleted conversation. */
export function getConversation(db: Database.Database, conversationId: string): ConversationSummary {
  const sql = `SELECT ${summaryColumns} FROM conversations WHERE id = ? AND deleted_at IS NULL`;
  const row = statement<[string], SummaryRow>(db, sql).get(conversationId);
  if (row === undefined) throw conversationNotFound(conversationId);
  return toSummary(row);
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
 * Changes what the input names, in all of its conversations; those that are gone are passed over. They keep their times.
 * @throws AppError `not-found` for a folder that is gone
 */
export function organiseConversations(
  db: Database.Database,
  { conversationIds, isPinned, isArchived, folderId }: OrganiseInput,
): void {
  const changes: [column: string, value: string | number | null][] = [];
  if (isPinned !== undefined) changes.push(['is_pinned', isPinned ? 1 : 0]);
  if (isArchived !== undefined) changes.push(['is_archived', isArchived ? 1 : 0]);
  if (folderId !== undefined) changes.push(['folder_id', folderId]);
  if (changes.length === 0) return;
  inTransaction(db, () => {
    if (folderId != null) getFolder(db, folderId);
    const sql = `UPDATE conversations SET ${changes.map(([column]) => `${column} = ?`).join(', ')}
      WHERE id IN (SELECT value FROM json_each(?)) AND deleted_at IS NULL`;
    const values = changes.map(([, value]) => value);
    statement<(string | number | null)[]>(db, sql).run(...values, JSON.stringify(conversationIds));
  });
}

/**
 * Moves conversations to the trash. Answers that are still being written become `interrupted`, so that nothing is
 * restored with an answer that nobody writes. @throws AppError `not-found` when none of them is there
 */
export function deleteConversations(db: Database.Database, conversationIds: readonly string[], now: number): void {
  inTransaction(db, () => {
    const sql = `UPDATE conversations SET deleted_at = ?
      WHERE id IN (SELECT value FROM json_each(?)) AND deleted_at IS NULL`;
    const { changes } = statement<[number, string]>(db, sql).run(now, JSON.stringify(conversationIds));
    if (changes === 0) throw conversationsNotFound(conversationIds);
    for (const id of conversationIds) interruptUnfinished(db, id);
  });
}

/** Brings conversations back; those that are not deleted stay as they are. @throws AppError `not-found` when none is there */
export function restoreConversations(db: Database.Database, conversationIds: readonly string[]): void {
  const sql = 'UPDATE conversations SET deleted_at = NULL WHERE id IN (SELECT value FROM json_each(?))';
  const { changes } = statement<[string]>(db, sql).run(JSON.stringify(conversationIds));
  if (changes === 0) throw conversationsNotFound(conversationIds);
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

function conversationsNotFound(conversationIds: readonly string[]): AppError {
  const [first = ''] = conversationIds;
  if (conversationIds.length === 1) return conversationNotFound(first);
  return new AppError('not-found', 'These conversations are no longer there. They were deleted.');
}
