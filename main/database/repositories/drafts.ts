import type Database from 'better-sqlite3';
import type { Draft } from '../../../preload/contract/drafts.ts';
import { inTransaction, statement } from '../statements.ts';
import { getConversation } from './conversations.ts';

/** All drafts but those of conversations in the trash. */
export function listDrafts(db: Database.Database): Draft[] {
  const sql = `SELECT d.conversation_id AS conversationId, d.text FROM drafts AS d
    LEFT JOIN conversations AS c ON c.id = d.conversation_id
    WHERE d.conversation_id IS NULL OR c.deleted_at IS NULL`;
  return statement<[], Draft>(db, sql).all();
}

/** Keeps a draft in place of the one before; empty text removes it. @throws AppError `not-found` */
export function saveDraft(db: Database.Database, { conversationId, text }: Draft): void {
  inTransaction(db, () => {
    if (conversationId !== null) getConversation(db, conversationId);
    // Not an upsert: SQLite takes two NULLs for different, so the draft of the next conversation would double.
    statement<[string | null]>(db, 'DELETE FROM drafts WHERE conversation_id IS ?').run(conversationId);
    if (text === '') return;
    const sql = 'INSERT INTO drafts (conversation_id, text) VALUES (?, ?)';
    statement<[string | null, string]>(db, sql).run(conversationId, text);
  });
}
