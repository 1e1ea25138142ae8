import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Turn } from '../../main/engine/protocol.ts';
import { presets, type SamplingParameters } from '../../preload/contract/presets.ts';
import { newId, temporaryFolder } from '../support/database.ts';
import {
  answer,
  ask,
  greedy,
  loadModel,
  startRealEngine,
  type Answer,
  type Question,
  type RealEngine,
} from './real-engine.ts';

/** Hot enough that even a model which is sure of its answers varies them. */
const adventurous: SamplingParameters = { ...presets.k50, temperature: 5, topP: null, maxNewTokens: 40 };

const prompter = (id: string, text: string): Turn => ({ id, role: 'prompter', text });
const assistant = (id: string, text: string): Turn => ({ id, role: 'assistant', text });

let conversationId: string;
beforeEach(() => {
  conversationId = newId();
});

async function start(stateFolder?: string, modelSha256?: string): Promise<RealEngine> {
  const engine = startRealEngine();
  await loadModel(engine, undefined, {
    ...(stateFolder === undefined ? {} : { stateFolder }),
    ...(modelSha256 === undefined ? {} : { modelSha256 }),
  });
  return engine;
}

/** A conversation as the app builds it up: each question with all turns before it. */
function conversation(engine: RealEngine) {
  const turns: Turn[] = [];
  return {
    turns,
    async say(text: string, change: Partial<Question> = {}): Promise<Answer> {
      const number = turns.length / 2;
      turns.push(prompter(`q${number}`, text));
      const reply = await answer(engine, { conversationId, turns: [...turns], answerId: `a${number}`, ...change });
      turns.push(assistant(`a${number}`, reply.text));
      return reply;
    },
  };
}

describe('a conversation', () => {
  it('reads of each turn only what is new', async () => {
    const talk = conversation(await start());
    const first = await talk.say('What is a meme?');
    expect(first).toMatchObject({ reusedTokens: 0, stopReason: 'end-of-text', firstVisibleTurnId: 'q0' });
    expect(first.text).toMatch(/Richard Dawkins/);
    const second = await talk.say('Where did the word come from?');
    expect(second.reusedTokens).toBe(first.promptTokens + first.replyTokens);
    expect(second.text).toMatch(/mimeme/);
    const third = await talk.say('who coined it?');
    expect(third.reusedTokens).toBe(second.promptTokens + second.replyTokens);
    // Its end, two marks and the question's own tokens with their end.
    expect(third.promptTokens - third.reusedTokens).toBeLessThan(12);
  });

  it('reads one token when an answer is tried again', async () => {
    const engine = await start();
    const talk = conversation(engine);
    const first = await talk.say('What is a meme?', { parameters: presets.k50, seed: 1 });
    const question = { conversationId, turns: talk.turns.slice(0, 1), answerId: 'other', parameters: presets.k50 };
    const same = await answer(engine, { ...question, seed: 1 });
    expect(same.promptTokens - same.reusedTokens).toBe(1);
    expect(same.text, 'same seed, same answer').toBe(first.text);
    // What was never said to it leaves the guide in doubt.
    const unknown = { id: 'unknown', role: 'prompter', text: 'Blorp fnord 12 xyzzy, quoth he' } as const;
    const others = [2, 3, 4, 5, 6, 7].map((seed) =>
      answer(engine, { ...question, turns: [unknown], parameters: adventurous, seed }),
    );
    const texts = new Set((await Promise.all(others)).map(({ text }) => text));
    expect(texts.size, 'other seeds, other answers').toBeGreaterThan(1);
  });

  it('switches between branches by their common beginning', async () => {
    const engine = await start();
    const talk = conversation(engine);
    const first = await talk.say('What is a meme?');
    await talk.say('Where did the word come from?');
    const base = talk.turns.slice(0, 2);
    const other = await answer(engine, {
      conversationId,
      turns: [...base, prompter('q9', 'who coined it?')],
      answerId: 'a9',
    });
    // Up to the mark that opens the question, which both branches share.
    expect(other.reusedTokens).toBe(first.promptTokens + first.replyTokens + 2);
    const fresh = await answer(await start(), {
      conversationId,
      turns: [...base, prompter('q9', 'who coined it?')],
      answerId: 'a9',
    });
    expect(other.text).toBe(fresh.text);
  });

  it('continues an answer where it was stopped, without reading it again', async () => {
    const engine = await start();
    const question = { conversationId, turns: [prompter('q', 'What is a meme?')], answerId: 'a' };
    const whole = await answer(engine, { ...question, conversationId: newId() });
    const part = await answer(engine, { ...question, parameters: { ...greedy, maxNewTokens: 9 } });
    expect(part).toMatchObject({ stopReason: 'length', replyTokens: 9 });
    const rest = await answer(engine, { ...question, answerSoFar: part.text });
    expect(part.text + rest.text).toBe(whole.text);
    expect(rest.promptTokens).toBe(part.promptTokens + 9);
    expect(rest.promptTokens - rest.reusedTokens).toBe(1);
  });

  it('does not use what it wrote when the text was changed since', async () => {
    const engine = await start();
    const talk = conversation(engine);
    await talk.say('What is a meme?');
    const changed = [
      prompter('q0', 'What is a meme?'),
      assistant('a0', 'Something else.'),
      prompter('q1', 'who coined it?'),
    ];
    const after = await answer(engine, { conversationId, turns: changed, answerId: 'a1' });
    const fresh = await answer(await start(), { conversationId, turns: changed, answerId: 'a1' });
    expect(after.text).toBe(fresh.text);
    expect(after.promptTokens).toBe(fresh.promptTokens);
  });

  it('that is too long for the window is refused with its numbers, at once', async () => {
    const engine = await start();
    const asked = ask(engine, { conversationId, turns: [prompter('q', 'word '.repeat(20_000))], answerId: 'a' });
    await expect(asked.end).rejects.toMatchObject({ code: 'prompt-too-long', details: { limitTokens: 1536 } });
    const next = await answer(engine, { conversationId, turns: [prompter('q', 'What is a meme?')], answerId: 'a' });
    expect(next.text).toMatch(/Dawkins/);
  });

  it('longer than the window tells where the window begins, and stays quick in it', async () => {
    const engine = await start();
    const short = { ...greedy, maxNewTokens: 20 };
    const turns: Turn[] = Array.from({ length: 24 }, (_value, index) =>
      index % 2 === 0 ? prompter(`t${index}`, `Question ${index}`) : assistant(`t${index}`, 'word '.repeat(180)),
    );
    const first = await answer(engine, {
      conversationId,
      turns: [...turns, prompter('q', 'What is a meme?')],
      answerId: 'a',
      parameters: short,
    });
    expect(first.firstVisibleTurnId).not.toBe('t0');
    expect(first.promptTokens).toBeLessThanOrEqual(1536);
    const next = [
      ...turns,
      prompter('q', 'What is a meme?'),
      assistant('a', first.text),
      prompter('q2', 'who coined it?'),
    ];
    const second = await answer(engine, { conversationId, turns: next, answerId: 'a2', parameters: short });
    expect(second.firstVisibleTurnId).toBe(first.firstVisibleTurnId);
    // The last token of an answer cut off by its limit is told but not read yet.
    expect(second.reusedTokens).toBe(first.promptTokens + first.replyTokens - (first.stopReason === 'length' ? 1 : 0));
  });
});

