import { setTimeout as wait } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GenerationEvent } from '../../preload/contract/generations.ts';
import { presets } from '../../preload/contract/presets.ts';
import { finished, lastMessage, openServices, type Services } from '../support/services.ts';

const ask = (services: Services, text: string, conversationId: string | null = null) =>
  services.generations.start({ conversationId, text });

const kindsOf = (events: readonly GenerationEvent[], messageId: string): string[] =>
  events.filter((event) => event.messageId === messageId).map(({ kind }) => kind);

describe('an answer', () => {
  it('goes from the question to the last word, and is stored with how it came about', async () => {
    const services = await openServices();
    const transcript = await services.generations.start({
      conversationId: null,
      text: 'What is a meme?',
      presetId: 'nucleus9',
      seed: 7,
    });
    const answer = lastMessage(transcript);
    expect(transcript.conversation.title).toBe('What is a meme?');
    expect(transcript.messages).toMatchObject([
      { role: 'prompter', text: 'What is a meme?', status: 'complete' },
      { role: 'assistant', text: '', status: 'generating', generation: { seed: 7, presetId: 'nucleus9' } },
    ]);
    expect(transcript.live?.messageId).toBe(answer.id);

    const generation = await services.engines.nextGeneration();
    expect(generation.request).toMatchObject({
      conversationId: transcript.conversation.id,
      turns: [{ role: 'prompter', text: 'What is a meme?' }],
      answerId: answer.id,
      answerSoFar: '',
      parameters: presets.nucleus9,
      seed: 7,
    });
    generation.reading(4, 9);
    generation.text('A unit ');
    generation.text('of culture.');
    generation.finish('end-of-text', { promptTokens: 9, reusedTokens: 4, replyTokens: 3, promptMs: 1.4, replyMs: 2.6 });
    const message = await finished(services, answer.id);
    expect(message).toMatchObject({
      text: 'A unit of culture.',
      status: 'complete',
      errorCode: null,
      generation: {
        modelName: 'Model of /guide.gguf',
        stopReason: 'end-of-text',
        promptTokens: 9,
        reusedTokens: 4,
        replyTokens: 3,
        promptMs: 1,
        replyMs: 3,
        firstVisibleMessageId: transcript.messages[0]?.id,
      },
    });
    const stored = await services.conversations.open(transcript.conversation.id);
    expect(lastMessage(stored)).toEqual(message);
    expect(stored.live).toBeNull();
    expect(kindsOf(services.events, answer.id)).toEqual(['loading', 'reading', 'text', 'text', 'finished']);
    expect(services.events.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
  });

  it('sees the whole branch before it, without answers that never got a word', async () => {
    const services = await openServices();
    const first = await ask(services, 'one');
    (await services.engines.nextGeneration()).finish('stopped');
    await finished(services, lastMessage(first).id);
    const second = await ask(services, 'two', first.conversation.id);
    const generation = await services.engines.nextGeneration();
    expect(generation.request.turns.map(({ text }) => text)).toEqual(['one', 'two']);
    generation.text('yes');
    generation.finish();
    await finished(services, lastMessage(second).id);
    await ask(services, 'three', first.conversation.id);
    const third = await services.engines.nextGeneration();
    expect(third.request.turns.map(({ text }) => text)).toEqual(['one', 'two', 'yes', 'three']);
    third.finish();
  });

  it('is the only one of its conversation while it is written', async () => {
    const services = await openServices();
    const transcript = await ask(services, 'one');
    const { conversation } = transcript;
    const { id } = lastMessage(transcript);
    const busy = { code: 'busy' };
    await expect(ask(services, 'two', conversation.id)).rejects.toMatchObject(busy);
    await expect(services.generations.retry({ messageId: id })).rejects.toMatchObject(busy);
    await expect(services.generations.continue({ messageId: id })).rejects.toMatchObject(busy);
    (await services.engines.nextGeneration()).finish();
    await finished(services, id);
    expect((await services.conversations.open(conversation.id)).messages).toHaveLength(2);
  });

  it('of two questions asked at the same moment in one conversation, one is taken', async () => {
    const services = await openServices();
    const first = await ask(services, 'one');
    (await services.engines.nextGeneration()).finish();
    await finished(services, lastMessage(first).id);
    const both = await Promise.allSettled([
      ask(services, 'two', first.conversation.id),
      ask(services, 'three', first.conversation.id),
    ]);
    expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  });
});

describe('stopping', () => {
  it.each([
    ['an engine that answers', false],
    ['an engine that hangs', true],
  ])('%s keeps the text and ends at once', async (_name, hangsOnCancel) => {
    const services = await openServices({ script: { hangsOnCancel } });
    const times: number[] = [];
    for (let round = 0; round < 10; round += 1) {
      const messageId = lastMessage(await ask(services, 'Count.')).id;
      const generation = await services.engines.nextGeneration();
      generation.text(`one, two, round ${round}`);
      const startedMs = performance.now();
      await services.generations.stop({ messageId });
      const message = await finished(services, messageId);
      times.push(performance.now() - startedMs);
      generation.text(' too late');
      expect(message).toMatchObject({
        status: 'stopped',
        text: `one, two, round ${round}`,
        generation: { stopReason: 'stopped' },
      });
      await services.generations.stop({ messageId });
      expect(generation.cancels()).toBe(1);
    }
    const median = times.toSorted((left, right) => left - right)[5] ?? 0;
    process.stdout.write(`stop with ${_name}: median ${median.toFixed(1)} ms\n`);
    expect(median).toBeLessThan(1000);
  });

  it('works while the model is still loading', async () => {
    const loading = Promise.withResolvers<never>();
    const services = await openServices({ script: { load: () => loading.promise } });
    const messageId = lastMessage(await ask(services, 'Hello')).id;
    await services.generations.stop({ messageId });
    expect(await finished(services, messageId)).toMatchObject({ status: 'stopped', text: '' });
    expect(services.engines.count()).toBe(0);
  });

  it('an answer that waits takes it out of the queue without asking the model', async () => {
    const services = await openServices();
    const running = lastMessage(await ask(services, 'one')).id;
    const waiting = lastMessage(await ask(services, 'two')).id;
    const generation = await services.engines.nextGeneration();
    await services.generations.stop({ messageId: waiting });
    expect(await finished(services, waiting)).toMatchObject({ status: 'stopped', text: '' });
    generation.finish();
    await finished(services, running);
    expect(services.engines.count()).toBe(1);
    expect(services.generations.isBusy()).toBe(false);
  });

  it('something unknown or ended does nothing', async () => {
    const services = await openServices();
    expect(await services.generations.stop({ messageId: 'unknown' })).toBeNull();
  });
});

describe('two conversations', () => {
  it('wait for each other, tell their place, and both get their answers', async () => {
    const services = await openServices();
    const ids: string[] = [];
    for (const text of ['one', 'two', 'three']) ids.push(lastMessage(await ask(services, text)).id);
    const [first = '', second = '', third = ''] = ids;
    const places = (id: string): number[] =>
      services.events.flatMap((event) => (event.messageId === id && event.kind === 'queued' ? [event.ahead] : []));
    for (const [index, id] of ids.entries()) {
      const generation = await services.engines.nextGeneration();
      expect(services.engines.count(), 'one at a time').toBe(index + 1);
      generation.text(`answer ${index}`);
      generation.finish();
      expect(await finished(services, id)).toMatchObject({ text: `answer ${index}`, status: 'complete' });
    }
    expect(places(first)).toEqual([]);
    expect(places(second)[0]).toBe(1);
    expect(places(third)[0]).toBe(2);
    expect(places(third).at(-1)).toBe(1);
    expect(services.generations.isBusy()).toBe(false);
  });
});

describe('a window that looks at any moment', () => {
  /** What a window holds: a snapshot, and every event with a higher number appended. */
  async function watch(services: Services, conversationId: string, messageId: string): Promise<() => string> {
    const heard: GenerationEvent[] = [];
    services.live.onEvent((event) => heard.push(event));
    const { messages, live } = await services.conversations.open(conversationId);
    const snapshot = messages.find(({ id }) => id === messageId)?.text ?? '';
    return () => {
      if (live === null) return snapshot;
      let text = snapshot;
      let seq = live.seq;
      for (const event of heard.filter((each) => each.messageId === messageId && each.seq > live.seq)) {
        expect(event.seq).toBe(seq + 1);
        seq = event.seq;
        if (event.kind === 'text') text += event.text;
      }
      return text;
    };
  }

  it('has exactly the text: no gap, no repeat', async () => {
    const services = await openServices();
    const step = fc.oneof(
      {
        weight: 5,
        arbitrary: fc.record({ kind: fc.constant('text' as const), text: fc.string({ minLength: 1, maxLength: 5 }) }),
      },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('watch' as const) }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 4 }) }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
        const transcript = await ask(services, 'Go.');
        const { id: messageId } = lastMessage(transcript);
        const generation = await services.engines.nextGeneration();
        const windows: Promise<() => string>[] = [];
        const look = (): void => void windows.push(watch(services, transcript.conversation.id, messageId));
        let whole = '';
        for (const each of steps) {
          if (each.kind === 'wait') await wait(each.ms);
          else if (each.kind === 'watch') look();
          else {
            generation.text(each.text);
            whole += each.text;
          }
        }
        look();
        generation.finish();
        look();
        expect((await finished(services, messageId)).text).toBe(whole);
        look();
        for (const window of await Promise.all(windows)) expect(window()).toBe(whole);
      }),
      { numRuns: 60 },
    );
  });
});

