import type Database from 'better-sqlite3';
import { v5 as uuidv5 } from 'uuid';
import type { GenerationFacts } from '../../../preload/contract/conversations.ts';
import type { MergeReport } from '../../../preload/contract/exchange.ts';
import type { ImportedFields, StoredConversation, StoredMessage } from '../protocol.ts';
import { pauseIndexing } from '../search-index.ts';
import { inTransaction, statement } from '../statements.ts';
import { bringBack } from './branches.ts';
import { setCurrentLeaf, summaryColumns, type SummaryRow } from './conversations.ts';
import { bringFolder, getFolder } from './folders.ts';
import { messageColumns, toMessages, type MessageRow } from './message-rows.ts';

/** A page is full with this many UTF-16 units of text, or with this many conversations. */
const pageLength = 1024 ** 2;
const pageConversations = 100;

/** Names under which ids are derived; a fixed one, so that the same import derives the same ids every time. */
const branchNamespace = '5f0a3b52-6c1e-4c39-9a77-0c5f3f6f2c11';

/** Ids of all conversations that are not deleted. Ids begin with their time, so their order is the order of creation. */
export function listExportable(db: Database.Database): string[] {
  const sql = 'SELECT id FROM conversations WHERE deleted_at IS NULL ORDER BY id';
  return statement<[], { id: string }>(db, sql)
    .all()
    .map(({ id }) => id);
}

/** The first of these conversations, as many as make a page. Those that are gone or deleted are passed over. */
export function readConversations(
  db: Database.Database,
  conversationIds: readonly string[],
): { conversations: StoredConversation[]; read: number } {
  const conversations: StoredConversation[] = [];
  let read = 0;
  let length = 0;
  for (const id of conversationIds) {
    if (length >= pageLength || conversations.length === pageConversations) break;
    read += 1;
    const conversation = readConversation(db, id);
    if (conversation === null) continue;
    conversations.push(conversation);
    for (const { text } of conversation.messages) length += text.length;
  }
  return { conversations, read };
}

function readConversation(db: Database.Database, conversationId: string): StoredConversation | null {
  const sql = `SELECT ${summaryColumns}, title_by_hand AS titleByHand, current_leaf_id AS currentLeafId
    FROM conversations WHERE id = ? AND deleted_at IS NULL`;
  type Row = SummaryRow & { titleByHand: 0 | 1; currentLeafId: string | null };
  const row = statement<[string], Row>(db, sql).get(conversationId);
  if (row === undefined) return null;
  const { folderId, isPinned, isArchived, titleByHand, currentLeafId, ...summary } = row;
  return {
    ...summary,
    isPinned: isPinned === 1,
    isArchived: isArchived === 1,
    folder: folderId === null ? null : getFolder(db, folderId),
    titleByHand: titleByHand === 1,
    currentLeafId,
    messages: readMessages(db, conversationId),
  };
}

function readMessages(db: Database.Database, conversationId: string): StoredMessage[] {
  const sql = `SELECT ${messageColumns} FROM messages AS m LEFT JOIN generations AS g ON g.message_id = m.id
    WHERE m.conversation_id = ? AND m.deleted_with IS NULL ORDER BY m.seq`;
  const rows = statement<[string], MessageRow>(db, sql).all(conversationId);
  const imported = readImported(db, conversationId);
  return toMessages(db, rows).map(({ conversationId: _, siblingIds: __, ...message }) => ({
    ...message,
    imported: imported.get(message.id) ?? null,
  }));
}

function readImported(db: Database.Database, conversationId: string): Map<string, ImportedFields> {
  const sql = 'SELECT id, imported FROM messages WHERE conversation_id = ? AND imported IS NOT NULL';
  const rows = statement<[string], { id: string; imported: string }>(db, sql).all(conversationId);
  return new Map(rows.map(({ id, imported }) => [id, JSON.parse(imported) as ImportedFields]));
}

