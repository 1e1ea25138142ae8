import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { configure } from '../../main/database/connection.ts';
import { migrate, migrations } from '../../main/database/migrations/index.ts';
import { createOperations } from '../../main/database/operations.ts';
import type { DatabaseOperations, NewTurn } from '../../main/database/protocol.ts';
import { newTurn, openForTest, temporaryFolder } from './database.ts';

/** Writes a database of an older version, or the newest, with one conversation `c` of a question and an answer. */
export function writeDatabaseOfVersion(path: string, version: number, words = 'What is a meme?'): void {
  const db = new Database(path);
  configure(db);
  migrate(db, migrations.slice(0, version));
  db.exec(`
    INSERT INTO conversations (id, title, created_at, updated_at) VALUES ('c', 'About ${words}', 1, 2);
    INSERT INTO messages (id, conversation_id, role, text, status, created_at)
      VALUES ('q', 'c', 'prompter', '${words}', 'complete', 1);
    INSERT INTO messages (id, conversation_id, parent_id, role, text, status, created_at)
      VALUES ('a', 'c', 'q', 'assistant', 'Answer to ${words}', 'complete', 1);
    INSERT INTO generations (message_id, model_name, preset_id, parameters, seed) VALUES ('a', 'model', 'k50', '{}', 7);
    UPDATE conversations SET current_leaf_id = 'a';`);
  db.pragma('journal_mode = DELETE');
  db.close();
}

interface FilledDatabase {
  folder: string;
  path: string;
  db: Database.Database;
  operations: DatabaseOperations;
  turns: NewTurn[];
}

/** A database on disk with some conversations, open as the app has it. */
export function openFilled(count: number, text = 'What is a tree?'): FilledDatabase {
  const folder = temporaryFolder();
  const path = join(folder, 'conversations.sqlite3');
  const db = openForTest(path);
  const operations = createOperations(db);
  const turns = Array.from({ length: count }, () => newTurn({ text }));
  for (const turn of turns) operations.startTurn(turn);
  operations.interruptUnfinished();
  return { folder, path, db, operations, turns };
}

/** Overwrites the middle of a file. */
export function damage(path: string): void {
  const file = openSync(path, 'r+');
  try {
    writeSync(file, Buffer.alloc(4096, 0x5a), 0, 4096, 4096);
  } finally {
    closeSync(file);
  }
}

/** Whether a file holds a text anywhere. */
export function holds(path: string, text: string): boolean {
  return readFileSync(path).includes(text);
}

/** Does something again and again until `work` is done, whose outcome it gives. */
export async function whileWaiting<T>(work: Promise<T>, step: () => Promise<unknown>): Promise<T> {
  const state = { isDone: false };
  const ended = work.finally(() => (state.isDone = true));
  while (!state.isDone) await step();
  return ended;
}
