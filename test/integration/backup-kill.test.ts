import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { copyDatabase } from '../../main/database/backup.ts';
import { backupsFolderOf, parseBackupName } from '../../main/database/backup-names.ts';
import { closeDatabase, openDatabase } from '../../main/database/connection.ts';
import { createOperations } from '../../main/database/operations.ts';
import { openFilled } from '../support/backups.ts';
import { wholeList } from '../support/database.ts';

const program = fileURLToPath(new URL('./backup-restore-loop.ts', import.meta.url));
const backupId = '2026-01-01-000000-owner';

interface Seen {
  said: string;
  /** Names in the folder of backups, and sizes of the database's log. */
  names: readonly string[];
  logBytes: number;
  /** The most that the log ever held. */
  mostLogBytes: number;
}

/** Every step of a restore, told by what it leaves on the disk, in their order. */
const steps: [string, (seen: Seen) => boolean][] = [
  ['before anything', ({ said }) => said.includes('ready')],
  ['while the copy is made', ({ names }) => names.includes('restoring.part')],
  ['while today is kept', ({ names }) => names.some((name) => name.endsWith('restore.sqlite3.part'))],
  ['when today is kept', ({ names }) => names.some((name) => name.endsWith('restore.sqlite3'))],
  ['when the first pages are put back', ({ logBytes }) => logBytes > 100_000],
  ['half way', ({ logBytes }) => logBytes > 6_000_000],
  ['when it is folded into the file', ({ logBytes, mostLogBytes }) => logBytes === 0 && mostLogBytes > 0],
  ['when it was answered for', ({ said }) => said.includes('done')],
];

function isKept(name: string): boolean {
  return parseBackupName(name)?.reason === 'restore';
}

/** Runs a restore and kills it as soon as the step is seen; tells whether the restore had been answered for. */
async function restoreUntil(path: string, isReached: (seen: Seen) => boolean): Promise<boolean> {
  const folder = backupsFolderOf(path);
  const child = spawn(process.execPath, [program, path, backupId], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (said += chunk));
  const closed = once(child, 'close');
  // A step may be over before it is seen; the end is seen for sure.
  let mostLogBytes = 0;
  for (let isOver = false; !isOver;) {
    await breathe();
    const logBytes = statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
    mostLogBytes = Math.max(mostLogBytes, logBytes);
    isOver = said.includes('done') || isReached({ said, names: readdirSync(folder), logBytes, mostLogBytes });
  }
  child.kill('SIGKILL');
  const [, signal] = (await closed) as [number | null, string | null];
  expect(signal).toBe('SIGKILL');
  return said.includes('done');
}

it.skipIf(process.platform === 'win32')(
  'a restore that is killed at any step leaves the old state or the new one, whole (SIGKILL; skipped on Windows)',
  async () => {
    // Two states of about 12 MB without a page in common.
    const { path, db, operations, turns } = openFilled(600, 'old words '.repeat(1_000));
    const folder = backupsFolderOf(path);
    const seeded = openFilled(400, 'new words '.repeat(1_500));
    mkdirSync(folder);
    const backupPath = join(folder, `${backupId}.sqlite3`);
    await copyDatabase({ databasePath: seeded.path, copyPath: backupPath, unlessSameAs: null }, () => undefined);
    const before = operations.listConversations(wholeList).map(({ id }) => id);
    const after = seeded.operations.listConversations(wholeList).map(({ id }) => id);
    expect(before).toHaveLength(turns.length);
    closeDatabase(db);
    const pristine = join(dirname(path), 'pristine.sqlite3');
    await copyDatabase({ databasePath: path, copyPath: pristine, unlessSameAs: null }, () => undefined);

    const outcomes: Record<string, 'old' | 'new'> = {};
    for (const [step, isReached] of steps) {
      for (const name of readdirSync(folder)) if (isKept(name)) rmSync(join(folder, name));
      const source = new Database(pristine, { readonly: true });
      await source.backup(path);
      source.close();
      const isAnswered = await restoreUntil(path, isReached);

      const reopened = openDatabase(path);
      expect(reopened.pragma('integrity_check', { simple: true }), step).toBe('ok');
      const found = createOperations(reopened)
        .listConversations(wholeList)
        .map(({ id }) => id);
      const isNew = found.includes(after[0] ?? '');
      expect(found, step).toEqual(isNew ? after : before);
      outcomes[step] = isNew ? 'new' : 'old';
      if (isAnswered) expect(outcomes[step], step).toBe('new');
      // Where the new state is there, the old one can be had back.
      const kept = readdirSync(folder).filter(isKept);
      if (isNew) expect(kept).toHaveLength(1);
      for (const name of kept) {
        const copy = new Database(join(folder, name), { readonly: true });
        expect(copy.pragma('quick_check', { simple: true })).toBe('ok');
        expect(copy.prepare('SELECT count(*) FROM conversations').pluck().get()).toBe(before.length);
        copy.close();
      }
      closeDatabase(reopened);
    }
    expect(outcomes['before anything']).toBe('old');
    expect(outcomes['when it was answered for']).toBe('new');
  },
  240_000,
);
