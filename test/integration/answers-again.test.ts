import { describe, expect, it } from 'vitest';
import { presets } from '../../preload/contract/presets.ts';
import { finished, lastMessage, openServices, type Services } from '../support/services.ts';

/** Asks a question in a new conversation and ends its answer after `text`. */
async function answered(services: Services, text: string, stopReason: 'end-of-text' | 'length' | 'stopped') {
  const transcript = await services.generations.start({ conversationId: null, text: 'Count to ten.', seed: 5 });
  const generation = await services.engines.nextGeneration();
  generation.text(text);
  generation.finish(stopReason, { promptTokens: 10, reusedTokens: 0, replyTokens: 4, promptMs: 20, replyMs: 30 });
  const message = await finished(services, lastMessage(transcript).id);
  return { conversationId: transcript.conversation.id, message };
}

describe('continuing', () => {
  it.each(['stopped', 'length'] as const)(
    'an answer that ended by %s goes on in place, and its facts are summed',
    async (reason) => {
      const services = await openServices();
      const { conversationId, message } = await answered(services, 'one, two', reason);
      const transcript = await services.generations.continue({ messageId: message.id });
      expect(transcript.messages).toHaveLength(2);
      expect(lastMessage(transcript)).toMatchObject({ id: message.id, text: 'one, two', status: 'generating' });
      const generation = await services.engines.nextGeneration();
      expect(generation.request).toMatchObject({
        answerId: message.id,
        answerSoFar: 'one, two',
        seed: 5,
        parameters: presets.k50,
        turns: [{ text: 'Count to ten.' }],
      });
      generation.text(', three');
      generation.finish('end-of-text', {
        promptTokens: 14,
        reusedTokens: 13,
        replyTokens: 2,
        promptMs: 3,
        replyMs: 12,
      });
      expect(await finished(services, message.id)).toMatchObject({
        id: message.id,
        text: 'one, two, three',
        status: 'complete',
        siblingIds: [message.id],
        generation: {
          promptTokens: 14,
          reusedTokens: 13,
          replyTokens: 6,
          promptMs: 3,
          replyMs: 42,
          stopReason: 'end-of-text',
        },
      });
      expect((await services.conversations.open(conversationId)).messages).toHaveLength(2);
    },
  );

  it('keeps the first part when it fails', async () => {
    const services = await openServices();
    const { message } = await answered(services, 'one', 'stopped');
    await services.generations.continue({ messageId: message.id });
    await services.engines.nextGeneration();
    services.engines.engines[0]?.crash();
    expect(await finished(services, message.id)).toMatchObject({
      status: 'failed',
      text: 'one',
      generation: { replyTokens: 4 },
    });
    await services.generations.continue({ messageId: message.id });
    const generation = await services.engines.nextGeneration();
    expect(generation.request.answerSoFar).toBe('one');
    generation.finish();
    expect(await finished(services, message.id)).toMatchObject({ status: 'complete', errorCode: null });
  });

  it('shows the branch that goes on', async () => {
    const services = await openServices();
    const { conversationId, message } = await answered(services, 'one', 'stopped');
    const retried = await services.generations.retry({ messageId: message.id });
    (await services.engines.nextGeneration()).finish();
    await finished(services, lastMessage(retried).id);
    expect(lastMessage(await services.conversations.open(conversationId)).id).not.toBe(message.id);
    const transcript = await services.generations.continue({ messageId: message.id });
    expect(lastMessage(transcript).id).toBe(message.id);
    (await services.engines.nextGeneration()).finish();
  });

  it('refuses what is complete, and questions', async () => {
    const services = await openServices();
    const { message } = await answered(services, 'ten', 'end-of-text');
    for (const messageId of [message.id, message.parentId ?? '']) {
      await expect(services.generations.continue({ messageId })).rejects.toMatchObject({ code: 'invalid-input' });
    }
    await expect(services.generations.continue({ messageId: 'none' })).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('trying again', () => {
  it('makes an answer beside the first, with a seed of its own, and keeps both', async () => {
    const services = await openServices();
    const { conversationId, message } = await answered(services, 'first', 'end-of-text');
    const transcript = await services.generations.retry({ messageId: message.id, presetId: 'typical2' });
    const second = lastMessage(transcript);
    expect(transcript.messages).toHaveLength(2);
    expect(second).toMatchObject({ parentId: message.parentId, siblingIds: [message.id, second.id], text: '' });
    const generation = await services.engines.nextGeneration();
    expect(generation.request).toMatchObject({
      answerSoFar: '',
      parameters: presets.typical2,
      turns: [{ id: message.parentId }],
    });
    expect(generation.request.seed).not.toBe(5);
    generation.text('second');
    generation.finish();
    await finished(services, second.id);

    const back = await services.conversations.selectBranch(conversationId, message.id);
    expect(lastMessage(back)).toMatchObject({ id: message.id, text: 'first', siblingIds: [message.id, second.id] });
  });

  it('answers the branch it belongs to, not what came later', async () => {
    const services = await openServices();
    const { conversationId, message } = await answered(services, 'first', 'end-of-text');
    const later = await services.generations.start({ conversationId, text: 'And then?' });
    (await services.engines.nextGeneration()).finish();
    await finished(services, lastMessage(later).id);
    await services.generations.retry({ messageId: message.id });
    const generation = await services.engines.nextGeneration();
    expect(generation.request.turns.map(({ text }) => text)).toEqual(['Count to ten.']);
    generation.finish();
  });
});

describe('an answer of an earlier run', () => {
  it('that was cut off is shown as interrupted and can go on', async () => {
    const first = await openServices();
    const transcript = await first.generations.start({ conversationId: null, text: 'Count.' });
    const { id: messageId } = lastMessage(transcript);
    const generation = await first.engines.nextGeneration();
    generation.text('one, two');
    // As after a kill: the text is on disk, the answer has no end.
    await first.database.saveAnswerText(messageId, 'one, two');
    await first.database.close();

    const second = await openServices({ dataFolder: first.dataFolder });
    const found = await second.conversations.open(transcript.conversation.id);
    expect(lastMessage(found)).toMatchObject({ id: messageId, status: 'interrupted', text: 'one, two' });
    expect(found.live).toBeNull();
    await second.generations.continue({ messageId });
    const again = await second.engines.nextGeneration();
    expect(again.request.answerSoFar).toBe('one, two');
    again.text(', three');
    again.finish();
    expect(await finished(second, messageId)).toMatchObject({ status: 'complete', text: 'one, two, three' });
  });

  it('ends as stopped, with its text, when the app quits in good order', async () => {
    const first = await openServices();
    const running = await first.generations.start({ conversationId: null, text: 'Count.' });
    const waiting = await first.generations.start({ conversationId: null, text: 'Wait.' });
    (await first.engines.nextGeneration()).text('one');
    await first.dispose();
    expect(first.engines.engines.every((engine) => engine.isGone())).toBe(true);
    const second = await openServices({ dataFolder: first.dataFolder });
    expect(lastMessage(await second.conversations.open(running.conversation.id))).toMatchObject({
      status: 'stopped',
      text: 'one',
    });
    expect(lastMessage(await second.conversations.open(waiting.conversation.id))).toMatchObject({
      status: 'stopped',
      text: '',
    });
  });
});
