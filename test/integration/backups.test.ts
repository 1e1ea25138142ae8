import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Terminal } from '../../main/cli/ask.ts';
import { backUp } from '../../main/cli/backup.ts';
import { createBackupRunner } from '../../main/database/backup-client.ts';
import { backupsFolderOf } from '../../main/database/backup-names.ts';
import { createBackups } from '../../main/services/backups.ts';
import type { BackupsState } from '../../preload/contract/backups.ts';
import type { ConversationChange } from '../../preload/contract/conversations.ts';
import { damage, holds, whileWaiting, writeDatabaseOfVersion } from '../support/backups.ts';
import { newId, newTurn, nextTurn, temporaryFolder, wholeList } from '../support/database.ts';
import { finished, lastMessage, openServices, type Services } from '../support/services.ts';

const hourMs = 60 * 60 * 1000;
const workerUrl = new URL('../../main/database/worker.ts', import.meta.url);

async function addConversations({ database }: Services, count: number, text = 'What is a tree?') {
  const turns = Array.from({ length: count }, () => newTurn({ text }));
  for (const turn of turns) await database.startTurn(turn);
  await database.interruptUnfinished();
  return turns;
}

async function idsOf({ conversations }: Services): Promise<string[]> {
  return (await conversations.list(wholeList)).map(({ id }) => id);
}

/** An answer in a new conversation, which is written until the test says that it ends. */
async function beginAnswer(services: Services) {
  const started = await services.generations.start({ conversationId: null, text: 'Go on' });
  const generation = await services.engines.nextGeneration();
  generation.text('So it goes on');
  const finish = async (): Promise<void> => {
    generation.finish();
    await finished(services, lastMessage(started).id);
  };
  return { started, finish };
}

/** Backups over the same services, whose clock the test sets. */
function withClock(services: Services, startMs = Date.UTC(2026, 10, 23, 12)) {
  const clock = { nowMs: startMs };
  const folder = backupsFolderOf(services.databasePath);
  const backups = createBackups({
    ...{ database: services.database, databasePath: services.databasePath, settings: services.settings, folder },
    runTask: createBackupRunner(workerUrl),
    isAnswering: () => false,
    afterRestore: () => services.settings.reload(),
    now: () => clock.nowMs,
  });
  onTestFinished(() => backups.dispose());
  const states: BackupsState[] = [];
  backups.onChanged((state) => states.push(state));
  return { backups, clock, folder, states };
}

describe('a backup', () => {
  it('is made while an answer is written, and listed, previewed and deleted', async () => {
    const services = await openServices();
    const { backups, conversations } = services;
    const states: BackupsState[] = [];
    backups.onChanged((state) => states.push(state));
    await addConversations(services, 3);
    const { started, finish } = await beginAnswer(services);
    const backup = await backups.create();
    expect(backup).toMatchObject({ reason: 'owner' });
    expect(await backups.list()).toEqual({ backups: [backup], failure: null });
    await finish();
    await addConversations(services, 2);
    await conversations.delete([started.conversation.id]);
    expect(await backups.preview(backup.id)).toMatchObject({ backup, conversations: 4, wouldGo: 2, wouldReturn: 1 });
    await backups.delete(backup.id);
    expect(await backups.list()).toEqual({ backups: [], failure: null });
    await expect(backups.preview(backup.id)).rejects.toMatchObject({ code: 'not-found' });
    expect(states.map((state) => state.backups.length)).toEqual([1, 0]);
  });

  it('that is damaged says so, and is left', async () => {
    const services = await openServices();
    await addConversations(services, 30);
    const { id } = await services.backups.create();
    const path = join(backupsFolderOf(services.databasePath), `${id}.sqlite3`);
    damage(path);
    const bytes = readFileSync(path);
    for (const use of [services.backups.preview, services.backups.restore]) {
      await expect(use(id)).rejects.toMatchObject({
        code: 'database-unreadable',
        message: 'This backup is damaged and cannot be used. It was left as it is, and nothing was changed.',
      });
    }
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });

  it('for the owner is written where it is wanted, and replaces nothing', async () => {
    const services = await openServices();
    await addConversations(services, 2);
    const path = join(temporaryFolder(), 'mine.sqlite3');
    const fractions: number[] = [];
    const written = await services.backups.writeTo(path, { onProgress: (fraction) => fractions.push(fraction) });
    expect(written).toEqual({ path, sizeBytes: statSync(path).size });
    expect(fractions.at(-1)).toBeLessThanOrEqual(1);
    await expect(services.backups.writeTo(path, {})).rejects.toMatchObject({ code: 'invalid-input' });
    const nowhere = join(path, 'below', 'a.sqlite3');
    await expect(services.backups.writeTo(nowhere, {})).rejects.toMatchObject({ code: 'database-readonly' });
    const stopped = join(temporaryFolder(), 'stopped.sqlite3');
    const cancelled = services.backups.writeTo(stopped, { signal: AbortSignal.abort() });
    await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
    expect(existsSync(`${stopped}.part`)).toBe(false);
  });
});

