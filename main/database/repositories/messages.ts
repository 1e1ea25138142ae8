import type Database from 'better-sqlite3';
import type { Message, MessageRole } from '../../../preload/contract/conversations.ts';
import { AppError } from '../../../preload/contract/errors.ts';
import type { ConversationTree, TreeNode } from '../../../preload/contract/messages.ts';
import { statement } from '../statements.ts';
import { getConversation } from './conversations.ts';
import { excerptSource, toExcerpt } from './excerpts.ts';
import { messageColumns, toMessages, type MessageRow } from './message-rows.ts';

/** The last message of the branch that is shown; null for a conversation without messages. @throws AppError `not-found` */
export function getCurrentLeaf(
  db: Database.Database,
  conversationId: string,
): { id: string; role: MessageRole } | null {
  getConversation(db, conversationId);
  const sql = `SELECT m.id, m.role FROM conversations AS c
    CROSS JOIN messages AS m ON m.id = c.current_leaf_id WHERE c.id = ?`;
  return statement<[string], { id: string; role: MessageRole }>(db, sql).get(conversationId) ?? null;
}

/** @throws AppError `not-found`, also for what is deleted. */
export function getMessage(db: Database.Database, messageId: string): Message {
  const [message] = toMessages(db, [requireMessage(db, messageId)]);
  if (message === undefined) throw messageNotFound(messageId);
  return message;
}

/** All messages with the parent of this one, oldest first. @throws AppError `not-found` */
export function getSiblings(db: Database.Database, messageId: string): Message[] {
  const { conversationId, parentId } = requireMessage(db, messageId);
  const sql = `SELECT ${messageColumns} FROM messages AS m LEFT JOIN generations AS g ON g.message_id = m.id
    WHERE m.conversation_id = ? AND m.parent_id IS ? AND m.deleted_with IS NULL ORDER BY m.seq`;
  return toMessages(db, statement<[string, string | null], MessageRow>(db, sql).all(conversationId, parentId));
}

/** Every branch at a glance. Of the texts, no more than their beginnings leaves SQLite. @throws AppError `not-found` */
export function getTree(db: Database.Database, conversationId: string): ConversationTree {
  const leaf = getCurrentLeaf(db, conversationId);
  const sql = `SELECT id, parent_id AS parentId, role, status, rating, created_at AS createdAt,
      ${excerptSource('text')} AS excerpt
    FROM messages WHERE conversation_id = ? AND deleted_with IS NULL ORDER BY seq`;
  const rows = statement<[string], TreeNode>(db, sql).all(conversationId);
  return {
    nodes: rows.map((row) => ({ ...row, excerpt: toExcerpt(row.excerpt) })),
    currentLeafId: leaf?.id ?? null,
  };
}

/** The stored message, without its siblings. @throws AppError `not-found`, also for what is deleted. */
export function requireMessage(db: Database.Database, messageId: string): MessageRow {
  const sql = `SELECT ${messageColumns} FROM messages AS m
    JOIN conversations AS c ON c.id = m.conversation_id AND c.deleted_at IS NULL
    LEFT JOIN generations AS g ON g.message_id = m.id
    WHERE m.id = ? AND m.deleted_with IS NULL`;
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

function messageNotFound(messageId: string): AppError {
  return new AppError('not-found', 'This message is no longer there. It was deleted.', { messageId });
}
