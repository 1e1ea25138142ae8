import { setTimeout as wait } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { AppError } from '../../preload/contract/errors.ts';
import type { DatabaseClient } from '../../main/database/protocol.ts';
import { finished, lastMessage, openServices } from '../support/services.ts';
import { wholeList } from '../support/database.ts';

/** Text of a message as another program would find it on disk now. */
function onDisk(databasePath: string): (messageId: string) => string {
  const db = new Database(databasePath, { readonly: true });
  onTestFinished(() => void db.close());
  const select = db.prepare<[string], string>('SELECT text FROM messages WHERE id = ?').pluck();
  return (messageId) => select.get(messageId) ?? '';
}

describe('text that was told', () => {
  it('is on disk soon after, while the answer goes on', async () => {
    const services = await openServices();
    const { id } = lastMessage(await services.generations.start({ conversationId: null, text: 'Go.' }));
    const generation = await services.engines.nextGeneration();
    const textOnDisk = onDisk(services.databasePath);
    let told = '';
    for (let round = 0; round < 8; round += 1) {
      for (let piece = 0; piece < 10; piece += 1) {
        generation.text(`${round}.${piece} `);
        told += `${round}.${piece} `;
        await wait(3);
      }
      // Two intervals of saving, and time for a busy machine to settle.
      const lastChanceMs = performance.now() + 5000;
      await wait(250);
      while (textOnDisk(id) !== told && performance.now() < lastChanceMs) await wait(20);
      expect(textOnDisk(id)).toBe(told);
    }
    generation.finish();
    await finished(services, id);
  });

  it('is on disk when its end is told', async () => {
    const services = await openServices();
    const { id } = lastMessage(await services.generations.start({ conversationId: null, text: 'Go.' }));
    const generation = await services.engines.nextGeneration();
    generation.text('the very last word');
    generation.finish();
    await finished(services, id);
    expect(onDisk(services.databasePath)(id)).toBe('the very last word');
  });

  it('is not lost when saving it fails on the way', async () => {
    let failures = 0;
    const around = (database: DatabaseClient): DatabaseClient => ({
      ...database,
      saveAnswerText: () => {
        failures += 1;
        return Promise.reject(new AppError('disk-full', 'The disk is full.'));
      },
    });
    const services = await openServices({ around });
    const { id } = lastMessage(await services.generations.start({ conversationId: null, text: 'Go.' }));
    const generation = await services.engines.nextGeneration();
    generation.text('a');
    await wait(50);
    generation.text('b');
    generation.finish();
    expect(await finished(services, id)).toMatchObject({ status: 'complete', text: 'ab' });
    expect(failures).toBeGreaterThan(0);
    expect(onDisk(services.databasePath)(id)).toBe('ab');
  });

  /** Services whose disk is full as long as `disk.full` says so, with an answer that could not be ended. */
  async function unsaved() {
    const disk = { full: true };
    const around = (database: DatabaseClient): DatabaseClient => ({
      ...database,
      finishAnswer: (outcome) =>
        disk.full ? Promise.reject(new AppError('disk-full', 'The disk is full.')) : database.finishAnswer(outcome),
    });
    const services = await openServices({ around });
    const transcript = await services.generations.start({ conversationId: null, text: 'Go.' });
    const { id, siblingIds } = lastMessage(transcript);
    const generation = await services.engines.nextGeneration();
    generation.text('precious');
    generation.finish();
    expect(await finished(services, id)).toMatchObject({
      status: 'failed',
      errorCode: 'disk-full',
      text: 'precious',
      siblingIds,
    });
    expect(services.generations.isBusy()).toBe(false);
    return { services, disk, id, conversationId: transcript.conversation.id };
  }

  it('is still shown when not even its end can be stored', async () => {
    const { services, conversationId } = await unsaved();
    const { messages, live } = await services.conversations.open(conversationId);
    expect(live).toBeNull();
    expect(messages.at(-1)).toMatchObject({ status: 'failed', text: 'precious' });
    await expect(services.generations.start({ conversationId, text: 'More.' })).rejects.toMatchObject({
      code: 'disk-full',
    });
  });

  it('is stored with its end as soon as there is room again', async () => {
    const { services, disk, id, conversationId } = await unsaved();
    disk.full = false;
    const next = await services.generations.start({ conversationId, text: 'More.' });
    expect(next.messages.find((message) => message.id === id)).toMatchObject({ status: 'complete', text: 'precious' });
    (await services.engines.nextGeneration()).finish();
    await finished(services, lastMessage(next).id);
  });

  it('does not stand in the way of other questions once its conversation is deleted', async () => {
    const { services, disk, conversationId } = await unsaved();
    disk.full = false;
    await services.conversations.delete([conversationId]);
    const { id } = lastMessage(await services.generations.start({ conversationId: null, text: 'Something else.' }));
    (await services.engines.nextGeneration()).finish();
    expect(await finished(services, id)).toMatchObject({ status: 'complete' });
  });
});

