import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { backupsFolderOf, parseBackupName } from '../../../main/database/backup-names.ts';
import { migrate, migrations, newestVersion } from '../../../main/database/migrations/index.ts';
import type { Migration } from '../../../main/database/migrations/migration.ts';
import { createOperations } from '../../../main/database/operations.ts';
import {
  branchOf,
  codeOf,
  newTurn,
  openForTest,
  openMemoryDatabase,
  temporaryDatabasePath,
  wholeList,
} from '../../support/database.ts';

const schemaOf = (db: Database.Database) =>
  db.prepare('SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name').all();
const versionOf = (db: Database.Database) => db.pragma('user_version', { simple: true });
const addColumn: Migration = {
  version: newestVersion + 1,
  up: (db) => db.exec('ALTER TABLE conversations ADD COLUMN pinned_at INTEGER'),
};

it('steps are numbered without gaps, in order', () => {
  expect(migrations.map((step) => step.version)).toEqual(migrations.map((_step, index) => index + 1));
  const db = openMemoryDatabase();
  expect(() => migrate(db, [...migrations, { ...addColumn, version: 7 }])).toThrow('numbered 7');
});

describe('a database', () => {
  it('of version 0 gets the schema of a new one, without a backup of nothing', () => {
    const path = temporaryDatabasePath();
    new Database(path).exec('PRAGMA user_version = 0; VACUUM').close();
    const db = openForTest(path);
    expect(schemaOf(db)).toEqual(schemaOf(openMemoryDatabase()));
    expect(versionOf(db)).toBe(newestVersion);
    expect(existsSync(backupsFolderOf(path))).toBe(false);
  });

  it('of the newest version is not migrated again', () => {
    const path = temporaryDatabasePath();
    const first = openForTest(path);
    const turn = newTurn();
    createOperations(first).startTurn(turn);
    first.close();
    const db = openForTest(path);
    expect(schemaOf(db)).toEqual(schemaOf(openMemoryDatabase()));
    expect(branchOf(createOperations(db), turn.conversationId)).toHaveLength(2);
    expect(existsSync(backupsFolderOf(path))).toBe(false);
  });

  it('with content is copied before its first step, and the copy is whole, private and of the old version', () => {
    const path = temporaryDatabasePath();
    const db = openForTest(path);
    const turn = newTurn();
    createOperations(db).startTurn(turn);
    migrate(db, [...migrations, addColumn, { version: addColumn.version + 1, up: () => undefined }]);
    expect(versionOf(db)).toBe(addColumn.version + 1);
    expect(db.pragma('foreign_keys', { simple: true })).toBe(1);

    const folder = backupsFolderOf(path);
    const names = readdirSync(folder);
    expect(names.map((name) => parseBackupName(name)?.reason)).toEqual(['migration']);
    const backupPath = join(folder, names[0] ?? '');
    if (process.platform !== 'win32') {
      expect([folder, backupPath].map((place) => statSync(place).mode & 0o777)).toEqual([0o700, 0o600]);
    }
    const backup = openForTest(backupPath);
    expect(versionOf(backup)).toBe(newestVersion);
    expect(backup.pragma('integrity_check', { simple: true })).toBe('ok');
    expect(branchOf(createOperations(backup), turn.conversationId)).toEqual(
      branchOf(createOperations(db), turn.conversationId),
    );
  });

  it('keeps the version before a step that fails', () => {
    const path = temporaryDatabasePath();
    const db = openForTest(path);
    const turn = newTurn();
    createOperations(db).startTurn(turn);
    const failing: Migration = {
      version: addColumn.version + 1,
      up(connection) {
        connection.exec('DROP TABLE settings');
        throw new Error('half way');
      },
    };
    expect(() => migrate(db, [...migrations, addColumn, failing])).toThrow('half way');
    expect(versionOf(db)).toBe(addColumn.version);
    expect(db.pragma('foreign_keys', { simple: true })).toBe(1);
    expect(createOperations(db).getSettings().sidebarVisible).toBe(true);
  });

  it('is not left with rows that lost their parent', () => {
    const db = openMemoryDatabase();
    createOperations(db).startTurn(newTurn());
    const careless: Migration = {
      version: addColumn.version,
      up: (connection) => connection.exec('DELETE FROM conversations'),
    };
    expect(codeOf(() => migrate(db, [...migrations, careless]))).toBe('database-unreadable');
    expect(createOperations(db).listConversations(wholeList)).toHaveLength(1);
  });

  it('may have a table rebuilt without losing what refers to it', () => {
    const db = openMemoryDatabase();
    const operations = createOperations(db);
    const turn = newTurn();
    operations.startTurn(turn);
    const rebuild: Migration = {
      version: addColumn.version,
      up(connection) {
        type Entry = { type: string; name: string; sql: string };
        const { sql } = connection.prepare(`SELECT sql FROM sqlite_schema WHERE name = 'conversations'`).get() as Entry;
        // Triggers go with their table, and SQLite renames no table while a view is without the one it reads.
        const dependent = connection
          .prepare(`SELECT type, name, sql FROM sqlite_schema WHERE type IN ('trigger', 'view')`)
          .all() as Entry[];
        for (const { type, name } of dependent) connection.exec(`DROP ${type} ${name}`);
        connection.exec(sql.replace('CREATE TABLE conversations', 'CREATE TABLE conversations_new'));
        connection.exec('INSERT INTO conversations_new SELECT * FROM conversations');
        connection.exec('DROP TABLE conversations; ALTER TABLE conversations_new RENAME TO conversations');
        for (const each of dependent) connection.exec(each.sql);
      },
    };
    migrate(db, [...migrations, rebuild]);
    expect(branchOf(operations, turn.conversationId)).toHaveLength(2);
    expect(db.pragma('foreign_key_check')).toEqual([]);
  });
});

