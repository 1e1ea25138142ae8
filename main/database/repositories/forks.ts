import type Database from 'better-sqlite3';
import { v7 as uuidv7 } from 'uuid';
import type { ConversationSummary } from '../../../preload/contract/conversations.ts';
import { inTransaction, statement } from '../statements.ts';
import { getConversation, setCurrentLeaf } from './conversations.ts';
import { requireMessage } from './messages.ts';
import { pathIds } from './paths.ts';

const mark = ' (copy)';

/**
 * Copies the path down to `messageId` into a new conversation: texts, facts, ratings and what was imported, each
 * message under a new id. An answer that is being written is copied as far as it is saved, as `interrupted`.
 *
 * @throws AppError `not-found`
 */
export function forkBranch(
  db: Database.Database,
  messageId: string,
  conversationId: string,
  now: number,
): ConversationSummary {
  return inTransaction(db, () => {
    const original = getConversation(db, requireMessage(db, messageId).conversationId);
    const sql = `INSERT INTO conversations (id, title, created_at, updated_at, origin, preset_id, folder_id)
      SELECT ?, ?, ?, ?, origin, preset_id, folder_id FROM conversations WHERE id = ?`;
    const title = original.title.endsWith(mark) ? original.title : `${original.title}${mark}`;
    statement<[string, string, number, number, string]>(db, sql).run(conversationId, title, now, now, original.id);

    const copies = new Map<string, string>();
    let parentId: string | null = null;
    for (const id of pathIds(db, messageId)) {
      const copyId = uuidv7();
      copies.set(id, copyId);
      copyMessage(db, id, copyId, conversationId, parentId);
      copyFacts(db, id, copyId, copies);
      parentId = copyId;
    }
    if (parentId !== null) setCurrentLeaf(db, conversationId, parentId);
    return getConversation(db, conversationId);
  });
}

function copyMessage(
  db: Database.Database,
  id: string,
  copyId: string,
  conversationId: string,
  parentId: string | null,
): void {
  const sql = `INSERT INTO messages
      (id, conversation_id, parent_id, role, text, status, error_code, created_at, imported, rating)
    SELECT ?, ?, ?, role, text, iif(status = 'generating', 'interrupted', status), error_code, created_at, imported,
      rating
    FROM messages WHERE id = ?`;
  statement<[string, string, string | null, string]>(db, sql).run(copyId, conversationId, parentId, id);
}

/** The oldest message that an answer saw is named by the id of its copy. */
function copyFacts(db: Database.Database, id: string, copyId: string, copies: ReadonlyMap<string, string>): void {
  const firstSql = 'SELECT first_visible_message_id AS id FROM generations WHERE message_id = ?';
  const first = statement<[string], { id: string | null }>(db, firstSql).get(id);
  if (first === undefined) return;
  const sql = `INSERT INTO generations (message_id, model_name, model_sha256, preset_id, parameters, seed, prompt_tokens,
      reused_tokens, reply_tokens, prompt_ms, reply_ms, stop_reason, first_visible_message_id, window_tokens)
    SELECT ?, g.model_name, g.model_sha256, g.preset_id, g.parameters, g.seed, g.prompt_tokens, g.reused_tokens,
      g.reply_tokens, g.prompt_ms, g.reply_ms, iif(m.status = 'generating', 'interrupted', g.stop_reason), ?,
      g.window_tokens
    FROM generations AS g JOIN messages AS m ON m.id = g.message_id WHERE g.message_id = ?`;
  const firstCopyId = first.id === null ? null : (copies.get(first.id) ?? null);
  statement<[string, string | null, string]>(db, sql).run(copyId, firstCopyId, id);
}
