import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { copyDatabase } from '../../../main/database/backup.ts';
import { backupPathOf, newBackupId, parseBackupName } from '../../../main/database/backup-names.ts';
import { previewBackup } from '../../../main/database/backup-reading.ts';
import { newestVersion } from '../../../main/database/migrations/index.ts';
import { damage, holds, openFilled, whileWaiting, writeDatabaseOfVersion } from '../../support/backups.ts';
import { codeOf, newTurn, temporaryFolder } from '../../support/database.ts';

const nothing = (): void => undefined;

function countOf(path: string, table: string): number {
  const db = new Database(path, { readonly: true });
  try {
    return db.prepare(`SELECT count(*) FROM ${table}`).pluck().get() as number;
  } finally {
    db.close();
  }
}

describe('the name of a backup', () => {
  it('tells time and reason, and is free', () => {
    const folder = temporaryFolder();
    const now = Date.UTC(2026, 10, 23, 11, 45, 7, 900);
    const id = newBackupId(folder, 'schedule', now);
    expect(id).toBe('2026-11-23-114507-schedule');
    writeFileSync(backupPathOf(folder, id), '');
    const second = newBackupId(folder, 'schedule', now);
    expect(second).toBe('2026-11-23-114507-schedule-2');
    for (const each of [id, second]) {
      expect(parseBackupName(`${each}.sqlite3`)).toEqual({ id: each, reason: 'schedule', createdAt: now - 900 });
    }
  });

  it.each([
    ['2026-11-23-114507-schedule.sqlite3.part'],
    ['2026-11-23-114507-other.sqlite3'],
    ['2026-13-40-114507-owner.sqlite3'],
    ['conversations.sqlite3'],
    ['.2026-11-23-114507-owner.sqlite3'],
  ])('is not %s', (name) => {
    expect(parseBackupName(name)).toBeNull();
  });
});

describe('a copy', () => {
  it('holds one moment, however much is written meanwhile, and is one private file', async () => {
    const { folder, path, operations } = openFilled(400, 'word '.repeat(400));
    const copyPath = join(folder, 'copy.sqlite3');
    const fractions: number[] = [];
    const copying = copyDatabase({ databasePath: path, copyPath, unlessSameAs: null }, (fraction) => {
      fractions.push(fraction);
    });
    const write = async (): Promise<void> => {
      operations.startTurn(newTurn());
      await breathe();
    };
    expect(await whileWaiting(copying, write)).toBe(true);
    expect(countOf(copyPath, 'conversations')).toBe(400);
    expect(countOf(path, 'conversations')).toBeGreaterThan(400);
    expect(fractions).toEqual(fractions.toSorted((left, right) => left - right));
    if (process.platform !== 'win32') expect(statSync(copyPath).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder).filter((name) => name.startsWith('copy'))).toEqual(['copy.sqlite3']);
  });

  it('that would be one that is there is dropped, and one that differs by a word is not', async () => {
    const { folder, path, operations, turns } = openFilled(3);
    const [first, second, third] = ['1', '2', '3'].map((name) => join(folder, `copy-${name}.sqlite3`)) as [
      string,
      string,
      string,
    ];
    const copy = (copyPath: string) => copyDatabase({ databasePath: path, copyPath, unlessSameAs: first }, nothing);
    expect(await copy(first)).toBe(true);
    expect(await copy(second)).toBe(false);
    expect(existsSync(second)).toBe(false);
    operations.renameConversation(turns[0]?.conversationId ?? '', 'B title');
    expect(await copy(third)).toBe(true);
    expect(readdirSync(folder).filter((name) => name.startsWith('copy'))).toHaveLength(2);
  });

  it('never replaces a file', async () => {
    const { folder, path } = openFilled(1);
    const copyPath = join(folder, 'mine.txt');
    writeFileSync(copyPath, 'mine');
    const copy = copyDatabase({ databasePath: path, copyPath, unlessSameAs: null }, nothing);
    await expect(copy).rejects.toMatchObject({ code: 'invalid-input' });
    expect(holds(copyPath, 'mine')).toBe(true);
  });

  it('of a damaged database gets no name', async () => {
    const { folder, path, db } = openFilled(300, 'word '.repeat(200));
    db.pragma('wal_checkpoint(TRUNCATE)');
    damage(path);
    const copyPath = join(folder, 'copy.sqlite3');
    await expect(copyDatabase({ databasePath: path, copyPath, unlessSameAs: null }, nothing)).rejects.toThrow();
    expect(readdirSync(folder).filter((name) => name.startsWith('copy'))).toEqual([]);
  });

  it('leaves out what is left in the file of erased text', async () => {
    const { folder, path, operations, turns } = openFilled(200, 'What is a shibboleth?');
    const entries = turns.map(({ conversationId }) => ({ kind: 'conversation' as const, id: conversationId }));
    operations.deleteConversations(
      entries.map(({ id }) => id),
      1,
    );
    operations.eraseTrash(entries);
    const copyPath = join(folder, 'copy.sqlite3');
    await copyDatabase({ databasePath: path, copyPath, unlessSameAs: null }, nothing);
    expect(holds(copyPath, 'shibboleth')).toBe(false);
  });
});

describe('a preview', () => {
  it.each(Array.from({ length: newestVersion }, (_value, index) => index + 1))(
    'of a copy of version %i tells what is in it, and changes nothing in it',
    (version) => {
      const { folder, path, turns } = openFilled(3);
      const copyPath = join(folder, 'copy.sqlite3');
      writeDatabaseOfVersion(copyPath, version);
      const { mtimeMs, size } = statSync(copyPath);
      expect(previewBackup(path, copyPath)).toEqual({
        conversations: 1,
        messages: 2,
        newest: [{ title: 'About What is a meme?', updatedAt: 2 }],
        wouldGo: turns.length,
        wouldReturn: 1,
      });
      expect(statSync(copyPath)).toMatchObject({ mtimeMs, size });
      expect(readdirSync(folder).filter((name) => name.startsWith('copy'))).toEqual(['copy.sqlite3']);
    },
  );

  it('leaves out what was in the trash', async () => {
    const { folder, path, operations, turns } = openFilled(3);
    operations.deleteConversations([turns[0]?.conversationId ?? ''], 1);
    const copyPath = join(folder, 'copy.sqlite3');
    await copyDatabase({ databasePath: path, copyPath, unlessSameAs: null }, nothing);
    operations.deleteConversations([turns[1]?.conversationId ?? ''], 1);
    expect(previewBackup(path, copyPath)).toMatchObject({
      ...{ conversations: 2, messages: 4, wouldGo: 0, wouldReturn: 1 },
    });
  });

  it('refuses a copy of a newer version, a damaged one, and what is none', () => {
    const { folder, path } = openFilled(1);
    const at = (name: string): string => join(folder, name);
    writeDatabaseOfVersion(at('newer'), newestVersion);
    const newer = new Database(at('newer'));
    newer.pragma(`user_version = ${newestVersion + 1}`);
    newer.close();
    writeDatabaseOfVersion(at('damaged'), newestVersion);
    damage(at('damaged'));
    writeFileSync(at('text'), 'no database '.repeat(1000));
    expect(codeOf(() => previewBackup(path, at('newer')))).toBe('database-newer');
    expect(codeOf(() => previewBackup(path, at('damaged')))).toMatch(/^(SQLITE_CORRUPT|database-unreadable)/);
    expect(codeOf(() => previewBackup(path, at('text')))).toBe('SQLITE_NOTADB');
    writeFileSync(at('empty'), '');
    expect(codeOf(() => previewBackup(path, at('empty')))).toBe('database-unreadable');
  });
});
