import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openDatabaseClient } from '../../main/database/client.ts';
import { createOperations } from '../../main/database/operations.ts';
import type { DatabaseClient } from '../../main/database/protocol.ts';
import type { AppError } from '../../preload/contract/errors.ts';
import {
  answerFacts,
  completeOutcome,
  newId,
  newTurn,
  nextTurn,
  openMemoryDatabase,
  temporaryDatabasePath,
  wholeList,
} from '../support/database.ts';

const workerUrl = new URL('../../main/database/worker.ts', import.meta.url);
const dyingWorkerUrl = new URL('./database-dying-worker.ts', import.meta.url);

async function open(databasePath = temporaryDatabasePath(), url = workerUrl): Promise<DatabaseClient> {
  const client = await openDatabaseClient({ databasePath, workerUrl: url });
  onTestFinished(() => client.close());
  return client;
}

describe('a database behind its thread', () => {
  it('does every operation', async () => {
    const client = await open();
    const turn = newTurn();
    const { conversationId, answerId } = turn;
    await client.startTurn(turn);
    await client.saveAnswerText(answerId, 'half');
    expect(await client.interruptUnfinished()).toBe(1);
    await client.resumeAnswer(answerId);
    const finished = await client.finishAnswer(completeOutcome(answerId));
    expect(finished).toEqual(await client.getMessage(answerId));
    await client.startReplies({
      conversationId,
      parentId: turn.questionId,
      answers: [{ answerId: newId(), facts: answerFacts }],
      now: 3_000,
    });
    await client.selectBranch(conversationId, answerId);
    const { messages } = await client.getBranchEnd(conversationId, 10, null);
    expect(messages.at(-1)).toEqual(await client.getMessage(answerId));
    expect((await client.renameConversation(conversationId, 'By hand')).title).toBe('By hand');
    expect((await client.chooseConversationPreset(conversationId, 'typical2')).presetId).toBe('typical2');
    expect(await client.listConversations(wholeList)).toEqual([await client.getConversation(conversationId)]);
    await client.deleteConversations([conversationId], 4_000);
    await client.restoreConversations([conversationId]);
    expect(await client.getConversation(conversationId)).toMatchObject({ title: 'By hand' });
    expect(await client.purgeDeleted(9_000)).toEqual({ conversationIds: [], branches: [] });
    expect((await client.changeSettings({ presetId: 'nucleus9' })).presetId).toBe(
      (await client.getSettings()).presetId,
    );
    const record = { path: '/m.gguf', sizeBytes: 1, modifiedMs: 2.5, sha256: 'd' };
    await client.saveModelFile(record);
    expect(await client.findModelFile('/m.gguf')).toEqual(record);
  });

  it('answers in the order it was asked, without waiting in between', async () => {
    const client = await open();
    const turn = newTurn();
    const order: number[] = [];
    const calls = [client.startTurn(turn).then(() => order.push(0))];
    for (let index = 1; index <= 200; index++) {
      calls.push(client.saveAnswerText(turn.answerId, `text ${index}`).then(() => order.push(index)));
    }
    const last = client.getMessage(turn.answerId);
    await Promise.all(calls);
    expect(order).toEqual(Array.from({ length: 201 }, (_value, index) => index));
    expect((await last).text).toBe('text 200');
  });

  it('names the failure of one call and goes on with the next', async () => {
    const client = await open();
    const turn = newTurn();
    const missingId = newId();
    const outcomes = await Promise.allSettled([
      client.getConversation(missingId),
      client.startTurn(nextTurn(turn)),
      client.startTurn(turn),
      client.startTurn(turn),
      client.saveAnswerText(turn.answerId, (() => 'not cloneable') as unknown as string),
      client.getMessage(turn.answerId),
    ]);
    expect(
      outcomes.map((outcome) => (outcome.status === 'rejected' ? (outcome.reason as AppError).code : 'ok')),
    ).toEqual(['not-found', 'not-found', 'ok', 'internal', 'internal', 'ok']);
    expect(outcomes[0]).toMatchObject({ reason: { name: 'AppError', details: { conversationId: missingId } } });
  });

  it('reaches no property that is not an operation', async () => {
    const client = await open();
    const operations = createOperations(openMemoryDatabase());
    expect(Object.keys(client).sort()).toEqual([...Object.keys(operations), 'close', 'restorePrepared'].sort());
    expect(client).not.toHaveProperty('then');
  });
});

