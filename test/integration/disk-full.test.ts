import { expect, it } from 'vitest';
import { wholeList } from '../support/database.ts';
import { finished, lastMessage, openServices, type Services } from '../support/services.ts';
import { canMountSmallDisk, mountSmallDisk } from '../support/small-disk.ts';

/** A conversation with one answer, and another whose answer is being written. */
async function beginTwo(services: Services) {
  const first = await services.generations.start({ conversationId: null, text: 'What is a tree?' });
  const answer = await services.engines.nextGeneration();
  answer.text('A plant.');
  answer.finish();
  await finished(services, lastMessage(first).id);
  const second = await services.generations.start({ conversationId: null, text: 'And a forest?' });
  const running = await services.engines.nextGeneration();
  running.text('Many of them');
  const [question] = first.messages;
  if (question === undefined) throw new Error('There is no question.');
  return { id: first.conversation.id, question, answerId: lastMessage(first).id, second, running };
}

/** Everything that an owner could see of it. */
async function seen({ conversations, drafts, folders, queue, trash }: Services, ids: readonly string[]) {
  return {
    list: await conversations.list(wholeList),
    messages: await Promise.all(ids.map(async (id) => (await conversations.open(id)).messages)),
    queues: await Promise.all(ids.map((id) => queue.get(id))),
    drafts: await drafts.list(),
    folders: await folders.list(),
    trash: await trash.list(),
  };
}

it.skipIf(!canMountSmallDisk)(
  'on a full disk every change says so, keeps what is there, and works once there is room (skipped without a right to mount)',
  async () => {
    const disk = mountSmallDisk();
    const services = await openServices({ dataFolder: disk.folder });
    const { conversations, drafts, folders, generations, messages, queue } = services;
    const { id, question, answerId, second, running } = await beginTwo(services);
    const secondId = second.conversation.id;
    const { id: folderId } = await folders.create('Plants');
    const changes: [name: string, change: () => Promise<unknown>][] = [
      ['a new name', () => conversations.rename(id, 'Trees')],
      ['a folder', () => conversations.organise({ conversationIds: [id], folderId })],
      ['a new folder', () => folders.create('Animals')],
      ['a pin', () => conversations.organise({ conversationIds: [id], isPinned: true })],
      ['a rating', () => messages.rate(answerId, 1)],
      ['a draft', () => drafts.save({ conversationId: id, text: 'And a bush' })],
      ['an edit that was begun', () => drafts.save({ conversationId: id, insteadOf: question.id, text: 'What is' })],
      ['a waiting question', () => queue.add({ conversationId: secondId, text: 'How many?' })],
      ['a question', () => generations.start({ conversationId: id, text: 'And a bush?' })],
      ['another answer', () => generations.retry({ messageId: answerId })],
      ['an edit', () => generations.start({ conversationId: id, text: 'What is wood?', insteadOf: question.id })],
      ['a new conversation', () => generations.start({ conversationId: null, text: 'Hello?' })],
    ];

    disk.fillUp();
    const before = await seen(services, [id, secondId]);
    for (const [name, change] of changes) {
      await expect(change(), name).rejects.toMatchObject({
        code: 'disk-full',
        message:
          'The disk is full, so nothing more can be saved. Everything saved before is kept. Free some space and try again.',
      });
      expect(await seen(services, [id, secondId]), name).toEqual(before);
    }
    expect(generations.isBusy(), 'only the answer of before is being written').toBe(true);

    disk.makeRoom();
    // What is sent is answered in its turn, behind the answer of before.
    for (const [name, change] of changes.slice(0, 9)) await expect(change(), name).resolves.toBeDefined();
    running.text(', and more');
    running.finish();
    expect(await finished(services, lastMessage(second).id)).toMatchObject({
      ...{ text: 'Many of them, and more', status: 'complete' },
    });
    const after = await seen(services, [id, secondId]);
    expect(after.list.find((conversation) => conversation.id === id)).toMatchObject({
      ...{ title: 'Trees', folderId, isPinned: true },
    });
    expect(after.messages[0]?.map(({ text, rating }) => [text, rating]).slice(0, 3)).toEqual([
      ['What is a tree?', null],
      ['A plant.', 1],
      ['And a bush?', null],
    ]);
    expect(after.drafts.map(({ text }) => text).toSorted()).toEqual(['And a bush', 'What is']);
    expect(after.folders.map(({ name }) => name)).toEqual(['Animals', 'Plants']);
  },
);
