import Database from 'better-sqlite3';
import type { ConversationSummary } from '../../preload/contract/conversations.ts';
import { configure } from './connection.ts';
import { migrate } from './migrations/index.ts';
import { createOperations } from './operations.ts';
import type { DatabaseOperations, OperationName } from './protocol.ts';
import { statement } from './statements.ts';

interface Memory {
  db: Database.Database;
  operations: DatabaseOperations;
}

/**
 * The operations of the database on disk, and temporary conversations beside it, in a database in memory with the same
 * schema. Ids are the same nowhere else, so what an operation names decides where it runs, and whoever asks sees no
 * difference. What lists or searches names nothing and runs on disk only: nothing temporary is ever found there.
 */
export function withTemporary(onDisk: DatabaseOperations): DatabaseOperations {
  let memory: Memory | null = null;

  const isInMemory = (id: string): boolean => {
    if (memory === null) return false;
    const sql = 'SELECT 1 FROM conversations WHERE id = ? UNION ALL SELECT 1 FROM messages WHERE id = ?';
    return statement<[string, string]>(memory.db, sql).get(id, id) !== undefined;
  };

  /** Where an operation runs that names these. */
  const placeOf = (ids: readonly string[]): DatabaseOperations =>
    memory !== null && ids.length > 0 && ids.every(isInMemory) ? memory.operations : onDisk;

  const routed = Object.fromEntries(
    (Object.keys(onDisk) as OperationName[]).map((name) => [
      name,
      (...args: unknown[]) => {
        const place = placeOf(idsNamedBy(args[0]));
        const operation = place[name] as (...args: unknown[]) => unknown;
        const value = operation(...args);
        return place === onDisk ? value : markTemporary(value);
      },
    ]),
  ) as unknown as DatabaseOperations;

  const listTemporary = (): string[] => {
    if (memory === null) return [];
    const rows = statement<[], { id: string }>(memory.db, 'SELECT id FROM conversations').all();
    return rows.map(({ id }) => id);
  };

  const forgetTemporary = (conversationId: string): void => {
    if (memory === null) return;
    const { db } = memory;
    statement<[string]>(db, 'DELETE FROM conversations WHERE id = ?').run(conversationId);
    if (listTemporary().length > 0) return;
    memory = null;
    db.close();
  };

  return {
    ...routed,
    startTurn(turn) {
      if (turn.newConversation?.isTemporary !== true) {
        routed.startTurn(turn);
        return;
      }
      memory ??= openMemory();
      memory.operations.startTurn(turn);
    },
    listTemporary,
    forgetTemporary,
    keepTemporary(conversationId) {
      if (memory === null || !isInMemory(conversationId)) return;
      const { operations } = memory;
      for (const conversation of operations.readConversations([conversationId]).conversations) {
        onDisk.addConversation(conversation);
      }
      for (const { id, text, createdAt } of operations.getQueue(conversationId)) {
        onDisk.addQueuedQuestion({ id, conversationId, text, now: createdAt });
      }
      for (const draft of operations.listDrafts()) {
        if (draft.conversationId === conversationId) onDisk.saveDraft(draft);
      }
      forgetTemporary(conversationId);
    },
  };
}

function openMemory(): Memory {
  const db = new Database(':memory:');
  configure(db);
  // What SQLite sorts or lays aside would otherwise go to files.
  db.pragma('temp_store = MEMORY');
  migrate(db);
  return { db, operations: createOperations(db) };
}

/** The ids that the subject of an operation names: it is one, or a list of them, or has them as its fields. */
function idsNamedBy(subject: unknown): string[] {
  if (typeof subject === 'string') return [subject];
  if (Array.isArray(subject)) return subject.filter((id) => typeof id === 'string');
  if (typeof subject !== 'object' || subject === null) return [];
  const { conversationId, messageId } = subject as Record<string, unknown>;
  return [conversationId, messageId].filter((id) => typeof id === 'string');
}

/** Summaries that come from memory say so, alone, in a list, or with their messages. */
function markTemporary(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(markTemporary);
  if (typeof value !== 'object' || value === null) return value;
  if ('conversation' in value) return { ...value, conversation: markTemporary(value.conversation) };
  if (!('isTemporary' in value)) return value;
  return { ...(value as ConversationSummary), isTemporary: true };
}