it('a file of version 0 with tables of something else is refused and kept', () => {
  const path = temporaryDatabasePath();
  new Database(path).exec('CREATE TABLE messages (note TEXT); INSERT INTO messages VALUES (1)').close();
  expect(codeOf(() => openForTest(path))).toBe('database-unreadable');
  const db = new Database(path);
  expect(db.prepare('SELECT count(*) FROM messages').pluck().get()).toBe(1);
  expect(schemaOf(db)).toHaveLength(1);
  db.close();
});

it('a failing backup stops the migration, and leaves nothing half-written', () => {
  const path = temporaryDatabasePath();
  const db = openForTest(path);
  createOperations(db).startTurn(newTurn());
  writeFileSync(backupsFolderOf(path), 'in the way');
  expect(() => migrate(db, [...migrations, addColumn])).toThrow();
  expect(versionOf(db)).toBe(newestVersion);
  expect(readdirSync(dirname(path)).filter((name) => name.includes('part'))).toEqual([]);
  expect(createOperations(db).listConversations(wholeList)).toHaveLength(1);
});

/** A conversation as version 1 wrote it, and every later version may find it. */
const conversationOfVersion1 = `
  INSERT INTO conversations (id, title, created_at, updated_at) VALUES ('c', 'Memes', 1, 2);
  INSERT INTO messages (id, conversation_id, role, text, status, created_at)
    VALUES ('q', 'c', 'prompter', 'What is a meme?', 'complete', 1);
  INSERT INTO messages (id, conversation_id, parent_id, role, text, status, created_at)
    VALUES ('a', 'c', 'q', 'assistant', 'An idea.', 'complete', 1);
  INSERT INTO generations (message_id, model_name, preset_id, parameters, seed, first_visible_message_id)
    VALUES ('a', 'model', 'k50',
      '{"temperature":1,"topK":50,"topP":1,"typicalP":null,"repetitionPenalty":1.2,"maxNewTokens":8}', 7, 'q');
  UPDATE conversations SET current_leaf_id = 'a';`;

it('version 2 keeps what version 1 held; the window of older answers is not known', () => {
  const db = openMemoryDatabase(migrations.slice(0, 1));
  db.exec(conversationOfVersion1);
  migrate(db);
  expect(schemaOf(db)).toEqual(schemaOf(openMemoryDatabase()));
  const [, answer] = branchOf(createOperations(db), 'c');
  expect(answer?.generation).toMatchObject({ seed: 7, firstVisibleMessageId: 'q', windowTokens: null });
});