describe('a saved state', () => {
  /** A conversation of one turn, saved by the end of its process. */
  async function saved(): Promise<{ folder: string; turns: Turn[]; first: Answer }> {
    const folder = temporaryFolder();
    const engine = await start(folder);
    const talk = conversation(engine);
    const first = await talk.say('What is a meme?');
    await engine.shutDown();
    expect(readdirSync(join(folder, 'states')).sort()).toEqual([`${conversationId}.json`, `${conversationId}.state`]);
    return { folder, turns: [...talk.turns, prompter('q1', 'Where did the word come from?')], first };
  }

  const next = (engine: RealEngine, turns: Turn[]): Promise<Answer> =>
    answer(engine, { conversationId, turns, answerId: 'a1' });

  it('lets a fresh process read only the new turn', async () => {
    const { folder, turns, first } = await saved();
    const second = await next(await start(folder), turns);
    expect(second.reusedTokens).toBe(first.promptTokens + first.replyTokens);
    const unaided = await next(await start(), turns);
    expect(unaided.reusedTokens).toBe(0);
    expect(second.text).toBe(unaided.text);
  });

  it('is kept for each conversation that another one displaces', async () => {
    const folder = temporaryFolder();
    const states = join(folder, 'states');
    const engine = await start(folder);
    const talk = conversation(engine);
    const first = await talk.say('What is a meme?');
    // More conversations than are held at once.
    const others = Array.from({ length: 5 }, () => newId());
    for (const other of others) {
      await answer(engine, {
        conversationId: other,
        turns: [prompter(`${other}x`, 'How do I rename a conversation?')],
        answerId: `${other}y`,
      });
    }
    const second = await talk.say('Where did the word come from?');
    expect(second.reusedTokens).toBe(first.promptTokens + first.replyTokens);
    const records = readdirSync(states).filter((name) => name.endsWith('.json'));
    expect(records).toContain(`${conversationId}.json`);
    const ofOthers = records.filter((name) => name !== `${conversationId}.json`);
    expect(ofOthers.length).toBeGreaterThan(0);
    for (const name of ofOthers) expect(readFileSync(join(states, name), 'utf8')).not.toContain('"a0"');
  });

  type Damage = [name: string, modelSha256: string | undefined, damage: (path: string) => void];
  it.each<Damage>([
    ['another model', 'b'.repeat(64), () => undefined],
    ['a damaged file', undefined, (path) => writeFileSync(path, Buffer.alloc(100_000, 0xff))],
    ['a file cut short', undefined, (path) => truncateSync(path, 1000)],
    ['an empty file', undefined, (path) => truncateSync(path, 0)],
  ])('of %s is not used, and the answer is right all the same', async (_name, modelSha256, damage) => {
    const { folder, turns } = await saved();
    damage(join(folder, 'states', `${conversationId}.state`));
    const second = await next(await start(folder, modelSha256), turns);
    expect(second.reusedTokens).toBe(0);
    expect(second.text).toMatch(/mimeme/);
  });

  it('that does not fit the limit is not saved', async () => {
    const folder = temporaryFolder();
    const engine = startRealEngine();
    await loadModel(engine, undefined, { stateFolder: folder, limitBytes: 1000 });
    await conversation(engine).say('What is a meme?');
    await engine.shutDown();
    expect(readdirSync(folder)).not.toContain('states');
  });
});
