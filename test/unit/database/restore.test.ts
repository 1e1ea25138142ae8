import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { copyDatabase } from '../../../main/database/backup.ts';
import { newestVersion } from '../../../main/database/migrations/index.ts';
import { createOperations } from '../../../main/database/operations.ts';
import { prepareRestore, restorePrepared } from '../../../main/database/restore.ts';
import { toDatabaseError } from '../../../main/database/sqlite-errors.ts';
import { damage, openFilled, writeDatabaseOfVersion } from '../../support/backups.ts';
import { branchOf, newTurn, openForTest, wholeList } from '../../support/database.ts';

const nothing = (): void => undefined;

type Filled = ReturnType<typeof openFilled>;

function pathsIn(folder: string) {
  return {
    copyPath: join(folder, 'copy.sqlite3'),
    preparedPath: join(folder, 'restoring.part'),
    keptPath: join(folder, 'kept.sqlite3'),
  };
}

async function backUp({ folder, path }: Pick<Filled, 'folder' | 'path'>): Promise<string> {
  const { copyPath } = pathsIn(folder);
  await copyDatabase({ databasePath: path, copyPath, unlessSameAs: null }, nothing);
  return copyPath;
}

async function restore({ folder, path, db }: Pick<Filled, 'folder' | 'path' | 'db'>, from?: string): Promise<string> {
  const { copyPath, preparedPath, keptPath } = pathsIn(folder);
  prepareRestore(path, from ?? copyPath, preparedPath);
  await restorePrepared(db, { preparedPath, keptPath });
  return keptPath;
}

function idsIn(db: Database.Database): string[] {
  const operations = createOperations(db);
  return operations.listConversations(wholeList).map(({ id }) => id);
}

describe('a restore', () => {
  it('brings the old state back, keeps the new one, and is undone by it', async () => {
    const filled = openFilled(300, 'word '.repeat(300));
    const { db, operations, turns, folder } = filled;
    const before = idsIn(db);
    await backUp(filled);
    operations.deleteConversations(before.slice(0, 100), 5_000);
    const added = newTurn();
    operations.startTurn(added);
    operations.interruptUnfinished();
    operations.changeSettings({ theme: 'dark' });
    const after = idsIn(db);
    const branch = branchOf(operations, turns[0]?.conversationId ?? '');

    const keptPath = await restore(filled);
    expect(idsIn(db)).toEqual(before);
    expect(operations.getSettings().theme).toBe('system');
    expect(branchOf(operations, turns[0]?.conversationId ?? '')).toEqual(branch);
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
    expect(db.pragma('foreign_key_check')).toEqual([]);
    expect(db.pragma('journal_mode', { simple: true })).toBe('wal');
    expect(statSync(`${filled.path}-wal`).size).toBe(0);
    // The same connection writes on, and another one finds what it wrote.
    operations.renameConversation(before[0] ?? '', 'Written afterwards');
    expect(createOperations(openForTest(filled.path)).getConversation(before[0] ?? '').title).toBe(
      'Written afterwards',
    );

    const secondKept = join(folder, 'kept-2.sqlite3');
    const { preparedPath } = pathsIn(folder);
    prepareRestore(filled.path, keptPath, preparedPath);
    await restorePrepared(db, { preparedPath, keptPath: secondKept });
    expect(idsIn(db)).toEqual(after);
    expect(operations.getSettings().theme).toBe('dark');
    expect(existsSync(secondKept)).toBe(true);
  });

  it.each(Array.from({ length: newestVersion }, (_value, index) => index + 1))(
    'of a copy of version %i brings it to the newest, and leaves the copy as it is',
    async (version) => {
      const filled = openFilled(2);
      const { copyPath } = pathsIn(filled.folder);
      writeDatabaseOfVersion(copyPath, version);
      const { mtimeMs } = statSync(copyPath);
      await restore(filled);
      expect(idsIn(filled.db)).toEqual(['c']);
      expect(filled.db.pragma('user_version', { simple: true })).toBe(newestVersion);
      expect(branchOf(filled.operations, 'c').map(({ text }) => text)).toEqual([
        'What is a meme?',
        'Answer to What is a meme?',
      ]);
      expect(filled.db.pragma('integrity_check', { simple: true })).toBe('ok');
      expect(statSync(copyPath).mtimeMs).toBe(mtimeMs);
    },
  );

  it('leaves what is known of this computer as it is today', async () => {
    const filled = openFilled(1);
    const { operations } = filled;
    operations.changeSettings({ modelPath: '/old.gguf', theme: 'light' });
    operations.saveInstallation({ id: 'old', catalogueId: 'sft-1', type: 'Q4_0', createdAt: 1 });
    await backUp(filled);
    operations.changeSettings({ modelPath: '/new.gguf', theme: 'dark' });
    operations.deleteInstallation('old');
    operations.saveModelFile({ path: '/new.gguf', sizeBytes: 1, modifiedMs: 2, sha256: 'd' });
    await restore(filled);
    expect(operations.getSettings()).toMatchObject({ modelPath: '/new.gguf', theme: 'light' });
    expect(operations.listInstallations()).toEqual([]);
    expect(operations.findModelFile('/new.gguf')).not.toBeNull();
  });

  it('leaves no answer in it that nobody writes', async () => {
    const filled = openFilled(0);
    const turn = newTurn();
    filled.operations.startTurn(turn);
    await backUp(filled);
    filled.operations.interruptUnfinished();
    await restore(filled);
    expect(filled.operations.getMessage(turn.answerId).status).toBe('interrupted');
  });
});

