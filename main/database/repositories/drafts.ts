import type Database from 'better-sqlite3';
import type { Draft } from '../../../preload/contract/drafts.ts';
import { inTransaction, statement } from '../statements.ts';
import { getConversation } from './conversations.ts';
import { requireMessageOf } from './messages.ts';

/** All drafts but those of what is in the trash. */
export function listDrafts(db: Database.Database): Draft[] {
  const sql = `SELECT d.conversation_id AS conversationId, d.text FROM drafts AS d
    LEFT JOIN conversations AS c ON c.id = d.conversation_id
    WHERE d.conversation_id IS NULL OR c.deleted_at IS NULL`;
  const sqlOfEdits = `SELECT e.conversation_id AS conversationId, e.message_id AS insteadOf, e.text FROM edits AS e
    JOIN conversations AS c ON c.id = e.conversation_id
    JOIN messages AS m ON m.id = e.message_id
    WHERE c.deleted_at IS NULL AND m.deleted_with IS NULL`;
  return [...statement<[], Draft>(db, sql).all(), ...statement<[], Draft>(db, sqlOfEdits).all()];
}

/** Keeps a draft in place of the one before; empty text removes it. @throws AppError `not-found` */
export function saveDraft(db: Database.Database, { conversationId, insteadOf, text }: Draft): void {
  inTransaction(db, () => {
    if (insteadOf !== undefined) saveEdit(db, conversationId ?? '', insteadOf, text);
    else saveUnsent(db, conversationId, text);
  });
}

function saveUnsent(db: Database.Database, conversationId: string | null, text: string): void {
  if (conversationId !== null) getConversation(db, conversationId);
  // Not an upsert: SQLite takes two NULLs for different, so the draft of the next conversation would double.
  statement<[string | null]>(db, 'DELETE FROM drafts WHERE conversation_id IS ?').run(conversationId);
  if (text === '') return;
  const sql = 'INSERT INTO drafts (conversation_id, text) VALUES (?, ?)';
  statement<[string | null, string]>(db, sql).run(conversationId, text);
}

function saveEdit(db: Database.Database, conversationId: string, messageId: string, text: string): void {
  requireMessageOf(db, conversationId, messageId);
  statement<[string]>(db, 'DELETE FROM edits WHERE message_id = ?').run(messageId);
  if (text === '') return;
  const sql = 'INSERT INTO edits (message_id, conversation_id, text) VALUES (?, ?, ?)';
  statement<[string, string, string]>(db, sql).run(messageId, conversationId, text);
}