describe('a restore', () => {
  it('is told to everyone, answers what was asked meanwhile from the new state, and can be undone', async () => {
    const services = await openServices();
    const { backups, conversations, database, settings } = services;
    const before = await addConversations(services, 20);
    await settings.change({ theme: 'light' });
    const { id } = await backups.create();
    await conversations.delete(before.slice(0, 5).map(({ conversationId }) => conversationId));
    await addConversations(services, 1);
    await settings.change({ theme: 'dark' });
    const today = await idsOf(services);

    const changes: ConversationChange[] = [];
    conversations.onChanged((change) => changes.push(change));
    const themes: string[] = [];
    settings.onChanged(({ theme }) => themes.push(theme));
    const restoring = backups.restore(id);
    const seen: number[] = [];
    const kept = await whileWaiting(restoring, async () => seen.push((await idsOf(services)).length));
    expect(kept.reason).toBe('restore');
    expect(new Set(seen)).toEqual(new Set(seen.includes(16) ? [16, 20] : [20]));
    expect(await idsOf(services)).toHaveLength(20);
    expect(changes).toEqual([{ kind: 'renewed' }]);
    expect(themes).toEqual(['light']);
    expect(settings.get().theme).toBe('light');
    expect(readdirSync(backupsFolderOf(services.databasePath))).toHaveLength(2);

    await backups.restore(kept.id);
    expect(await idsOf(services)).toEqual(today);
    expect(settings.get().theme).toBe('dark');
    await database.startTurn(nextTurn(before[10] ?? newTurn()));
  });

  it('waits for no answer: it is refused while one is written', async () => {
    const services = await openServices();
    await addConversations(services, 1);
    const { id } = await services.backups.create();
    const { finish } = await beginAnswer(services);
    await expect(services.backups.restore(id)).rejects.toMatchObject({ code: 'busy' });
    await finish();
    expect(await idsOf(services)).toHaveLength(2);
    await expect(services.backups.restore(id)).resolves.toMatchObject({ reason: 'restore' });
    expect(await idsOf(services)).toHaveLength(1);
  });

  it('is refused by the database itself while another process writes an answer', async () => {
    const services = await openServices();
    await addConversations(services, 1);
    const { id } = await services.backups.create();
    await services.database.startTurn(newTurn());
    await expect(services.backups.restore(id)).rejects.toMatchObject({ code: 'busy' });
    expect(await idsOf(services)).toHaveLength(2);
    expect((await services.backups.list()).backups).toHaveLength(1);
  });
});

