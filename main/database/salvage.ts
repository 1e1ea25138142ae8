import { rmSync } from 'node:fs';
import Database from 'better-sqlite3';
import { v7 as newId } from 'uuid';
import type { SalvageReport } from '../../preload/contract/recovery.ts';
import { assertSound } from './backup.ts';
import { closeDatabase, openDatabase } from './connection.ts';
import { interruptUnfinished } from './repositories/conversations.ts';
import { placeMissing, type Gap, type Skeleton } from './salvage-gaps.ts';
import { openPages, type Pages } from './salvage-pages.ts';
import { cellCountOf, readCell, type Value } from './salvage-records.ts';
import { rowOf, type SalvagedRow, type SalvagedTable } from './salvage-rows.ts';
import { databaseError } from './sqlite-errors.ts';
import { inTransaction, statement } from './statements.ts';

/** Where a message lies. Its text is read again when it is written, so that not all texts are held at once. */
interface FoundMessage extends Skeleton {
  page: number;
  cell: number;
}

interface Found {
  rows: SalvagedRow[];
  messages: FoundMessage[];
  /** Cells that could not be read. */
  unreadable: number;
}

const messageGone = 'This message could not be read from the damaged file.';
const titleGone = 'Title could not be read';
const pagesPerReport = 500;
/** Written before the messages; the others refer to them. */
const tablesBefore: SalvagedTable[] = ['folders', 'conversations', 'settings', 'models', 'installations'];
const tablesAfter: SalvagedTable[] = ['generations', 'deleted_branches', 'queued_questions', 'edits', 'drafts'];

/**
 * Writes everything that can still be read of a damaged database into a new one. Goes page by page through the file and
 * its log, so that no part needs another one, not even the schema; only reads there. What is missing of a conversation
 * gets a place that says so, and the new file is checked before this returns.
 *
 * @throws AppError `database-unreadable` where no message and no conversation could be read, `disk-full`
 */
export function salvageDatabase(
  databasePath: string,
  salvagedPath: string,
  onProgress: (fraction: number) => void,
): SalvageReport {
  for (const part of ['', '-wal', '-shm', '-journal']) rmSync(salvagedPath + part, { force: true });
  const pages = openPages(databasePath);
  try {
    const found = findRows(pages, (fraction) => {
      onProgress(fraction / 2);
    });
    if (found.messages.length === 0 && found.rows.every(({ table }) => table !== 'conversations')) {
      throw databaseError('database-unreadable', 'nothing could be read');
    }
    const report = writeAnew(salvagedPath, (db) => write(db, pages, found, onProgress));
    assertSound(salvagedPath);
    return report;
  } finally {
    pages.close();
  }
}

function writeAnew<T>(path: string, work: (db: Database.Database) => T): T {
  const db = openDatabase(path);
  try {
    // What refers to what is put right before the end, and checked then.
    db.pragma('foreign_keys = OFF');
    const done = inTransaction(db, () => work(db));
    interruptUnfinished(db, null);
    return done;
  } finally {
    closeDatabase(db);
  }
}

function findRows(pages: Pages, onProgress: (fraction: number) => void): Found {
  const found: Found = { rows: [], messages: [], unreadable: 0 };
  for (let page = 1; page <= pages.count; page += 1) {
    if (page % pagesPerReport === 0) onProgress(page / pages.count);
    const count = cellCountOf(pages, page);
    for (let cell = 0; cell < count; cell += 1) {
      const record = readCell(pages, page, cell);
      const row = record === null ? null : rowOf(record);
      if (record === null) found.unreadable += 1;
      else if (row?.table === 'messages') found.messages.push({ ...skeletonOf(row), page, cell });
      else if (row !== null) found.rows.push(row);
    }
  }
  return found;
}

function skeletonOf({ values }: SalvagedRow): Skeleton {
  const text = (column: string): string => String(values[column]);
  return {
    seq: Number(values['seq']),
    id: text('id'),
    conversationId: text('conversation_id'),
    parentId: values['parent_id'] === null ? null : text('parent_id'),
    isAnswer: values['role'] === 'assistant',
    createdAt: Number(values['created_at']),
  };
}

