import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startEngine, type Engine } from '../../main/engine/client.ts';
import { modelContextTokens, type GenerationUsage, type Turn } from '../../main/engine/protocol.ts';
import type { StopReason } from '../../preload/contract/conversations.ts';
import { presets, type SamplingParameters } from '../../preload/contract/presets.ts';
import { newId, temporaryFolder } from '../support/database.ts';

const root = join(import.meta.dirname, '..', '..');
const guidePath = join(root, 'resources', 'guide-model', 'guide.gguf');
const greedy: SamplingParameters = { ...presets.k50, temperature: 0, topK: null, topP: null, repetitionPenalty: 1 };
const briefly: SamplingParameters = { ...greedy, maxNewTokens: 24 };

/** Long enough for the guide to read a whole window ahead, on a busy machine too. */
const readAheadMs = 3000;

async function start(cacheFolder: string | null = null): Promise<Engine> {
  const engine = startEngine({
    nodePath: process.execPath,
    entryPath: join(root, 'main', 'engine', 'process', 'index.ts'),
    onGone: () => undefined,
  });
  onTestFinished(() => engine.shutDown());
  await engine.load(
    {
      modelPath: guidePath,
      modelSha256: 'a'.repeat(64),
      promptFormat: null,
      contextTokens: modelContextTokens,
      device: 'cpu',
      ignoreMemory: false,
      cache: cacheFolder === null ? null : { folder: cacheFolder, stateLimitBytes: 1e9 },
    },
    { onProgress: () => undefined, onDevice: () => undefined },
  );
  return engine;
}

interface Answered extends GenerationUsage {
  text: string;
  stopReason: StopReason;
  /** Prompt tokens that had to be read. */
  unread: number;
  /** Tokens that are held when it is done: the last one of an answer cut off by its limit is told, but not read. */
  held: number;
}

interface Choice {
  conversationId: string;
  turns: Turn[];
  answerId?: string;
  parameters?: SamplingParameters;
}

async function answer(engine: Engine, choice: Choice): Promise<Answered> {
  let text = '';
  const { usage, stopReason } = await engine.generate(
    { answerId: newId(), answerSoFar: '', parameters: briefly, seed: 1, ...choice },
    { onReading: () => undefined, onText: (piece) => (text += piece) },
  ).end;
  if (usage === null) throw new Error('The answer ended before anything was read.');
  const { promptTokens, reusedTokens, replyTokens } = usage;
  const held = promptTokens + replyTokens - (stopReason === 'length' ? 1 : 0);
  return { ...usage, text, stopReason, unread: promptTokens - reusedTokens, held };
}

/** A conversation as the app builds it up. */
function conversation(engine: Engine, conversationId = newId()) {
  const turns: Turn[] = [];
  return {
    conversationId,
    turns,
    ask(draft: string): Turn[] {
      return [...turns, { id: `q${turns.length / 2}`, role: 'prompter', text: draft }];
    },
    async say(draft: string): Promise<Answered> {
      const asked = this.ask(draft);
      const answerId = `a${turns.length / 2}`;
      const answered = await answer(engine, { conversationId, turns: asked, answerId });
      turns.splice(0, turns.length, ...asked, { id: answerId, role: 'assistant', text: answered.text });
      return answered;
    },
  };
}

/** A question of many words, another one for each number. */
function longText(words: number, number = 0): string {
  const stock = ['time', 'house', 'water', 'light', 'stone', 'river', 'paper', 'green', 'night', 'bread'];
  return Array.from(
    { length: words },
    (_value, word) => stock[(word * 7 + number * 3 + (word % 5)) % stock.length],
  ).join(' ');
}