describe('closing', () => {
  it('answers what was asked before, folds the log away, and refuses what comes after', async () => {
    const path = temporaryDatabasePath();
    const client = await openDatabaseClient({ databasePath: path, workerUrl });
    const turn = newTurn();
    const started = client.startTurn(turn);
    const closed = client.close();
    expect(client.close()).toBe(closed);
    const [late] = await Promise.allSettled([client.listConversations(wholeList)]);
    expect(late).toMatchObject({
      status: 'rejected',
      reason: { code: 'internal', message: 'The database is closed.' },
    });
    await expect(started).resolves.toBeUndefined();
    await closed;
    await expect(client.close(), 'closing twice').resolves.toBeUndefined();
    await expect(client.getSettings()).rejects.toMatchObject({ code: 'internal' });
    const parts = ['', '.lock', '.standing'].map((part) => `conversations.sqlite3${part}`);
    expect(readdirSync(dirname(path))).toEqual(parts);
    expect((await (await open(path)).getTree(turn.conversationId)).nodes).toHaveLength(2);
  });
});

describe('a thread that dies', () => {
  it.each([
    ['getSettings', 'internal', /exit code 7/],
    ['listConversations', 'database-unreadable', /page 3/],
  ] as const)('of %s fails everything that waits and everything later', async (operation, code, cause) => {
    const client = await open(temporaryDatabasePath(), dyingWorkerUrl);
    const waiting = [client.getMessage('m'), client[operation](wholeList), client.getBranchEnd('c', 1, null)];
    const details = { cause: expect.stringMatching(cause) as unknown };
    const failure: unknown = expect.objectContaining({ code, details });
    const outcomes = await Promise.allSettled(waiting);
    expect(outcomes).toEqual(waiting.map(() => ({ status: 'rejected', reason: failure })));
    await expect(client.getSettings()).rejects.toEqual(failure);
    await expect(client.close()).resolves.toBeUndefined();
  });

  it('before it greets is an error, too', async () => {
    const missing = new URL('./no-such-worker.ts', import.meta.url);
    await expect(open(temporaryDatabasePath(), missing)).rejects.toMatchObject({ name: 'AppError', code: 'internal' });
  });

  it('without answering the last request still counts as closed', async () => {
    const client = await open(temporaryDatabasePath(), dyingWorkerUrl);
    const pending = expect(client.getMessage('m')).rejects.toMatchObject({ code: 'internal' });
    await expect(client.close()).resolves.toBeUndefined();
    await pending;
  });
});

it('damage behind a sound header is named when a call meets it, and other calls go on', async () => {
  const path = temporaryDatabasePath();
  const turns = Array.from({ length: 8 }, () => newTurn());
  const writer = await openDatabaseClient({ databasePath: path, workerUrl });
  for (const turn of turns) {
    await writer.startTurn(turn);
    await writer.finishAnswer(completeOutcome(turn.answerId, { text: 'leaf '.repeat(4_000) }));
  }
  await writer.close();
  const reader = new Database(path);
  const overflow = `SELECT pageno - 1 FROM dbstat WHERE name = 'messages' AND pagetype = 'overflow' ORDER BY pageno DESC`;
  const textPages = reader.prepare<[], number>(`${overflow} LIMIT 6`).pluck().all();
  reader.close();
  const bytes = readFileSync(path);
  for (const page of textPages) bytes.fill(0xaa, page * 4096, (page + 1) * 4096);
  writeFileSync(path, bytes);

  const client = await open(path);
  const outcomes = await Promise.allSettled(turns.map((turn) => client.getBranchEnd(turn.conversationId, 10, null)));
  const codes = outcomes.map((outcome) => (outcome.status === 'rejected' ? (outcome.reason as AppError).code : 'ok'));
  expect(new Set(codes)).toEqual(new Set(['ok', 'database-unreadable']));
  expect(await client.listConversations(wholeList)).toHaveLength(turns.length);
});

describe('a file that cannot be opened', () => {
  it('is named by its code, and is left as it was', async () => {
    const damaged = temporaryDatabasePath();
    writeFileSync(damaged, Buffer.alloc(8192));
    await expect(open(damaged)).rejects.toMatchObject({ name: 'AppError', code: 'database-unreadable' });
    expect(readFileSync(damaged).equals(Buffer.alloc(8192))).toBe(true);

    const newer = temporaryDatabasePath();
    new Database(newer).exec('PRAGMA user_version = 9999; VACUUM').close();
    await expect(open(newer)).rejects.toMatchObject({ code: 'database-newer', details: { version: 9999 } });
    await expect(open(`${newer}/x`)).rejects.toMatchObject({ code: 'database-readonly' });
  });
});