function write(
  db: Database.Database,
  pages: Pages,
  found: Found,
  onProgress: (fraction: number) => void,
): SalvageReport {
  const report: SalvageReport = { conversations: 0, messages: 0, missingMessages: 0, unreadableRows: found.unreadable };
  const add = (table: SalvagedTable, values: Record<string, Value>): boolean => {
    const isAdded = insert(db, table, values);
    if (!isAdded) report.unreadableRows += 1;
    return isAdded;
  };
  for (const table of tablesBefore) addAll(found, table, add);
  const all = placeMissing(found.messages, newId);
  all.forEach((message, index) => {
    const seq = index + 1;
    if (seq % pagesPerReport === 0) onProgress(0.5 + seq / all.length / 2);
    if ('page' in message) {
      const record = readCell(pages, message.page, message.cell);
      const row = record === null ? null : rowOf(record);
      if (row !== null && add('messages', { ...row.values, seq })) {
        report.messages += 1;
        return;
      }
    }
    if (insert(db, 'messages', standInFor(message, seq))) report.missingMessages += 1;
  });
  for (const table of tablesAfter) addAll(found, table, add);
  putRight(db);
  report.conversations = Number(statement<[]>(db, 'SELECT count(*) FROM conversations').pluck().get());
  return report;
}

function standInFor({ id, conversationId, parentId, isAnswer, createdAt }: Gap, seq: number): Record<string, Value> {
  return {
    ...{ seq, id, conversation_id: conversationId, parent_id: parentId, role: isAnswer ? 'assistant' : 'prompter' },
    ...{ text: messageGone, status: 'complete', created_at: createdAt },
  };
}

function addAll(
  found: Found,
  table: SalvagedTable,
  add: (table: SalvagedTable, values: SalvagedRow['values']) => void,
) {
  for (const row of found.rows) if (row.table === table) add(table, row.values);
}

/** Adds a row unless it is not one: damage may have changed what is in it, or have left it there twice. */
function insert(db: Database.Database, table: SalvagedTable, values: Record<string, Value>): boolean {
  const columns = Object.keys(values);
  const places = columns.map(() => '?').join(', ');
  try {
    statement<Value[]>(db, `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${places})`).run(
      ...Object.values(values),
    );
    return true;
  } catch (error) {
    if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_CONSTRAINT')) return false;
    throw error;
  }
}

/** Makes rows fit together whose counterparts are lost. What cannot be put in its place is shown rather than hidden. */
function putRight(db: Database.Database): void {
  db.prepare(
    `INSERT INTO conversations (id, title, created_at, updated_at)
      SELECT conversation_id, ?, min(created_at), max(created_at) FROM messages
        WHERE conversation_id NOT IN (SELECT id FROM conversations) GROUP BY conversation_id`,
  ).run(titleGone);
  db.exec(`
    UPDATE conversations SET current_leaf_id = NULL
      WHERE current_leaf_id IS NOT NULL AND NOT EXISTS
        (SELECT 1 FROM messages AS m WHERE m.id = current_leaf_id AND m.conversation_id = conversations.id);
    DELETE FROM generations WHERE message_id NOT IN (SELECT id FROM messages);
    DELETE FROM deleted_branches WHERE root_id NOT IN (SELECT id FROM messages)
      OR conversation_id NOT IN (SELECT id FROM conversations);
    UPDATE messages SET deleted_with = NULL
      WHERE deleted_with IS NOT NULL AND deleted_with NOT IN (SELECT root_id FROM deleted_branches);
    DELETE FROM queued_questions WHERE conversation_id NOT IN (SELECT id FROM conversations);
    DELETE FROM edits WHERE message_id NOT IN (SELECT id FROM messages);
    UPDATE drafts SET conversation_id = NULL
      WHERE conversation_id NOT IN (SELECT id FROM conversations) AND NOT EXISTS
        (SELECT 1 FROM drafts AS other WHERE other.conversation_id IS NULL);
    DELETE FROM drafts WHERE conversation_id NOT IN (SELECT id FROM conversations);
    UPDATE conversations SET folder_id = NULL WHERE folder_id NOT IN (SELECT id FROM folders);
    UPDATE conversations SET current_leaf_id =
        (SELECT id FROM messages AS m WHERE m.conversation_id = conversations.id AND m.deleted_with IS NULL
          ORDER BY m.seq DESC LIMIT 1)
      WHERE current_leaf_id IS NULL;
  `);
  const orphans = db.pragma('foreign_key_check') as unknown[];
  if (orphans.length > 0) throw new Error(`${String(orphans.length)} salvaged rows refer to nothing`);
}