describe('a measured draft', () => {
  it.each([
    ['a question', 'What is a meme?'],
    ['a space', ' '],
    ['much', longText(300)],
    ['marks and many scripts', '<|assistant|> 中文 👩‍👧\n\n  x\u0000\t. .'],
  ])('that is %s is as long as it will be, with all that comes before it', async (_name, draft) => {
    const engine = await start();
    const talk = conversation(engine);
    for (const earlier of [0, 1]) {
      const measure = await engine.measure({ turns: talk.turns, draft });
      const { promptTokens, firstVisibleTurnId } = await talk.say(draft);
      expect(measure.historyTokens + measure.draftTokens).toBe(promptTokens);
      expect(measure).toMatchObject({ fits: true, limitTokens: 1536 });
      expect(measure.firstVisibleTurnId).toBe(earlier === 0 ? null : firstVisibleTurnId);
    }
  });

  it('that is nothing counts nothing', async () => {
    const engine = await start();
    const talk = conversation(engine);
    expect(await engine.measure({ turns: [], draft: '' })).toMatchObject({ historyTokens: 0, draftTokens: 0 });
    const { promptTokens, replyTokens } = await talk.say('What is a meme?');
    expect(await engine.measure({ turns: talk.turns, draft: '' })).toMatchObject({
      historyTokens: promptTokens + replyTokens + 1, // The end of the answer.
      draftTokens: 0,
    });
  });

  it('tells before it is sent which turns fall out, and that it is too long', async () => {
    const engine = await start();
    const talk = conversation(engine);
    let drops = 0;
    for (let turn = 0; turn < 12; turn += 1) {
      const draft = longText(200, turn);
      const measure = await engine.measure({ turns: talk.turns, draft });
      const answered = await talk.say(draft);
      expect(measure.historyTokens + measure.draftTokens).toBe(answered.promptTokens);
      expect(measure.firstVisibleTurnId ?? `q${turn}`).toBe(answered.firstVisibleTurnId);
      if (answered.firstVisibleTurnId !== 'q0') drops += 1;
    }
    expect(drops).toBeGreaterThan(3);
    const tooLong = await engine.measure({ turns: talk.turns, draft: longText(3000) });
    expect(tooLong).toMatchObject({ fits: false, historyTokens: 0, limitTokens: 1536 });
    const asked = answer(engine, { conversationId: newId(), turns: talk.ask(longText(3000)) });
    await expect(asked).rejects.toMatchObject({
      code: 'prompt-too-long',
      details: { usedTokens: tooLong.draftTokens, limitTokens: tooLong.limitTokens },
    });
  });

  it('is measured while an answer is written', async () => {
    const engine = await start();
    const under = answer(engine, { conversationId: newId(), turns: conversation(engine).ask(longText(900)) });
    expect(await engine.measure({ turns: [], draft: 'What is a meme?' })).toMatchObject({
      fits: true,
      historyTokens: 0,
    });
    await under;
  });
});

describe('reading ahead', () => {
  it('leaves to the question only its last word, its end and the opening', async () => {
    const engine = await start();
    const { conversationId, ask } = conversation(engine);
    const draft = longText(400);
    engine.prepare({ conversationId, turns: [], draft });
    await wait(readAheadMs);
    const { unread } = await answer(engine, { conversationId, turns: ask(draft) });
    expect(unread).toBeLessThanOrEqual(5);
  });

  it('follows a draft word by word, and the answer is the one without it', async () => {
    const engine = await start();
    const talk = conversation(engine);
    const other = conversation(await start());
    for (const draft of ['What is a meme?', 'Where did the word come from?']) {
      for (let end = 1; end < draft.length; end += 3) {
        engine.prepare({ conversationId: talk.conversationId, turns: [...talk.turns], draft: draft.slice(0, end) });
      }
      await wait(300);
      const ahead = await talk.say(draft);
      const unaided = await other.say(draft);
      expect(ahead.unread).toBeLessThanOrEqual(5);
      expect(ahead.text).toBe(unaided.text);
      expect(ahead.promptTokens).toBe(unaided.promptTokens);
    }
  });

  it('of an old conversation makes its next question as short as it is new', async () => {
    const folder = temporaryFolder();
    const before = await start(folder);
    const talk = conversation(before);
    for (let turn = 0; turn < 4; turn += 1) await talk.say(longText(120, turn));
    await before.shutDown();
    const engine = await start(folder);
    const { conversationId, turns } = talk;
    engine.prepare({ conversationId, turns, draft: '' });
    await wait(readAheadMs);
    const { unread } = await answer(engine, { conversationId, turns: talk.ask('What is a meme?') });
    expect(unread).toBeLessThanOrEqual(9);
  });

  it('is given up at once for a question, whose answer is right', async () => {
    const engine = await start();
    const question = { conversationId: newId(), turns: conversation(engine).ask('What is a meme?') };
    const unaided = await answer(engine, { ...question, conversationId: newId() });
    const drafts = [longText(700, 1), longText(700, 2), longText(700, 3)];
    // Three drafts in three conversations: read to their ends they would take a while.
    for (const draft of drafts) engine.prepare({ conversationId: newId(), turns: [], draft });
    const startedMs = performance.now();
    const { text } = await answer(engine, question);
    expect(performance.now() - startedMs).toBeLessThan(2500);
    expect(text).toBe(unaided.text);
    expect(text).toMatch(/meme/);
  });

  it('of something too long, or of nothing, does no harm', async () => {
    const engine = await start();
    const { conversationId, ask } = conversation(engine);
    for (const draft of [longText(5000), '', '   ', longText(5000)])
      engine.prepare({ conversationId, turns: [], draft });
    expect((await answer(engine, { conversationId, turns: ask('What is a meme?') })).text).toMatch(/meme/);
  });
});

