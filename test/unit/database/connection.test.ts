import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { closeDatabase, openDatabase } from '../../../main/database/connection.ts';
import { newestVersion } from '../../../main/database/migrations/index.ts';
import { createOperations } from '../../../main/database/operations.ts';
import { AppError } from '../../../preload/contract/errors.ts';
import {
  branchOf,
  codeOf,
  completeOutcome,
  newTurn,
  openForTest,
  temporaryDatabasePath,
  wholeList,
} from '../../support/database.ts';

describe('an opened database', () => {
  it('still syncs every commit after it has written', () => {
    const db = openForTest(temporaryDatabasePath());
    const operations = createOperations(db);
    const turn = newTurn();
    operations.startTurn(turn);
    operations.saveAnswerText(turn.answerId, 'x');
    operations.finishAnswer(completeOutcome(turn.answerId));
    const pragmas = [
      'journal_mode',
      'synchronous',
      'checkpoint_fullfsync',
      'foreign_keys',
      'trusted_schema',
      'secure_delete',
      'cell_size_check',
      'busy_timeout',
    ];
    expect(Object.fromEntries(pragmas.map((name) => [name, db.pragma(name, { simple: true })]))).toEqual({
      journal_mode: 'wal',
      synchronous: 2,
      checkpoint_fullfsync: 1,
      foreign_keys: 1,
      trusted_schema: 0,
      secure_delete: 1,
      cell_size_check: 1,
      busy_timeout: 5_000,
    });
  });

  it.skipIf(process.platform === 'win32')('is readable by its owner alone (POSIX modes; skipped on Windows)', () => {
    const path = temporaryDatabasePath();
    const mode = (name: string) => (statSync(name).mode & 0o777).toString(8);
    const db = openForTest(path);
    createOperations(db).startTurn(newTurn());
    expect([path, `${path}-wal`, `${path}-shm`].map(mode)).toEqual(['600', '600', '600']);
    db.close();
    chmodSync(path, 0o644);
    openForTest(path);
    expect(mode(path)).toBe('600');
  });

  it('keeps what was written when it was not closed', () => {
    const path = temporaryDatabasePath();
    const turn = newTurn();
    createOperations(openForTest(path)).startTurn(turn);
    expect(branchOf(createOperations(openForTest(path)), turn.conversationId)).toHaveLength(2);
  });

  it('is one file again after closing', () => {
    const path = temporaryDatabasePath();
    const db = openDatabase(path);
    createOperations(db).startTurn(newTurn());
    closeDatabase(db);
    expect(readdirSync(dirname(path))).toEqual(['conversations.sqlite3']);
  });

  it('folds its log away also while something else reads the file', () => {
    const path = temporaryDatabasePath();
    const db = openDatabase(path);
    createOperations(db).startTurn(newTurn());
    const reader = openForTest(path);
    closeDatabase(db);
    expect(statSync(`${path}-wal`).size).toBe(0);
    expect(createOperations(reader).listConversations(wholeList)).toHaveLength(1);
  });
});

describe('a database of a newer version', () => {
  const details: unknown = expect.objectContaining({ version: newestVersion + 1, newestVersion });
  const refusal = expect.objectContaining({ code: 'database-newer', details }) as Error;

  it('is refused, and not one byte in its folder changes', () => {
    const path = temporaryDatabasePath();
    const db = openForTest(path);
    createOperations(db).startTurn(newTurn());
    db.pragma(`user_version = ${newestVersion + 1}`);
    closeDatabase(db);
    const before = readFileSync(path);
    expect(() => openDatabase(path)).toThrow(refusal);
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(readdirSync(dirname(path))).toEqual(['conversations.sqlite3']);
  });

  it('is refused also when a crash left its version in the log alone, and the log stays', () => {
    const path = temporaryDatabasePath();
    const db = openForTest(path);
    createOperations(db).startTurn(newTurn());
    db.pragma('wal_checkpoint(TRUNCATE)');
    db.pragma(`user_version = ${newestVersion + 1}`);
    const crashed = temporaryDatabasePath();
    for (const suffix of ['', '-wal']) copyFileSync(path + suffix, crashed + suffix);
    const bytes = () => ['', '-wal'].map((suffix) => readFileSync(crashed + suffix).toString('base64'));
    const before = bytes();
    expect(() => openDatabase(crashed)).toThrow(refusal);
    expect(bytes()).toEqual(before);
  });
});

/** The pages, counted from 0, that hold the schema. */
function schemaPagesOf(path: string): Set<number> {
  const db = new Database(path);
  const sql = `SELECT pageno - 1 FROM dbstat WHERE name = 'sqlite_schema'`;
  const pages = db.prepare<[], number>(sql).pluck().all();
  db.close();
  return new Set(pages);
}