it('version 3 keeps what version 2 held; older conversations count as begun in the window, without a preset', () => {
  const db = openMemoryDatabase(migrations.slice(0, 2));
  db.exec(`${conversationOfVersion1}
    UPDATE generations SET window_tokens = 1024;
    INSERT INTO settings VALUES ('presetId', '"typical3"');
    INSERT INTO installations VALUES ('i', 'sft-1', 'Q4_0', 5);
  `);
  migrate(db);
  expect(schemaOf(db)).toEqual(schemaOf(openMemoryDatabase()));
  const operations = createOperations(db);
  expect(operations.listConversations(wholeList)).toEqual([
    {
      ...{ id: 'c', title: 'Memes', createdAt: 1, updatedAt: 2, origin: 'window', presetId: null },
      ...{ folderId: null, isPinned: false, isArchived: false, isTemporary: false },
    },
  ]);
  expect(branchOf(operations, 'c').at(-1)).toMatchObject({ text: 'An idea.', generation: { windowTokens: 1024 } });
  expect(operations.getSettings().presetId).toBe('typical3');
  expect(operations.listInstallations()).toHaveLength(1);
});

it('version 4 keeps what version 3 held; nothing of it was imported', () => {
  const db = openMemoryDatabase(migrations.slice(0, 3));
  db.exec(`${conversationOfVersion1}
    UPDATE conversations SET origin = 'quick-ask', preset_id = 'typical2';
  `);
  migrate(db);
  expect(schemaOf(db)).toEqual(schemaOf(openMemoryDatabase()));
  expect(db.prepare('SELECT count(*) FROM messages WHERE imported IS NULL').pluck().get()).toBe(2);
  const [conversation] = createOperations(db).listConversations(wholeList);
  expect(conversation).toMatchObject({ origin: 'quick-ask', presetId: 'typical2' });
});

it('versions 5 to 7 keep what version 4 held; nothing of it is filed, rated, deleted, drafted or waiting', () => {
  const db = openMemoryDatabase(migrations.slice(0, 4));
  db.exec(conversationOfVersion1);
  migrate(db);
  expect(schemaOf(db)).toEqual(schemaOf(openMemoryDatabase()));
  const operations = createOperations(db);
  expect(operations.getConversation('c')).toMatchObject({ folderId: null, isPinned: false, isArchived: false });
  expect(branchOf(operations, 'c').map(({ text, rating }) => [text, rating])).toEqual([
    ['What is a meme?', null],
    ['An idea.', null],
  ]);
  expect([operations.listTrash(), operations.listDrafts(), operations.getQueue('c')]).toEqual([[], [], []]);
});

it('version 8 finds what version 7 held', () => {
  const db = openMemoryDatabase(migrations.slice(0, 7));
  db.exec(`${conversationOfVersion1}
    INSERT INTO conversations (id, title, created_at, updated_at) VALUES ('older', 'Trees', 0, 0);
  `);
  migrate(db);
  expect(schemaOf(db)).toEqual(schemaOf(openMemoryDatabase()));
  const operations = createOperations(db);
  const find = (query: string) =>
    operations
      .findText({ query, filters: {}, cursor: null, limit: 10 })
      .hits.map(({ messageId, title }) => messageId ?? title);
  expect(find('idea')).toEqual(['a']);
  expect(find('MEME')).toEqual(['Memes', 'q']);
  expect(find('ee')).toEqual(['Trees']);
  expect(operations.listAnswerModels()).toEqual(['model']);
  operations.renameConversation('older', 'Forests');
  expect(find('tree')).toEqual([]);
  expect(find('forest')).toEqual(['Forests']);
});

it('version 9 keeps what version 8 held; no question of it is being edited', () => {
  const db = openMemoryDatabase(migrations.slice(0, 8));
  db.exec(`${conversationOfVersion1}
    INSERT INTO drafts (conversation_id, text) VALUES ('c', 'unsent');
  `);
  migrate(db);
  expect(schemaOf(db)).toEqual(schemaOf(openMemoryDatabase()));
  const operations = createOperations(db);
  expect(operations.listDrafts()).toEqual([{ conversationId: 'c', text: 'unsent' }]);
  operations.saveDraft({ conversationId: 'c', insteadOf: 'q', text: 'What is an idea?' });
  expect(operations.listDrafts()).toHaveLength(2);
});