describe('the schedule', () => {
  it('makes one when it is due and something changed, and rolls', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    onTestFinished(() => void vi.useRealTimers());
    const services = await openServices();
    const { backups, clock } = withClock(services);
    const count = async (): Promise<number> => (await backups.list()).backups.length;
    /** An hour passes, and what comes of it. */
    const pass = async (hours: number): Promise<number> => {
      clock.nowMs += hours * hourMs;
      vi.advanceTimersByTime(hourMs);
      await backups.delete(newId()).catch(() => undefined); // In turn, so after what the timer began.
      return count();
    };
    await addConversations(services, 1);
    await backups.keepSchedule();
    expect(await count()).toBe(1);
    expect((await backups.list()).backups[0]?.reason).toBe('schedule');
    await addConversations(services, 1);
    expect(await pass(23)).toBe(1);
    expect(await pass(1)).toBe(2);
    expect(await pass(24), 'nothing has changed').toBe(2);
    await addConversations(services, 1);
    expect(await pass(23), 'it was looked at yesterday').toBe(2);
    expect(await pass(1)).toBe(3);

    await services.settings.change({ backupEveryHours: 0 });
    await addConversations(services, 1);
    expect(await pass(1000)).toBe(3);
    await services.settings.change({ backupEveryHours: 168 });
    expect(await pass(0), 'a change of the schedule is followed at once').toBe(4);
    for (let day = 0; day < 20; day += 1) {
      await services.settings.change({ backupEveryHours: 24, windowBounds: null, zoom: 1 + day / 100 });
      await pass(24);
    }
    expect(await count()).toBeLessThanOrEqual(14);
  });

  it('tells once why it could not make one, and goes on when it can', async () => {
    const services = await openServices();
    const { backups, clock, folder, states } = withClock(services);
    await addConversations(services, 1);
    writeFileSync(folder, 'in the way');
    await backups.keepSchedule();
    expect(states.at(-1)).toMatchObject({ backups: [], failure: { message: expect.any(String) as string } });
    expect(await idsOf(services)).toHaveLength(1);
    rmSync(folder);
    clock.nowMs += hourMs;
    await backups.keepSchedule();
    expect(await backups.list()).toMatchObject({ backups: [{ reason: 'schedule' }], failure: null });
  });

  it('begins by clearing up after a kill, and takes in what earlier versions left', async () => {
    const services = await openServices();
    const { backups, folder } = withClock(services);
    mkdirSync(folder);
    for (const name of ['restoring.part', '2026-01-01-000000-owner.sqlite3.part', 'a.part-journal', 'notes.txt']) {
      writeFileSync(join(folder, name), 'x');
    }
    const oldCopy = `${services.databasePath}.before-v4.bak`;
    writeDatabaseOfVersion(oldCopy, 3);
    utimesSync(oldCopy, 1_750_000_000, 1_750_000_000);
    writeFileSync(`${services.databasePath}.before-v5.bak.unfinished`, 'x');
    await backups.keepSchedule();
    expect(readdirSync(folder).filter((name) => !name.endsWith('schedule.sqlite3'))).toEqual([
      '2025-06-15-150640-migration.sqlite3',
      'notes.txt',
    ]);
    expect(readdirSync(services.dataFolder).filter((name) => name.includes('.bak'))).toEqual([]);
    const preview = await backups.preview('2025-06-15-150640-migration');
    expect(preview).toMatchObject({ conversations: 1, wouldReturn: 1 });
  });
});

it('erasing in backups takes all of them, and counts those it cannot read', async () => {
  const services = await openServices();
  const { backups } = services;
  const folder = backupsFolderOf(services.databasePath);
  const [doomed] = await addConversations(services, 1, 'What is a shibboleth?');
  await backups.create();
  await backups.create();
  const broken = await backups.create();
  damage(join(folder, `${broken.id}.sqlite3`));
  writeDatabaseOfVersion(`${services.databasePath}.before-v4.bak`, 3, 'shibboleth');
  const { conversationId } = doomed ?? newTurn();
  const andThen = vi.fn(() => Promise.resolve());
  expect(await backups.eraseIn([conversationId, 'c'], [], andThen)).toEqual({ cleaned: 3, left: 1 });
  expect(andThen).toHaveBeenCalledOnce();
  const holding = readdirSync(folder).filter((name) => holds(join(folder, name), 'shibboleth'));
  expect(holding).toEqual([`${broken.id}.sqlite3`]);
  expect((await backups.list()).backups).toHaveLength(4);
});

it('the terminal writes a copy, for people and as JSON', async () => {
  const services = await openServices();
  await addConversations(services, 2);
  const written: string[] = [];
  const terminal: Terminal = {
    stdout: { write: (text: string) => written.push(text) },
    stderr: { write: () => undefined },
    once: () => undefined,
    off: () => undefined,
  };
  const [first, second] = ['first', 'second'].map((name) => join(temporaryFolder(), `${name}.sqlite3`)) as [
    string,
    string,
  ];
  await backUp(services, { path: first, json: false }, terminal);
  await backUp(services, { path: second, json: true }, terminal);
  const sizeBytes = statSync(first).size;
  expect(written[0]).toBe(`${first}: ${String(sizeBytes)} bytes, checked\n`);
  expect(JSON.parse(written[1] ?? '')).toEqual({ path: second, sizeBytes });
  await expect(backUp(services, { path: first, json: false }, terminal)).rejects.toMatchObject({
    code: 'invalid-input',
  });
});