describe('a start that cannot be stored', () => {
  it('fails with its reason and leaves nothing behind', async () => {
    const around = (database: DatabaseClient): DatabaseClient => ({
      ...database,
      startTurn: () => Promise.reject(new AppError('disk-full', 'The disk is full.')),
    });
    const services = await openServices({ around });
    await expect(services.generations.start({ conversationId: null, text: 'Go.' })).rejects.toMatchObject({
      code: 'disk-full',
    });
    expect(await services.conversations.list(wholeList)).toEqual([]);
    expect(services.generations.isBusy()).toBe(false);
    expect(services.engines.count()).toBe(0);
  });
});

describe('deleting a conversation', () => {
  it('stops its answer, drops its saved state, and tells; the text can come back', async () => {
    const services = await openServices();
    const changes: unknown[] = [];
    services.conversations.onChanged((change) => changes.push(change));
    const transcript = await services.generations.start({ conversationId: null, text: 'Go.' });
    const { id: conversationId } = transcript.conversation;
    const generation = await services.engines.nextGeneration();
    generation.text('half');
    await services.generations.stopAllOf(conversationId);
    expect(generation.cancels()).toBe(1);
    await services.conversations.delete([conversationId]);
    expect(services.droppedStates).toEqual([conversationId]);
    expect(changes.at(-1)).toEqual({ kind: 'deleted', conversationId });
    expect(await services.conversations.list(wholeList)).toEqual([]);
    await expect(services.conversations.open(conversationId)).rejects.toMatchObject({ code: 'not-found' });

    await services.conversations.restore([conversationId]);
    expect(lastMessage(await services.conversations.open(conversationId))).toMatchObject({
      text: 'half',
      status: 'stopped',
    });
  });

  it('also stops an answer that waits, and one that is just being started', async () => {
    let slow = Promise.resolve();
    const around = (database: DatabaseClient): DatabaseClient => ({
      ...database,
      startTurn: async (turn) => {
        await slow;
        await database.startTurn(turn);
      },
    });
    const services = await openServices({ around });
    const running = await services.generations.start({ conversationId: null, text: 'one' });
    const waiting = await services.generations.start({ conversationId: null, text: 'two' });
    await services.engines.nextGeneration();
    await services.generations.stopAllOf(waiting.conversation.id);
    expect(lastMessage(await services.conversations.open(waiting.conversation.id)).status).toBe('stopped');

    slow = wait(100);
    const starting = services.generations.start({ conversationId: waiting.conversation.id, text: 'three' });
    while (services.live.of(waiting.conversation.id).length === 0) await wait(1);
    await services.generations.stopAllOf(waiting.conversation.id);
    await starting;
    expect(lastMessage(await services.conversations.open(waiting.conversation.id)).status).toBe('stopped');
    expect(services.engines.count()).toBe(1);
    await services.generations.stopAllOf(running.conversation.id);
  });

  it('while its answer is being written leaves no trace of that answer elsewhere', async () => {
    const services = await openServices();
    const transcript = await services.generations.start({ conversationId: null, text: 'Go.' });
    const { id: conversationId } = transcript.conversation;
    const generation = await services.engines.nextGeneration();
    generation.text('half');
    // Deleted without a stop, as if a stop had been forgotten: the answer ends without its row.
    await services.conversations.delete([conversationId]);
    generation.text(' more');
    generation.finish();
    expect(await finished(services, lastMessage(transcript).id)).toMatchObject({ status: 'failed', text: 'half more' });
    expect(await services.conversations.list(wholeList)).toEqual([]);
  });
});

describe('settings', () => {
  it('are stored, told, and found by the next run; what a patch does not name stays', async () => {
    const first = await openServices();
    const heard: unknown[] = [];
    first.settings.onChanged((settings) => heard.push(settings));
    await first.settings.change({ presetId: 'typical3' });
    await first.settings.change({ sidebarVisible: false, presetId: undefined });
    expect(first.settings.get()).toMatchObject({ presetId: 'typical3', sidebarVisible: false, modelPath: null });
    expect(heard).toHaveLength(2);
    const { id } = lastMessage(await first.generations.start({ conversationId: null, text: 'Go.' }));
    const generation = await first.engines.nextGeneration();
    expect(generation.request.parameters.typicalP).toBe(0.3);
    generation.finish();
    await finished(first, id);
    await first.dispose();
    const second = await openServices({ dataFolder: first.dataFolder });
    expect(second.settings.get()).toEqual(first.settings.get());
  });
});
