import type Database from 'better-sqlite3';
import type { Message } from '../../../preload/contract/conversations.ts';
import { AppError } from '../../../preload/contract/errors.ts';
import { inTransaction, statement } from '../statements.ts';
import { getConversation, setCurrentLeaf } from './conversations.ts';
import { messageColumns, toMessages, type MessageRow } from './message-rows.ts';

/**
 * The current branch, root first; empty for a conversation without messages. Two queries, however long it is.
 * @throws AppError `not-found`
 */
export function getBranch(db: Database.Database, conversationId: string): Message[] {
  getConversation(db, conversationId);
  const sql = 'SELECT current_leaf_id FROM conversations WHERE id = ?';
  const leafId = statement<[string], { current_leaf_id: string | null }>(db, sql).get(conversationId)?.current_leaf_id;
  return leafId == null ? [] : toMessages(db, pathRows(db, leafId));
}

/** The messages from the root down to `messageId`. @throws AppError `not-found` */
export function getPath(db: Database.Database, messageId: string): Message[] {
  requireMessage(db, messageId);
  return toMessages(db, pathRows(db, messageId));
}

/** @throws AppError `not-found`, also in a deleted conversation. */
export function getMessage(db: Database.Database, messageId: string): Message {
  const [message] = toMessages(db, [requireMessage(db, messageId)]);
  if (message === undefined) throw messageNotFound(messageId);
  return message;
}

/** Makes the newest leaf below `messageId` the current one. @throws AppError `not-found` */
export function selectBranch(db: Database.Database, conversationId: string, messageId: string): void {
  inTransaction(db, () => {
    requireMessageOf(db, conversationId, messageId);
    // A message is always newer than its parent, so the newest of all that hangs below is a leaf.
    const sql = `WITH RECURSIVE below (id, seq) AS (
        SELECT id, seq FROM messages WHERE id = ?
        UNION
        SELECT child.id, child.seq FROM below CROSS JOIN messages AS child
        WHERE child.conversation_id = ? AND child.parent_id = below.id
      )
      SELECT id FROM below ORDER BY seq DESC LIMIT 1`;
    const leaf = statement<[string, string], { id: string }>(db, sql).get(messageId, conversationId);
    if (leaf !== undefined) setCurrentLeaf(db, conversationId, leaf.id);
  });
}

/** The stored message, without its siblings. @throws AppError `not-found`, also in a deleted conversation. */
export function requireMessage(db: Database.Database, messageId: string): MessageRow {
  const sql = `SELECT ${messageColumns} FROM messages AS m
    JOIN conversations AS c ON c.id = m.conversation_id AND c.deleted_at IS NULL
    LEFT JOIN generations AS g ON g.message_id = m.id
    WHERE m.id = ?`;
  const row = statement<[string], MessageRow>(db, sql).get(messageId);
  if (row === undefined) throw messageNotFound(messageId);
  return row;
}

/** The same, and `not-found` as well when the message belongs to another conversation. */
export function requireMessageOf(db: Database.Database, conversationId: string, messageId: string): MessageRow {
  const row = requireMessage(db, messageId);
  if (row.conversationId !== conversationId) throw messageNotFound(messageId);
  return row;
}

function pathRows(db: Database.Database, leafId: string): MessageRow[] {
  // UNION instead of UNION ALL: in a damaged file parents may form a ring, and this ends there too.
  const sql = `WITH RECURSIVE path (seq, parent_id) AS (
      SELECT seq, parent_id FROM messages WHERE id = ?
      UNION
      SELECT parent.seq, parent.parent_id FROM path CROSS JOIN messages AS parent WHERE parent.id = path.parent_id
    )
    SELECT ${messageColumns} FROM path
    CROSS JOIN messages AS m ON m.seq = path.seq
    LEFT JOIN generations AS g ON g.message_id = m.id
    ORDER BY m.seq`;
  return statement<[string], MessageRow>(db, sql).all(leafId);
}

function messageNotFound(messageId: string): AppError {
  return new AppError('not-found', 'This message is no longer there. Its conversation was deleted.', { messageId });
}
