import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { v7 as newId } from 'uuid';
import { onTestFinished } from 'vitest';
import { configure, openDatabase } from '../../main/database/connection.ts';
import { migrate, migrations } from '../../main/database/migrations/index.ts';
import type { Migration } from '../../main/database/migrations/migration.ts';
import { createOperations } from '../../main/database/operations.ts';
import type { AnswerOutcome, DatabaseOperations, NewAnswerFacts, NewTurn } from '../../main/database/protocol.ts';
import type { ListInput, Message } from '../../preload/contract/conversations.ts';
import { presets } from '../../preload/contract/presets.ts';

export { newId };

/** A database in memory, closed when the test ends; of the newest version unless told otherwise. */
export function openMemoryDatabase(steps: readonly Migration[] = migrations): Database.Database {
  const db = new Database(':memory:');
  onTestFinished(() => void db.close());
  configure(db);
  migrate(db, steps);
  return db;
}

/** The whole list but for the archive, as long as it is short. */
export const wholeList: ListInput = { isArchived: false, after: null, limit: 5000 };

/** All operations on a database in memory. Time stands still at `now`. */
export function memoryOperations(now = 1_000): DatabaseOperations {
  return createOperations(openMemoryDatabase(), () => now);
}

/** An empty folder that is removed when the test ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'oasst-database-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The path of a database file that does not exist yet, in a folder of its own. */
export function temporaryDatabasePath(): string {
  return join(temporaryFolder(), 'conversations.sqlite3');
}

/** `openDatabase`, closed when the test ends. */
export function openForTest(path: string): Database.Database {
  const db = openDatabase(path);
  onTestFinished(() => void db.close());
  return db;
}

export const answerFacts: NewAnswerFacts = {
  modelName: 'Guide',
  modelSha256: 'a'.repeat(64),
  presetId: 'k50',
  parameters: presets.k50,
  seed: 0xffff_ffff,
};

/** A first turn of a new conversation; `changes` makes it anything else. */
export function newTurn(changes: Partial<NewTurn> = {}): NewTurn {
  return {
    conversationId: newId(),
    newConversation: { title: 'A title', origin: 'window' },
    questionId: newId(),
    parentId: null,
    text: 'What is a tree?',
    answerId: newId(),
    facts: answerFacts,
    now: 1_000,
    ...changes,
  };
}

/** A turn that follows the answer of `turn`. */
export function nextTurn(turn: NewTurn, changes: Partial<NewTurn> = {}): NewTurn {
  return newTurn({
    conversationId: turn.conversationId,
    newConversation: null,
    parentId: turn.answerId,
    ...changes,
  });
}

export function completeOutcome(messageId: string, changes: Partial<AnswerOutcome> = {}): AnswerOutcome {
  return {
    messageId,
    text: 'A graph without rings.',
    status: 'complete',
    errorCode: null,
    facts: { stopReason: 'end-of-text' },
    now: 2_000,
    ...changes,
  };
}

/** The whole branch that is shown, root first. */
export function branchOf(operations: DatabaseOperations, conversationId: string): Message[] {
  return operations.getBranchEnd(conversationId, Number.MAX_SAFE_INTEGER, null).messages;
}

/** The code an action fails with, or `'none'`. Anything but an error with a code is thrown on. */
export function codeOf(action: () => unknown): string {
  try {
    action();
    return 'none';
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string') return thrown.code;
    throw thrown;
  }
}