it('two conversations in turns read nothing twice', async () => {
  const engine = await start();
  const talks = [conversation(engine), conversation(engine)];
  const held = [0, 0];
  for (let turn = 0; turn < 4; turn += 1) {
    for (const [index, talk] of talks.entries()) {
      const answered = await talk.say(longText(30, turn * 2 + index));
      if (turn > 0) expect(answered.reusedTokens).toBe(held[index]);
      held[index] = answered.held;
    }
  }
});

describe('a conversation that overflows the window', () => {
  it('several times reads at most 1.3 tokens for each new one', async () => {
    const engine = await start();
    const talk = conversation(engine);
    let [read, fresh, drops] = [0, 0, 0];
    let firstVisible = 'q0';
    for (let turn = 0; turn < 50; turn += 1) {
      const draft = longText(80, turn);
      const { draftTokens } = await engine.measure({ turns: [], draft });
      const answered = await talk.say(draft);
      read += answered.unread + answered.replyTokens;
      fresh += draftTokens + answered.replyTokens;
      if (answered.firstVisibleTurnId !== firstVisible) drops += 1;
      firstVisible = answered.firstVisibleTurnId;
    }
    expect(drops).toBeGreaterThanOrEqual(4);
    expect(read / fresh).toBeLessThanOrEqual(1.3);
  });

  it.each(['What is a meme?', 'What is the capital of France?'])(
    'answers %j after a drop like an engine that never saw the dropped turns',
    async (question) => {
      const known = [
        ['What is a meme?', 'A meme is an idea, a joke or a habit that spreads from person to person.'],
        ['How do I rename a conversation?', 'Point at it in the list and press F2, then type the name.'],
      ] as const;
      // Written by hand: the guide was made for short talks and loses its thread in what it says itself in long ones.
      const turns = Array.from({ length: 60 }, (_value, index): Turn[] => {
        const [asked, answered] = known[index % 2] ?? known[0];
        return [
          { id: `q${index}`, role: 'prompter', text: asked },
          { id: `a${index}`, role: 'assistant', text: answered },
        ];
      }).flat();
      const conversationId = newId();
      const ask = (engine: Engine, exchanges: number): Promise<Answered> => {
        const asked: Turn = { id: 'now', role: 'prompter', text: question };
        return answer(engine, { conversationId, turns: [...turns.slice(0, 2 * exchanges), asked], parameters: greedy });
      };
      const engine = await start();
      let [exchanges, unread] = [40, 0];
      let moved = await ask(engine, exchanges);
      expect(moved.firstVisibleTurnId).toBe('q0');
      while (moved.firstVisibleTurnId === 'q0') {
        moved = await ask(engine, (exchanges += 1));
        unread = Math.max(unread, moved.unread);
      }
      expect(unread, 'nothing was read again').toBeLessThan(50);
      const fresh = await ask(await start(), exchanges);
      expect(fresh.reusedTokens).toBe(0);
      expect(moved.promptTokens).toBe(fresh.promptTokens);
      expect(moved.text).toBe(fresh.text);
    },
  );
});

it('an answer that is cancelled as soon as it is asked for stops, also while its saved state is looked up', async () => {
  const engine = await start(temporaryFolder());
  for (let round = 0; round < 20; round += 1) {
    const generation = engine.generate(
      {
        conversationId: newId(),
        turns: [{ id: 'q', role: 'prompter', text: longText(600, round) }],
        answerId: newId(),
        answerSoFar: '',
        parameters: { ...greedy, temperature: 3, maxNewTokens: 400 },
        seed: round,
      },
      { onReading: () => undefined, onText: () => undefined },
    );
    if (round % 4 > 0) await wait(round % 4);
    generation.cancel();
    expect((await generation.end).stopReason).toBe('stopped');
  }
});
