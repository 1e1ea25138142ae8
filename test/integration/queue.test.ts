import { describe, expect, it } from 'vitest';
import type { DatabaseClient } from '../../main/database/protocol.ts';
import { AppError } from '../../preload/contract/errors.ts';
import type { QuestionQueue } from '../../preload/contract/queue.ts';
import { newId, temporaryFolder } from '../support/database.ts';
import { finished, lastMessage, openServices, type Services } from '../support/services.ts';

/** A conversation whose first answer is being written. */
async function begin(services: Services) {
  const { conversation, messages } = await services.generations.start({ conversationId: null, text: 'first' });
  const conversationId = conversation.id;
  const generation = await services.engines.nextGeneration();
  const questionsAsked = async (): Promise<string[]> =>
    (await services.conversations.open(conversationId)).messages
      .filter(({ role }) => role === 'prompter')
      .map(({ text }) => text);
  return { conversationId, answerId: messages.at(-1)?.id ?? '', generation, questionsAsked };
}

const texts = ({ questions }: QuestionQueue): string[] => questions.map(({ text }) => text);

/** Resolves with the first state of the queue of which this is true. */
function queueUntil({ queue }: Services, isWanted: (state: QuestionQueue) => boolean): Promise<QuestionQueue> {
  return new Promise((resolve) => {
    const stop = queue.onChanged((state) => {
      if (!isWanted(state)) return;
      stop();
      resolve(state);
    });
  });
}