/**
 * Lays conversations aside. They wait in a temporary table, which lies outside the database and outside its
 * transactions: answers that are being written meanwhile are saved as always, whatever becomes of the import.
 */
export function stageImport(db: Database.Database, conversations: readonly StoredConversation[]): void {
  db.exec(`CREATE TEMP TABLE IF NOT EXISTS staged
    (seq INTEGER PRIMARY KEY, id TEXT NOT NULL, updated_at INTEGER NOT NULL, body TEXT NOT NULL) STRICT`);
  const insert = db.prepare<[string, number, string]>(
    'INSERT INTO temp.staged (id, updated_at, body) VALUES (?, ?, ?)',
  );
  for (const conversation of conversations) {
    insert.run(conversation.id, conversation.updatedAt, JSON.stringify(conversation));
  }
}

/** Forgets what was laid aside. */
export function dropStaged(db: Database.Database): void {
  db.exec('DROP TABLE IF EXISTS temp.staged');
}

/**
 * Adds all that was laid aside, in one transaction. Ids decide what is known; nothing that is there changes. A dry run
 * does the same and takes it back, so that its report is the report of the real one.
 */
export function mergeStaged(db: Database.Database, isDryRun: boolean): MergeReport {
  const report = emptyReport();
  stageImport(db, []);
  // The search tells the newest first by the order in which rows came: the ones that were spoken in last come last. Parts
  // of one conversation keep the order of the file.
  const inOrderSql = 'SELECT seq FROM temp.staged ORDER BY max(updated_at) OVER (PARTITION BY id), seq';
  const inOrder = db.prepare<[], number>(inOrderSql).pluck().all();
  const bodyOf = db.prepare<[number], string>('SELECT body FROM temp.staged WHERE seq = ?').pluck();
  db.exec('BEGIN IMMEDIATE');
  try {
    const indexAll = pauseIndexing(db);
    for (const seq of inOrder) {
      const body = bodyOf.get(seq);
      if (body !== undefined) mergeConversation(db, JSON.parse(body) as StoredConversation, report);
    }
    if (!isDryRun) indexAll();
    db.exec(isDryRun ? 'ROLLBACK' : 'COMMIT');
  } catch (error) {
    // SQLite has rolled back by itself where the disk was full.
    if (db.inTransaction) db.exec('ROLLBACK');
    throw error;
  }
  return report;
}

/** Adds one conversation as `mergeStaged` does, without laying it aside. */
export function addConversation(db: Database.Database, conversation: StoredConversation): void {
  inTransaction(db, () => mergeConversation(db, conversation, emptyReport()));
}

function emptyReport(): MergeReport {
  return {
    conversations: { new: 0, extended: 0, known: 0, restored: 0 },
    messages: { new: 0, known: 0, branched: 0 },
  };
}

function mergeConversation(db: Database.Database, incoming: StoredConversation, report: MergeReport): void {
  const knownSql = 'SELECT deleted_at AS deletedAt FROM conversations WHERE id = ?';
  const known = statement<[string], { deletedAt: number | null }>(db, knownSql).get(incoming.id);
  if (known === undefined) insertConversation(db, incoming);
  if (known?.deletedAt != null) {
    statement<[string]>(db, 'UPDATE conversations SET deleted_at = NULL WHERE id = ?').run(incoming.id);
    report.conversations.restored += 1;
  }
  const ids = new Map<string, string>();
  let lastId: string | null = null;
  let added = 0;
  for (const message of incoming.messages) {
    const parentId = message.parentId === null ? null : (ids.get(message.parentId) ?? null);
    const place = placeOf(db, incoming.id, { ...message, parentId });
    report.messages[place.kind] += 1;
    if (place.kind === 'known') bringBack(db, place.id);
    else {
      insertMessage(db, incoming.id, { ...message, id: place.id, parentId });
      added += 1;
    }
    ids.set(message.id, place.id);
    lastId = place.id;
  }
  if (known === undefined) {
    const leafId = ids.get(incoming.currentLeafId ?? '') ?? lastId;
    if (leafId !== null) setCurrentLeaf(db, incoming.id, leafId);
    report.conversations.new += 1;
  } else if (added > 0) {
    const sql = 'UPDATE conversations SET updated_at = max(updated_at, ?) WHERE id = ?';
    statement<[number, string]>(db, sql).run(incoming.updatedAt, incoming.id);
    report.conversations.extended += 1;
  } else report.conversations.known += 1;
}

