import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { finished, lastMessage, openServices, type Services } from '../support/services.ts';

/** Files below `folder` that hold `text`, in any encoding that the app writes. */
function filesWith(folder: string, text: string): string[] {
  const needles = [Buffer.from(text, 'utf8'), Buffer.from(text, 'utf16le')];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => needles.some((needle) => readFileSync(path).includes(needle)));
}

/** Asks and answers one question, and leaves every other trace that a conversation can leave. */
async function talk(services: Services, isTemporary: boolean, word: string): Promise<string> {
  const transcript = await services.generations.start({ conversationId: null, text: `${word} question`, isTemporary });
  const conversationId = transcript.conversation.id;
  const generation = await services.engines.nextGeneration();
  generation.text(`${word} answer, half`);
  await services.drafts.save({ conversationId, text: `${word} draft` });
  await services.queue.add({ conversationId, text: `${word} waits` });
  generation.text(`${word} answer, whole`);
  generation.finish();
  await finished(services, lastMessage(transcript).id);
  (await services.engines.nextGeneration()).text(`${word} second answer`);
  await services.queue.add({ conversationId, text: `${word} waits on` });
  await services.conversations.rename(conversationId, `${word} title`);
  return conversationId;
}

describe('a temporary conversation', () => {
  it('leaves no byte in the data folder, while it runs and after', async () => {
    const services = await openServices();
    const { dataFolder } = services;
    const kept = await talk(services, false, 'ordinary');
    await services.generations.stopAllOf(kept);
    // What is looked for is found where it is.
    expect(filesWith(dataFolder, 'ordinary').length).toBeGreaterThan(0);

    const conversationId = await talk(services, true, 'zyxomma');
    expect((await services.conversations.open(conversationId)).conversation).toMatchObject({
      title: 'zyxomma title',
      isTemporary: true,
    });
    expect(filesWith(dataFolder, 'zyxomma')).toEqual([]);
    await services.temporary.forget(conversationId);
    await expect(services.conversations.open(conversationId)).rejects.toMatchObject({ code: 'not-found' });
    await services.dispose();
    expect(filesWith(dataFolder, 'zyxomma')).toEqual([]);
    expect(filesWith(dataFolder, 'ordinary').length).toBeGreaterThan(0);
  });

  it('tells the engine to save nothing of it', async () => {
    const services = await openServices();
    const { conversation } = await services.generations.start({ conversationId: null, text: 'a', isTemporary: true });
    const generation = await services.engines.nextGeneration();
    expect(generation.request.isTemporary).toBe(true);
    generation.text('b');
    generation.finish();
    await expect.poll(() => services.generations.isBusy()).toBe(false);
    await services.generations.preview({ conversationId: conversation.id, text: 'next' });
    expect(services.engines.engines[0]?.prepared).toMatchObject([{ isTemporary: true }]);

    await services.generations.start({ conversationId: null, text: 'c' });
    expect((await services.engines.nextGeneration()).request.isTemporary).toBe(false);
  });

  it('ends with its running answer when it is forgotten; another one stays', async () => {
    const services = await openServices();
    const other = await services.generations.start({ conversationId: null, text: 'stays' });
    const running = await services.engines.nextGeneration();
    await services.temporary.forget(other.conversation.id);
    expect(running.cancels()).toBe(0);
    running.finish();

    const { conversation } = await services.generations.start({ conversationId: null, text: 'a', isTemporary: true });
    const generation = await services.engines.nextGeneration();
    await services.temporary.forget(conversation.id);
    expect(generation.cancels()).toBe(1);
    expect(await services.database.listExportable()).toEqual([other.conversation.id]);
  });

  it('is let go of with all others when no window is left', async () => {
    const services = await openServices();
    const { conversation } = await services.generations.start({ conversationId: null, text: 'a', isTemporary: true });
    const generation = await services.engines.nextGeneration();
    await services.temporary.forgetAll();
    expect(generation.cancels()).toBe(1);
    await expect(services.conversations.open(conversation.id)).rejects.toMatchObject({ code: 'not-found' });
  });

  it('is kept when the owner wants it, while its answer is being written', async () => {
    const services = await openServices();
    const transcript = await services.generations.start({ conversationId: null, text: 'a', isTemporary: true });
    const conversationId = transcript.conversation.id;
    const generation = await services.engines.nextGeneration();
    generation.text('begun, ');
    expect(await services.temporary.keep(conversationId)).toMatchObject({ isTemporary: false });
    generation.text('done');
    generation.finish();
    const message = await finished(services, lastMessage(transcript).id);
    expect(message).toMatchObject({ text: 'begun, done', status: 'complete' });
    await services.temporary.forget(conversationId);
    expect((await services.conversations.open(conversationId)).messages.map(({ text }) => text)).toEqual([
      'a',
      'begun, done',
    ]);
  });
});
