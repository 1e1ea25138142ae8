import type Database from 'better-sqlite3';
import { AppError } from '../../../preload/contract/errors.ts';
import { inTransaction, statement } from '../statements.ts';
import { setCurrentLeaf } from './conversations.ts';
import type { MessageRow } from './message-rows.ts';
import { getCurrentLeaf, requireMessage, requireMessageOf } from './messages.ts';
import { stepsBetween, unfinishedOf } from './paths.ts';

/**
 * Makes the newest leaf below `messageId` the current one. A message of the branch that is shown already leaves it as it is:
 * whoever looks for one further up does not want another end. @throws AppError `not-found`
 */
export function selectBranch(db: Database.Database, conversationId: string, messageId: string): void {
  inTransaction(db, () => {
    requireMessageOf(db, conversationId, messageId);
    const shown = getCurrentLeaf(db, conversationId);
    if (shown !== null && stepsBetween(db, messageId, shown.id) !== null) return;
    setCurrentLeaf(db, conversationId, newestLeaf(db, conversationId, messageId));
  });
}

/** Answers that are being written at `messageId` or below it. @throws AppError `not-found` */
export function listUnfinishedBelow(db: Database.Database, messageId: string): string[] {
  const { conversationId } = requireMessage(db, messageId);
  return unfinishedOf(db, conversationId).filter((id) => stepsBetween(db, messageId, id) !== null);
}

/**
 * Hides a message and all that hangs below it until it is restored or erased. Where it was shown, the newest branch
 * beside it is shown, or what it followed. An answer of it that is still being written becomes `interrupted`.
 *
 * @throws AppError `not-found`, `invalid-input` when nothing would be left to show
 */
export function deleteBranch(db: Database.Database, messageId: string, now: number): void {
  inTransaction(db, () => {
    const row = requireMessage(db, messageId);
    const { conversationId } = row;
    const nextLeafId = leafBeside(db, row);
    if (nextLeafId === null) {
      const message = 'Nothing of this conversation would be left. Delete the conversation instead.';
      throw new AppError('invalid-input', message, { messageId });
    }
    const shownId = getCurrentLeaf(db, conversationId)?.id ?? null;
    const isShown = shownId !== null && stepsBetween(db, messageId, shownId) !== null;
    hide(db, conversationId, messageId);
    const sql = 'INSERT INTO deleted_branches (root_id, conversation_id, leaf_id, deleted_at) VALUES (?, ?, ?, ?)';
    const leafId = isShown ? shownId : null;
    statement<[string, string, string | null, number]>(db, sql).run(messageId, conversationId, leafId, now);
    if (isShown) setCurrentLeaf(db, conversationId, nextLeafId);
  });
}

/**
 * Brings a deleted branch back and shows it, down to where it was shown before. Returns the id of its conversation. One
 * that is back already is left as it is. @throws AppError `not-found`
 */
export function restoreBranch(db: Database.Database, messageId: string): string {
  return inTransaction(db, () => {
    const sql = `SELECT b.conversation_id AS conversationId, b.leaf_id AS leafId FROM deleted_branches AS b
      JOIN conversations AS c ON c.id = b.conversation_id AND c.deleted_at IS NULL WHERE b.root_id = ?`;
    const branch = statement<[string], { conversationId: string; leafId: string | null }>(db, sql).get(messageId);
    if (branch === undefined) return requireMessage(db, messageId).conversationId;
    const { conversationId, leafId } = branch;
    bringBack(db, messageId);
    setCurrentLeaf(db, conversationId, leafId ?? newestLeaf(db, conversationId, messageId));
    return conversationId;
  });
}

/**
 * Makes a message visible again with the branch that it was deleted with, and with all that this hangs from. The branch
 * that is shown stays. Does nothing for a message that is not deleted.
 */
export function bringBack(db: Database.Database, messageId: string): void {
  const deletedWithSql = 'SELECT parent_id AS parentId, deleted_with AS deletedWith FROM messages WHERE id = ?';
  type Place = { parentId: string | null; deletedWith: string | null };
  const placeOf = (id: string) => statement<[string], Place>(db, deletedWithSql).get(id);
  for (let place = placeOf(messageId); place?.deletedWith != null;) {
    const rootId = place.deletedWith;
    statement<[string]>(db, 'UPDATE messages SET deleted_with = NULL WHERE deleted_with = ?').run(rootId);
    statement<[string]>(db, 'DELETE FROM deleted_branches WHERE root_id = ?').run(rootId);
    const parentId = placeOf(rootId)?.parentId ?? null;
    place = parentId === null ? undefined : placeOf(parentId);
  }
}

/** The messages at a root and below it, but those that were deleted before. A child is always newer than its parent. */
const below = `WITH RECURSIVE below (seq, id) AS (
    SELECT seq, id FROM messages WHERE id = ?
    UNION ALL
    SELECT child.seq, child.id FROM below CROSS JOIN messages AS child
    WHERE child.conversation_id = ? AND child.parent_id = below.id AND child.seq > below.seq
      AND child.deleted_with IS NULL
  )`;

/** The newest of all that hangs below a message, or itself: as it is newer than its parents, it is a leaf. */
function newestLeaf(db: Database.Database, conversationId: string, messageId: string): string {
  const sql = `${below} SELECT id FROM below ORDER BY seq DESC LIMIT 1`;
  return statement<[string, string], { id: string }>(db, sql).get(messageId, conversationId)?.id ?? messageId;
}

/** What is shown in place of a branch: the newest one beside it, or else what it follows. */
function leafBeside(db: Database.Database, { id, conversationId, parentId }: MessageRow): string | null {
  const sql = `SELECT id FROM messages
    WHERE conversation_id = ? AND parent_id IS ? AND id <> ? AND deleted_with IS NULL ORDER BY seq DESC LIMIT 1`;
  const beside = statement<[string, string | null, string], { id: string }>(db, sql).get(conversationId, parentId, id);
  return beside === undefined ? parentId : newestLeaf(db, conversationId, beside.id);
}

function hide(db: Database.Database, conversationId: string, rootId: string): void {
  const reasonSql = `${below} UPDATE generations SET stop_reason = 'interrupted'
    WHERE message_id IN (SELECT m.id FROM below CROSS JOIN messages AS m ON m.seq = below.seq AND m.status = 'generating')`;
  statement<[string, string]>(db, reasonSql).run(rootId, conversationId);
  const hideSql = `${below} UPDATE messages
    SET deleted_with = ?, status = iif(status = 'generating', 'interrupted', status)
    WHERE seq IN (SELECT seq FROM below)`;
  statement<[string, string, string]>(db, hideSql).run(rootId, conversationId, rootId);
}