describe('a restore that is refused changes nothing', () => {
  const refusals: [string, string, (filled: Filled, copyPath: string) => void][] = [
    ['a damaged copy', 'database-unreadable', (_filled, copyPath) => damage(copyPath)],
    ['a copy cut off', 'database-unreadable', (_filled, copyPath) => writeFileSync(copyPath, 'SQLite format 3\0')],
    ['an empty file', 'database-unreadable', (_filled, copyPath) => writeFileSync(copyPath, '')],
    [
      'a copy of a newer version',
      'database-newer',
      (_filled, copyPath) => change(copyPath, (copy) => copy.pragma(`user_version = ${newestVersion + 1}`)),
    ],
    [
      'a database of something else',
      'database-unreadable',
      (_filled, copyPath) => change(copyPath, (copy) => copy.exec('CREATE TABLE stray (note TEXT)')),
    ],
    ['a database in which an answer is written', 'busy', ({ operations }) => operations.startTurn(newTurn())],
  ];

  function change(path: string, work: (db: Database.Database) => void): void {
    const db = new Database(path);
    work(db);
    db.close();
  }

  it.each(refusals)('%s: %s', async (_what, code, prepare) => {
    const filled = openFilled(20);
    const copyPath = await backUp(filled);
    filled.operations.startTurn(newTurn({ text: 'later' }));
    filled.operations.interruptUnfinished();
    prepare(filled, copyPath);
    const before = idsIn(filled.db);
    const failure: unknown = await restore(filled).catch((error: unknown) => error);
    expect(toDatabaseError(failure)).toMatchObject({ code });
    expect(idsIn(filled.db)).toEqual(before);
    expect(existsSync(pathsIn(filled.folder).keptPath)).toBe(false);
    expect(filled.db.pragma('quick_check', { simple: true })).toBe('ok');
  });

  it('while another program writes, or has written since today was kept', async () => {
    const filled = openFilled(50, 'word '.repeat(400));
    await backUp(filled);
    const { preparedPath, keptPath } = pathsIn(filled.folder);
    prepareRestore(filled.path, pathsIn(filled.folder).copyPath, preparedPath);
    const other = openForTest(filled.path);

    other.exec('BEGIN IMMEDIATE');
    const refused = restorePrepared(filled.db, { preparedPath, keptPath });
    await expect(refused).rejects.toMatchObject({ code: 'busy' });
    other.exec('COMMIT');
    expect(existsSync(keptPath)).toBe(false);

    const turn = newTurn();
    const late = restorePrepared(filled.db, { preparedPath, keptPath });
    // The copy of today is begun: what is written now is not in it.
    createOperations(other).startTurn(turn);
    createOperations(other).interruptUnfinished();
    await expect(late).rejects.toMatchObject({ code: 'busy' });
    expect(idsIn(filled.db)).toContain(turn.conversationId);
    expect(filled.operations.listConversations(wholeList)).toHaveLength(51);
  });

  it('where today cannot be kept', async () => {
    const filled = openFilled(3);
    await backUp(filled);
    filled.operations.deleteConversations(idsIn(filled.db).slice(0, 1), 1);
    const before = idsIn(filled.db);
    const { copyPath, preparedPath } = pathsIn(filled.folder);
    prepareRestore(filled.path, copyPath, preparedPath);
    const keptPath = join(copyPath, 'below a file');
    await expect(restorePrepared(filled.db, { preparedPath, keptPath })).rejects.toMatchObject({ code: 'ENOTDIR' });
    expect(idsIn(filled.db)).toEqual(before);
  });
});
