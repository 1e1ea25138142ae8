import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { createBackupRunner } from '../../main/database/backup-client.ts';
import { backupsFolderOf } from '../../main/database/backup-names.ts';
import { closeDatabase, openDatabase } from '../../main/database/connection.ts';
import { openDatabaseClient } from '../../main/database/client.ts';
import { createOperations } from '../../main/database/operations.ts';
import { noteStanding, readStanding } from '../../main/database/standing.ts';
import { createIntegrity } from '../../main/services/integrity.ts';
import { assertUndamaged, createRecovery, problemOf } from '../../main/services/recovery.ts';
import { AppError } from '../../preload/contract/errors.ts';
import { completeOutcome, newTurn, temporaryDatabasePath, wholeList } from '../support/database.ts';

const workerUrl = new URL('../../main/database/worker.ts', import.meta.url);
const runTask = createBackupRunner(workerUrl);

const open = (databasePath: string) => openDatabaseClient({ databasePath, workerUrl });

/** A database with one conversation that was used and closed. */
async function used(): Promise<string> {
  const databasePath = temporaryDatabasePath();
  const database = await open(databasePath);
  const turn = newTurn({ newConversation: { title: 'Kept', origin: 'window' } });
  await database.startTurn(turn);
  await database.finishAnswer(completeOutcome(turn.answerId));
  await database.close();
  return databasePath;
}

async function failureOf(databasePath: string): Promise<AppError> {
  try {
    assertUndamaged(databasePath);
    await (await open(databasePath)).close();
  } catch (error) {
    if (error instanceof AppError) return error;
  }
  throw new Error('it opens');
}

function recoveryOf(databasePath: string, error: AppError) {
  const backupsFolder = backupsFolderOf(databasePath);
  return createRecovery(error, { databasePath, backupsFolder, runTask, attempt: 1, now: Date.now });
}

async function titles(databasePath: string): Promise<string[]> {
  const database = await open(databasePath);
  const list = await database.listConversations(wholeList);
  await database.close();
  return list.map(({ title }) => title);
}

function zeroHeader(databasePath: string): Buffer {
  const bytes = readFileSync(databasePath).fill(0, 0, 100);
  writeFileSync(databasePath, bytes);
  return bytes;
}

it.each([
  ['missing', (path: string) => rmSync(path)],
  ['empty', (path: string) => truncateSync(path)],
  ['damaged', zeroHeader],
] as const)('a file that is %s is not taken for a new one', async (problem, harm) => {
  const databasePath = await used();
  harm(databasePath);
  const error = await failureOf(databasePath);
  expect([error.code, problemOf(error)]).toEqual(['database-unreadable', problem]);
});

it('a salvaged file takes the place of the damaged one, which is kept', async () => {
  const databasePath = await used();
  const damaged = zeroHeader(databasePath);
  const recovery = recoveryOf(databasePath, await failureOf(databasePath));
  const { done } = await recovery.salvage();
  expect(done?.outcome).toEqual({
    kind: 'salvaged',
    report: { conversations: 1, messages: 2, missingMessages: 0, unreadableRows: 0 },
  });
  expect(readFileSync(join(done?.keptFolder ?? '', 'conversations.sqlite3')).equals(damaged)).toBe(true);
  expect(await titles(databasePath)).toEqual(['Kept']);
  expect(readdirSync(dirname(databasePath)).filter((name) => name.includes('.part'))).toEqual([]);
});

it('a cancelled salvage changes nothing', async () => {
  const databasePath = await used();
  const damaged = zeroHeader(databasePath);
  const recovery = recoveryOf(databasePath, await failureOf(databasePath));
  const salvage = recovery.salvage();
  recovery.cancel();
  await expect(salvage).rejects.toMatchObject({ code: 'cancelled' });
  expect(readFileSync(databasePath).equals(damaged)).toBe(true);
  expect(readdirSync(dirname(databasePath)).filter((name) => /part|damaged/.test(name))).toEqual([]);
});

it('a backup takes the place of a file that was emptied, and an empty database that of a damaged one', async () => {
  const databasePath = await used();
  const backupsFolder = backupsFolderOf(databasePath);
  const recoverable = recoveryOf(databasePath, new AppError('database-unreadable', 'for the test'));
  expect((await recoverable.state()).backups).toEqual([]);
  const id = '2026-01-02-030405-schedule';
  const copyPath = join(backupsFolder, `${id}.sqlite3`);
  mkdirSync(backupsFolder);
  await runTask('copy', { databasePath, copyPath, unlessSameAs: null });
  truncateSync(databasePath);
  const restored = await recoveryOf(databasePath, await failureOf(databasePath)).restore(id);
  expect(restored.done?.outcome).toMatchObject({ kind: 'restored', backup: { id } });
  expect(await titles(databasePath)).toEqual(['Kept']);

  zeroHeader(databasePath);
  await recoveryOf(databasePath, await failureOf(databasePath)).startEmpty();
  expect(await titles(databasePath)).toEqual([]);
});

it('a replacement that a kill cut short is finished by the next start, without the old log', async () => {
  const databasePath = await used();
  const finishedPath = `${databasePath}.recovered.part`;
  const other = openDatabase(finishedPath);
  createOperations(other).startTurn(newTurn({ newConversation: { title: 'Recovered', origin: 'window' } }));
  closeDatabase(other);
  noteStanding(databasePath, { replacement: finishedPath });
  writeFileSync(`${databasePath}-wal`, 'of the file before');
  expect(await titles(databasePath)).toEqual(['Recovered']);
  expect(existsSync(finishedPath)).toBe(false);
  expect(readStanding(databasePath)?.replacement).toBeNull();
});

it('a database of a newer version is never replaced', async () => {
  const databasePath = await used();
  const recovery = recoveryOf(databasePath, new AppError('database-newer', 'for the test'));
  await expect(recovery.startEmpty()).rejects.toMatchObject({ code: 'forbidden' });
  expect(await titles(databasePath)).toEqual(['Kept']);
});

it('damage that is found while the app runs is told, noted, and asked about at the next start', async () => {
  const databasePath = await used();
  const database = await open(databasePath);
  const integrity = createIntegrity({ database, databasePath, runTask, isAnswering: () => false, now: Date.now });
  const told: string[] = [];
  integrity.onDamaged((cause) => told.push(cause));
  await integrity.checkWhenDue();
  expect(told).toEqual([]);
  expect(readStanding(databasePath)?.checkedAt).toBeTypeOf('number');
  await database.close();

  const bytes = readFileSync(databasePath);
  for (let page = 2; page < bytes.length / 4096; page += 1) bytes.fill(0xaa, page * 4096 + 8, (page + 1) * 4096);
  writeFileSync(databasePath, bytes);
  noteStanding(databasePath, { checkedAt: null });
  await integrity.checkWhenDue();
  expect(told).toHaveLength(1);
  const error = await failureOf(databasePath);
  expect(problemOf(error)).toBe('damaged');
  recoveryOf(databasePath, error).acceptAsIs();
  expect(() => assertUndamaged(databasePath)).not.toThrow();
});