describe('questions asked while an answer runs', () => {
  it('wait, and are asked one after the other at the end of the branch that is shown', async () => {
    const services = await openServices();
    const { conversationId, generation, questionsAsked } = await begin(services);
    expect(await services.queue.add({ conversationId, text: 'second' })).toMatchObject({ isPaused: false });
    const queue = await services.queue.add({ conversationId, text: 'third' });
    expect(texts(queue)).toEqual(['second', 'third']);
    expect(await questionsAsked()).toEqual(['first']);

    generation.text('one');
    generation.finish();
    const second = await services.engines.nextGeneration();
    expect(second.request.turns.map(({ text }) => text)).toEqual(['first', 'one', 'second']);
    expect(texts(await services.queue.get(conversationId))).toEqual(['third']);
    second.text('two');
    second.finish();
    const third = await services.engines.nextGeneration();
    expect(third.request.turns.map(({ text }) => text)).toEqual(['first', 'one', 'second', 'two', 'third']);
    expect(await services.queue.get(conversationId)).toEqual({ conversationId, questions: [], isPaused: false });
    third.finish();
  });

  it('are sent at once where nothing runs', async () => {
    const services = await openServices();
    const { conversationId, answerId, generation } = await begin(services);
    generation.finish();
    await finished(services, answerId);
    expect(await services.queue.add({ conversationId, text: 'second' })).toMatchObject({ questions: [] });
    expect((await services.engines.nextGeneration()).request.turns.at(-1)?.text).toBe('second');
  });

  it('wait for all answers of the conversation, and for none of another', async () => {
    const services = await openServices();
    const { conversationId, answerId, generation } = await begin(services);
    generation.finish();
    await finished(services, answerId);
    await services.generations.retry({ messageId: answerId, count: 2 });
    await services.queue.add({ conversationId, text: 'second' });
    const other = await services.generations.start({ conversationId: null, text: 'elsewhere' });
    (await services.engines.nextGeneration()).finish();
    (await services.engines.nextGeneration()).finish();
    const asked = await services.engines.nextGeneration();
    expect(asked.request.conversationId).toBe(other.conversation.id);
    asked.finish();
    expect((await services.engines.nextGeneration()).request.turns.at(-1)?.text).toBe('second');
  });

  it('can be put in another order, changed and taken out, and everybody is told', async () => {
    const services = await openServices();
    const { conversationId, generation } = await begin(services);
    const told: string[][] = [];
    services.queue.onChanged((state) => told.push(texts(state)));
    await services.queue.add({ conversationId, text: 'a' });
    const { questions } = await services.queue.add({ conversationId, text: 'b' });
    const [a = '', b = ''] = questions.map(({ id }) => id);
    await services.queue.move({ conversationId, questionId: b, toIndex: 0 });
    await services.queue.change({ conversationId, questionId: b, text: 'B' });
    await services.queue.remove({ conversationId, questionId: a });
    expect(told).toEqual([['a'], ['a', 'b'], ['b', 'a'], ['B', 'a'], ['B']]);
    generation.finish();
    expect((await services.engines.nextGeneration()).request.turns.at(-1)?.text).toBe('B');
  });

  it('are refused for a conversation that is not there', async () => {
    const { queue } = await openServices();
    await expect(queue.add({ conversationId: newId(), text: 'x' })).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('a pause', () => {
  it('follows a stopped answer and ends when the owner says so', async () => {
    const services = await openServices();
    const { conversationId, answerId, questionsAsked } = await begin(services);
    await services.queue.add({ conversationId, text: 'second' });
    const paused = queueUntil(services, ({ isPaused }) => isPaused);
    await services.generations.stop({ messageId: answerId });
    expect(texts(await paused)).toEqual(['second']);
    expect(texts(await services.queue.add({ conversationId, text: 'third' }))).toEqual(['second', 'third']);
    expect(await questionsAsked()).toEqual(['first']);

    expect(await services.queue.resume(conversationId)).toMatchObject({ isPaused: false });
    const second = await services.engines.nextGeneration();
    expect(second.request.turns.at(-1)?.text).toBe('second');
    second.finish();
    expect((await services.engines.nextGeneration()).request.turns.at(-1)?.text).toBe('third');
  });

  it('follows a failed answer', async () => {
    const services = await openServices();
    const { conversationId, generation } = await begin(services);
    await services.queue.add({ conversationId, text: 'second' });
    const paused = queueUntil(services, ({ isPaused }) => isPaused);
    generation.fail(new AppError('engine-failed', 'It failed.'));
    expect(texts(await paused)).toEqual(['second']);
  });

  it('leaves questions that are asked meanwhile alone', async () => {
    const services = await openServices();
    const { conversationId, answerId, questionsAsked } = await begin(services);
    await services.queue.add({ conversationId, text: 'waits' });
    await services.generations.stop({ messageId: answerId });
    await finished(services, answerId);
    const asked = await services.generations.start({ conversationId, text: 'at once' });
    (await services.engines.nextGeneration()).finish();
    await finished(services, lastMessage(asked).id);
    expect(await questionsAsked()).toEqual(['first', 'at once']);
    expect(await services.queue.get(conversationId)).toMatchObject({ isPaused: true });
  });

  it('follows a restart', async () => {
    const dataFolder = temporaryFolder();
    const before = await openServices({ dataFolder });
    const { conversationId } = await begin(before);
    await before.queue.add({ conversationId, text: 'second' });
    await before.dispose();

    const after = await openServices({ dataFolder });
    const queue = await after.queue.get(conversationId);
    expect(queue).toMatchObject({ isPaused: true, questions: [{ text: 'second' }] });
    await after.queue.resume(conversationId);
    expect((await after.engines.nextGeneration()).request.turns.at(-1)?.text).toBe('second');
  });

  it('follows a question that could not be written; it waits on', async () => {
    let isFull = false;
    const full = (): Promise<never> => Promise.reject(new AppError('disk-full', 'The disk is full.'));
    const around = (database: DatabaseClient): DatabaseClient => ({
      ...database,
      startTurn: (turn) => (isFull ? full() : database.startTurn(turn)),
    });
    const services = await openServices({ around });
    const { conversationId, generation } = await begin(services);
    await services.queue.add({ conversationId, text: 'second' });
    isFull = true;
    const paused = queueUntil(services, ({ isPaused }) => isPaused);
    generation.finish();
    expect(texts(await paused)).toEqual(['second']);
    await expect(services.queue.resume(conversationId)).rejects.toMatchObject({ code: 'disk-full' });
    isFull = false;
    await services.queue.resume(conversationId);
    expect((await services.engines.nextGeneration()).request.turns.at(-1)?.text).toBe('second');
  });
});

describe('a question that is changed or removed while it is being sent', () => {
  it.each([
    [
      'changed',
      (database: DatabaseClient, of: string, id: string) => database.changeQueuedQuestion(of, id, 'new'),
      'new',
    ],
    ['removed', (database: DatabaseClient, of: string, id: string) => database.removeQueuedQuestion(of, id), 'third'],
  ])('is looked at again (%s)', async (_name, meanwhile, expected) => {
    let questionId: string | null = null;
    const around = (database: DatabaseClient): DatabaseClient => ({
      ...database,
      async startTurn(turn) {
        if (questionId !== null && turn.queuedId === questionId) {
          await meanwhile(database, turn.conversationId, questionId);
          questionId = null;
        }
        return database.startTurn(turn);
      },
    });
    const services = await openServices({ around });
    const { conversationId, generation } = await begin(services);
    const { questions } = await services.queue.add({ conversationId, text: 'second' });
    await services.queue.add({ conversationId, text: 'third' });
    questionId = questions[0]?.id ?? null;
    generation.finish();
    expect((await services.engines.nextGeneration()).request.turns.at(-1)?.text).toBe(expected);
  });
});

describe('a deleted conversation', () => {
  it('takes its questions along and brings them back, paused', async () => {
    const services = await openServices();
    const { conversationId } = await begin(services);
    await services.queue.add({ conversationId, text: 'second' });
    await services.generations.stopAllOf(conversationId);
    await services.conversations.delete([conversationId]);
    await expect(services.queue.get(conversationId)).rejects.toMatchObject({ code: 'not-found' });
    expect(services.engines.count()).toBe(1);
    await services.conversations.restore([conversationId]);
    expect(await services.queue.get(conversationId)).toMatchObject({ isPaused: true, questions: [{ text: 'second' }] });
  });
});