interface Place {
  kind: keyof MergeReport['messages'];
  id: string;
}

type Standing = Pick<MessageRow, 'conversationId' | 'parentId' | 'role' | 'text'>;

/** Where an incoming message belongs; its parent is named by the id it has here. */
function placeOf(db: Database.Database, conversationId: string, message: StoredMessage): Place {
  const sql = 'SELECT conversation_id AS conversationId, parent_id AS parentId, role, text FROM messages WHERE id = ?';
  const find = (id: string) => statement<[string], Standing>(db, sql).get(id);
  const standing = find(message.id);
  if (standing === undefined) return { kind: 'new', id: message.id };
  if (isSame(standing, conversationId, message)) return { kind: 'known', id: message.id };
  // Derived from all that tells it apart, so that a second import finds what the first one added.
  const { parentId, role, text } = message;
  const id = uuidv5(JSON.stringify([conversationId, message.id, parentId, role, text]), branchNamespace);
  return { kind: find(id) === undefined ? 'branched' : 'known', id };
}

/** An answer that begins like the known one is an earlier state of it: it was exported before it was continued. */
function isSame(standing: Standing, conversationId: string, { parentId, role, text }: StoredMessage): boolean {
  if (standing.conversationId !== conversationId || standing.parentId !== parentId || standing.role !== role) {
    return false;
  }
  return role === 'assistant' ? standing.text.startsWith(text) : standing.text === text;
}

function insertConversation(db: Database.Database, conversation: StoredConversation): void {
  const sql = `INSERT INTO conversations
      (id, title, title_by_hand, created_at, updated_at, origin, preset_id, folder_id, is_pinned, is_archived)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
  statement<(string | number | null)[]>(db, sql).run(
    conversation.id,
    conversation.title,
    conversation.titleByHand ? 1 : 0,
    conversation.createdAt,
    conversation.updatedAt,
    conversation.origin,
    conversation.presetId,
    conversation.folder === null ? null : bringFolder(db, conversation.folder),
    conversation.isPinned ? 1 : 0,
    conversation.isArchived ? 1 : 0,
  );
}

function insertMessage(db: Database.Database, conversationId: string, message: StoredMessage): void {
  const sql = `INSERT INTO messages
      (id, conversation_id, parent_id, role, text, status, error_code, created_at, rating, imported)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
  statement<(string | number | null)[]>(db, sql).run(
    message.id,
    conversationId,
    message.parentId,
    message.role,
    message.text,
    message.status,
    message.errorCode,
    message.createdAt,
    message.rating,
    message.imported === null ? null : JSON.stringify(message.imported),
  );
  if (message.generation !== null) insertGeneration(db, message.id, message.generation);
}

function insertGeneration(db: Database.Database, messageId: string, facts: GenerationFacts): void {
  const sql = `INSERT INTO generations (message_id, model_name, model_sha256, preset_id, parameters, seed, prompt_tokens,
      reused_tokens, reply_tokens, prompt_ms, reply_ms, stop_reason, first_visible_message_id, window_tokens)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
  statement<(string | number | null)[]>(db, sql).run(
    messageId,
    facts.modelName,
    facts.modelSha256,
    facts.presetId,
    JSON.stringify(facts.parameters),
    facts.seed,
    facts.promptTokens,
    facts.reusedTokens,
    facts.replyTokens,
    facts.promptMs,
    facts.replyMs,
    facts.stopReason,
    facts.firstVisibleMessageId,
    facts.windowTokens,
  );
}
