import { copyFileSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { closeDatabase, openDatabase } from '../../../main/database/connection.ts';
import { createOperations } from '../../../main/database/operations.ts';
import { salvageDatabase } from '../../../main/database/salvage.ts';
import {
  branchOf,
  codeOf,
  completeOutcome,
  newId,
  newTurn,
  nextTurn,
  openForTest,
  temporaryDatabasePath,
  wholeList,
} from '../../support/database.ts';

const pageBytes = 4096;
const notTold = (): void => undefined;

/** A database of conversations with long and short answers, closed; and everything that is in it. */
function filled(conversations = 12, turnsEach = 6) {
  const path = temporaryDatabasePath();
  const db = openDatabase(path);
  const operations = createOperations(db);
  const folder = { id: newId(), name: 'Work', createdAt: 1_700_000_000_000 };
  operations.createFolder(folder);
  for (let index = 0; index < conversations; index += 1) {
    let turn = newTurn({ newConversation: { title: `Conversation ${String(index)}`, origin: 'window' } });
    for (let step = 0; step < turnsEach; step += 1) {
      operations.startTurn(turn);
      const text = `Answer ${String(step)} of ${String(index)} 🌱 `.repeat(step === 3 ? 600 : 4);
      operations.finishAnswer(completeOutcome(turn.answerId, { text }));
      if (step < turnsEach - 1) turn = nextTurn(turn, { text: `Question ${String(step + 1)}` });
    }
  }
  const [first] = operations.listConversations(wholeList);
  if (first !== undefined) {
    operations.saveDraft({ conversationId: first.id, text: 'not sent yet' });
    const [question] = branchOf(operations, first.id);
    operations.saveDraft({ conversationId: first.id, insteadOf: question?.id, text: 'in other words' });
  }
  operations.changeSettings({ backupEveryHours: 168 });
  const content = contentOf(db);
  closeDatabase(db);
  return { path, content };
}

/** Everything but what is made of it, and the numbers of rows. */
function contentOf(db: Database.Database): Record<string, unknown[]> {
  const columns = {
    folders: '*',
    conversations: `id, title, title_by_hand, created_at, updated_at, current_leaf_id, deleted_at, origin, preset_id,
      folder_id, is_pinned, is_archived`,
    messages: `id, conversation_id, parent_id, role, text, status, error_code, created_at, imported, rating, deleted_with`,
    generations: '*',
    drafts: '*',
    edits: '*',
    settings: '*',
    queued_questions: '*',
    deleted_branches: '*',
  };
  return Object.fromEntries(
    Object.entries(columns).map(([table, list]) => [
      table,
      db.prepare(`SELECT ${list} FROM ${table} ORDER BY 1`).all(),
    ]),
  );
}

function salvage(path: string) {
  const salvagedPath = join(dirname(path), 'salvaged.sqlite3');
  const report = salvageDatabase(path, salvagedPath, notTold);
  const db = openForTest(salvagedPath);
  return { report, db, operations: createOperations(db) };
}

describe('a database is salvaged', () => {
  it('whole, where nothing of it is damaged', () => {
    const { path, content } = filled();
    const before = readFileSync(path);
    const { report, db } = salvage(path);
    expect(contentOf(db)).toEqual(content);
    expect(report).toEqual({ conversations: 12, messages: 144, missingMessages: 0, unreadableRows: 0 });
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it.each([
    ['its header is gone', (bytes: Buffer) => bytes.fill(0, 0, 100)],
    ['its first page is gone', (bytes: Buffer) => bytes.fill(0xaa, 0, pageBytes)],
  ])('whole, where %s', (_what, damage) => {
    const { path, content } = filled();
    writeFileSync(path, damage(readFileSync(path)));
    expect(codeOf(() => openDatabase(path))).toBe('database-unreadable');
    expect(contentOf(salvage(path).db)).toEqual(content);
  });

  it('with what is only in the log, and without what was never committed', () => {
    const { path } = filled(2);
    const db = openForTest(path);
    createOperations(db).startTurn(newTurn({ newConversation: { title: 'In the log', origin: 'window' } }));
    const content = contentOf(db);
    const crashed = temporaryDatabasePath();
    for (const part of ['', '-wal']) copyFileSync(path + part, crashed + part);
    truncateSync(`${crashed}-wal`, readFileSync(`${crashed}-wal`).length - 100);
    const found = salvage(crashed);
    expect(found.report.conversations).toBe(2);
    copyFileSync(`${path}-wal`, `${crashed}-wal`);
    const whole = contentOf(salvage(crashed).db);
    expect(whole['conversations']).toEqual(content['conversations']);
    const names = readdirSync(dirname(crashed)).filter((name) => !name.startsWith('salvaged'));
    expect(names.toSorted()).toEqual(['conversations.sqlite3', 'conversations.sqlite3-wal']);
  });

  it('whatever single page is lost: all that was not on it is kept, every tree is one', () => {
    const { path, content } = filled(4);
    const bytes = readFileSync(path);
    const texts = new Map((content['messages'] as { id: string; text: string }[]).map(({ id, text }) => [id, text]));
    let mostMissing = 0;
    for (let page = 0; page < bytes.length / pageBytes; page += 1) {
      const damaged = Buffer.from(bytes);
      damaged.fill(0xaa, page * pageBytes, (page + 1) * pageBytes);
      writeFileSync(path, damaged);
      const { report, db, operations } = salvage(path);
      mostMissing = Math.max(mostMissing, texts.size - report.messages);
      expect(report.conversations).toBe(4);
      const rows = db.prepare<[], { id: string; text: string }>('SELECT id, text FROM messages').all();
      const others = rows.filter(({ id, text }) => texts.get(id) !== text);
      expect(others.map(({ text }) => text)).toEqual(
        Array.from({ length: report.missingMessages }, () => 'This message could not be read from the damaged file.'),
      );
      for (const { id } of operations.listConversations(wholeList)) {
        expect(branchOf(operations, id).length).toBeGreaterThan(0);
      }
      db.close();
    }
    // A page holds a handful of messages.
    expect(mostMissing).toBeGreaterThan(0);
    expect(mostMissing).toBeLessThan(60);
  });

  it('as far as it was not cut off', () => {
    const { path } = filled(40);
    truncateSync(path, Math.floor(readFileSync(path).length / 2));
    const { report } = salvage(path);
    expect(report.messages).toBeGreaterThan(40);
  });

  it('never out of a file that holds nothing of it', () => {
    const path = temporaryDatabasePath();
    writeFileSync(path, 'Dear diary, '.repeat(5_000));
    expect(codeOf(() => salvage(path))).toBe('database-unreadable');
  });
});