describe('an engine that dies', () => {
  it('in the middle of an answer leaves its text, and the next question starts another', async () => {
    const services = await openServices();
    const first = await ask(services, 'one');
    const generation = await services.engines.nextGeneration();
    generation.text('half an ans');
    services.engines.engines[0]?.crash();
    expect(await finished(services, lastMessage(first).id)).toMatchObject({
      status: 'failed',
      errorCode: 'engine-crashed',
      text: 'half an ans',
      generation: { stopReason: 'failed' },
    });
    expect(services.models.status()).toMatchObject({ state: 'unloaded', error: { code: 'engine-crashed' } });

    const second = await ask(services, 'two', first.conversation.id);
    const again = await services.engines.nextGeneration();
    expect(services.engines.engines).toHaveLength(2);
    expect(again.request.turns.map(({ text }) => text)).toEqual(['one', 'half an ans', 'two']);
    again.text('fine');
    again.finish();
    expect(await finished(services, lastMessage(second).id)).toMatchObject({ status: 'complete', text: 'fine' });
    expect(services.models.status()).toMatchObject({ state: 'ready', error: null });
  });

  it('while an answer waits fails only the one that was running', async () => {
    const services = await openServices();
    const first = lastMessage(await ask(services, 'one')).id;
    const second = lastMessage(await ask(services, 'two')).id;
    await services.engines.nextGeneration();
    services.engines.engines[0]?.crash();
    expect(await finished(services, first)).toMatchObject({ status: 'failed' });
    const generation = await services.engines.nextGeneration();
    generation.text('ok');
    generation.finish();
    expect(await finished(services, second)).toMatchObject({ status: 'complete', text: 'ok' });
  });

  it('while it loads fails the answer with its reason', async () => {
    const services = await openServices({ script: { load: () => new Promise(() => undefined) } });
    const messageId = lastMessage(await ask(services, 'one')).id;
    while (services.engines.engines[0]?.loads.length !== 1) await wait(5);
    services.engines.engines[0].crash();
    expect(await finished(services, messageId)).toMatchObject({ status: 'failed', errorCode: 'engine-crashed' });
  });
});