describe('a damaged file', () => {
  const filled = () => {
    const path = temporaryDatabasePath();
    const db = openDatabase(path);
    const operations = createOperations(db);
    const turns = Array.from({ length: 20 }, () => newTurn());
    for (const turn of turns) {
      operations.startTurn(turn);
      operations.finishAnswer(completeOutcome(turn.answerId, { text: 'leaf '.repeat(2_000) }));
    }
    closeDatabase(db);
    const schemaPages = schemaPagesOf(path);
    return { path, turns, schemaPages, bytes: readFileSync(path) };
  };

  it.each([
    ['zeroed header', (bytes: Buffer) => bytes.fill(0, 0, 100)],
    ['first page of garbage', (bytes: Buffer) => bytes.fill(0xaa, 0, 4096)],
    ['schema page of garbage behind a good header', (bytes: Buffer) => bytes.fill(0xaa, 100, 4096)],
    ['file cut in half', (bytes: Buffer) => bytes.subarray(0, bytes.length / 2)],
    ['file cut within its header', (bytes: Buffer) => bytes.subarray(0, 50)],
    ['text file', () => Buffer.from('Dear diary, '.repeat(500))],
  ])('(%s) is refused as unreadable and kept', (_what, damage) => {
    const { path, bytes } = filled();
    const damaged = Buffer.from(damage(bytes));
    writeFileSync(path, damaged);
    expect(codeOf(() => openDatabase(path))).toBe('database-unreadable');
    expect(readFileSync(path).equals(damaged)).toBe(true);
  });

  it('(empty, beside a log) is not opened, because that would discard the log', () => {
    const path = temporaryDatabasePath();
    writeFileSync(path, '');
    writeFileSync(`${path}-wal`, 'what may be left of the conversations');
    expect(codeOf(() => openDatabase(path))).toBe('database-unreadable');
    expect(statSync(`${path}-wal`).size).toBeGreaterThan(0);
  });

  it('does not crash once open, and its other conversations can still be read', () => {
    const { path, turns, schemaPages, bytes } = filled();
    const pageBytes = 4096;
    const damagedPages = new Set<string>();
    let unreadable = 0;
    let readable = 0;
    for (let page = 1; page < bytes.length / pageBytes; page++) {
      const damaged = Buffer.from(bytes);
      damaged.fill(0xaa, page * pageBytes, (page + 1) * pageBytes);
      writeFileSync(path, damaged);
      // Nothing can be read without the schema: a file whose damage lies there is refused at once.
      if (schemaPages.has(page)) {
        expect(codeOf(() => openForTest(path))).toBe('database-unreadable');
        continue;
      }
      const operations = createOperations(openForTest(path));
      for (const turn of turns) {
        const code = codeOf(() => branchOf(operations, turn.conversationId));
        damagedPages.add(code);
        if (code === 'none') readable++;
        else unreadable++;
      }
    }
    expect([...damagedPages].filter((code) => code !== 'none' && !code.startsWith('SQLITE_CORRUPT'))).toEqual([]);
    expect(unreadable).toBeGreaterThan(0);
    expect(readable).toBeGreaterThan(unreadable);
  });
});

describe('a place that cannot be written', () => {
  it.each([
    ['a folder that is not there', (path: string) => join(path, 'missing', 'x.sqlite3')],
    ['a folder in place of the file', (path: string) => (mkdirSync(path), path)],
    ['a file in place of the folder', (path: string) => (writeFileSync(path, ''), join(path, 'x.sqlite3'))],
  ])('(%s) is reported as such', (_what, prepare) => {
    const path = prepare(temporaryDatabasePath());
    expect(codeOf(() => openDatabase(path))).toBe('database-readonly');
  });

  it.skipIf(process.getuid?.() === 0)(
    '(a write-protected file) is reported as such (skipped for root, who may write anything)',
    () => {
      const path = temporaryDatabasePath();
      closeDatabase(openDatabase(path));
      chmodSync(path, 0o400);
      expect(codeOf(() => openDatabase(path))).toBe('database-readonly');
    },
  );

  it('gives a reason in plain words', () => {
    try {
      openDatabase('/proc/nowhere/x.sqlite3');
      expect.unreachable();
    } catch (thrown) {
      expect(thrown).toBeInstanceOf(AppError);
      expect((thrown as AppError).message).not.toMatch(/SQLITE|ENOENT|!/);
      expect((thrown as AppError).details.cause).toMatch(/ENOENT/);
    }
  });
});
