import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitPrompt } from '../../../main/engine/process/window.ts';
import type { Token } from '../../../main/engine/process/prompt.ts';
import type { Turn } from '../../../main/engine/protocol.ts';
import { presets } from '../../../preload/contract/presets.ts';
import { newId, temporaryFolder } from '../../support/database.ts';
import {
  keptModel,
  templateFrame,
  wordsOf,
  wordVocabulary,
  type KeeperOptions,
  type KeptModel,
} from './fake-sequences.ts';

/** A prompt budget of 300 tokens: 812 less the 512 that are kept for the reply. */
const contextTokens = 812;
const [endOfText, prompter, assistant] = [0, 1, 2];

/** `count` tokens that occur in no other block. */
const block = (number: number, count: number): Token[] =>
  Array.from({ length: count }, (_value, index) => 100 + number * 1000 + index);

/** One question and the opening of its answer. */
const question = (number: number, count: number): Token[] => [prompter, ...block(number, count), endOfText, assistant];

/** An app with conversations: builds prompts as the engine does, answers with words, and starts anew when told to. */
function app(options: KeeperOptions, vocabulary = wordVocabulary()) {
  let kept: KeptModel = keptModel(options);
  let answers = 0;
  const conversations = new Map<string, { turns: Turn[] }>();

  const conversation = (id: string) => {
    const known = conversations.get(id) ?? { turns: [] };
    conversations.set(id, known);
    return known;
  };

  /** Asks what the turns say and appends the answer to them. */
  const answer = async (id: string, turns: Turn[], words: number) => {
    await kept.keeper.recall(id);
    const answerId = `answer ${answers++}`;
    const request = { conversationId: id, turns, answerId, answerSoFar: '', parameters: presets.k50, seed: 1 };
    const { replies } = kept;
    const prompt = fitPrompt({ vocabulary, replies, contextTokens }, { kind: 'generate', id: answers, ...request });
    const text = wordsOf(answerId.replace(' ', '-'), words);
    const reply = vocabulary.tokenize(text);
    const reused = await kept.ask(id, prompt.tokens, reply);
    replies.remember(id, answerId, text, reply);
    conversation(id).turns = [...turns, { id: answerId, role: 'assistant', text }];
    return { reused, promptTokens: prompt.tokens.length, replyTokens: words, firstVisible: prompt.firstVisibleTurnId };
  };

  return {
    kept: () => kept,
    turns: (id: string) => conversation(id).turns,
    say: (id: string, text: string, words = 20) => {
      const { turns } = conversation(id);
      return answer(id, [...turns, { id: `question ${answers}`, role: 'prompter', text }], words);
    },
    /** Answers an earlier question again; the later turns stay on their own branch. */
    retry: (id: string, choice: number, words: number) => {
      const { turns } = conversation(id);
      const questions = turns.flatMap(({ role }, index) => (role === 'prompter' ? [index] : []));
      const index = questions[choice % Math.max(1, questions.length)];
      return index === undefined ? null : answer(id, turns.slice(0, index + 1), words);
    },
    async restart(): Promise<void> {
      await kept.keeper.save();
      kept = keptModel(options);
    },
  };
}

describe('a conversation that goes on', () => {
  it.each([1, 2, 3])('with %i sequences reads nothing twice', async (sequences) => {
    const talk = app({ sequences, folder: null });
    const id = newId();
    let known = 0;
    for (let turn = 0; turn < 5; turn += 1) {
      const { reused, promptTokens, replyTokens } = await talk.say(id, wordsOf(`q${turn}`, 15));
      expect(reused).toBe(known);
      known = promptTokens + replyTokens;
    }
  });

  it('keeps all turns that stay when others fall out of the window', async () => {
    const talk = app({ sequences: 1, folder: null });
    const id = newId();
    let drops = 0;
    let read = 0;
    let fresh = 0;
    let firstVisible: string | null = null;
    for (let turn = 0; turn < 60; turn += 1) {
      const answered = await talk.say(id, wordsOf(`q${turn}`, 20), 15);
      const unread = answered.promptTokens - answered.reused;
      // The end of the answer before, the question with its mark and end, the opening of the answer.
      if (turn > 0) expect(unread).toBe(1 + 22 + 1);
      if (firstVisible !== null && firstVisible !== answered.firstVisible) drops += 1;
      ({ firstVisible } = answered);
      read += unread + 15;
      fresh += 22 + 17;
    }
    expect(drops).toBeGreaterThan(5);
    expect(read / fresh).toBeLessThanOrEqual(1.01);
  });

  it('keeps the beginning of a format that has one, and all turns that stay', async () => {
    const { start, question: asked, answer: answered } = templateFrame;
    const options = { sequences: 1, folder: null, startTokens: start.length };
    const talk = app(options, wordVocabulary(templateFrame));
    const id = newId();
    const visible = new Set<string>();
    for (let turn = 0; turn < 30; turn += 1) {
      const { promptTokens, reused, firstVisible } = await talk.say(id, wordsOf(`q${turn}`, 20), 15);
      const fresh = answered.after.length + asked.before.length + 20 + asked.after.length + answered.before.length;
      if (turn > 0) expect(promptTokens - reused).toBe(fresh);
      expect(talk.kept().sequences[0]?.held().slice(0, start.length)).toEqual(start);
      visible.add(firstVisible);
    }
    expect(visible.size).toBeGreaterThan(2);
  });

  it('keeps them over a restart that falls together with a drop', async () => {
    const folder = temporaryFolder();
    for (let before = 4; before < 12; before += 1) {
      const talk = app({ sequences: 1, folder });
      const id = newId();
      for (let turn = 0; turn < before; turn += 1) await talk.say(id, wordsOf(`q${turn}`, 20), 15);
      await talk.restart();
      const { promptTokens, reused } = await talk.say(id, 'and now', 15);
      expect(promptTokens - reused).toBe(1 + 4 + 1);
    }
  });

  it('reads one token when an answer is tried again, and of another branch what is its own', async () => {
    const talk = app({ sequences: 1, folder: null });
    const id = newId();
    for (let turn = 0; turn < 3; turn += 1) await talk.say(id, wordsOf(`q${turn}`, 15));
    const again = await talk.retry(id, 2, 20);
    expect((again?.promptTokens ?? 0) - (again?.reused ?? 0)).toBe(1);
    const earlier = await talk.retry(id, 0, 20);
    expect((earlier?.promptTokens ?? 0) - (earlier?.reused ?? 0)).toBe(1);
    const other = await talk.say(id, wordsOf('other', 5));
    expect(other.promptTokens - other.reused).toBe(1 + 7 + 1);
  });

  it('has read what was read ahead', async () => {
    const { keeper, ask, sequences } = keptModel({ sequences: 1, folder: null });
    const id = newId();
    const prefix = [prompter, ...block(1, 30)];
    const { sequence, reused } = await keeper.take(id, [...prefix, -1]);
    expect(reused).toBe(0);
    await sequence.read(prefix);
    expect((await keeper.take(id, [...prefix, -1])).reused, 'asked for again').toBe(prefix.length);
    expect(await ask(id, question(1, 34))).toBe(prefix.length);
    expect(sequences[0]?.readTokens()).toBe(question(1, 34).length);
  });
});

describe('several conversations', () => {
  it('as many as there are sequences do not disturb each other', async () => {
    const { ask } = keptModel({ sequences: 3, folder: null });
    const ids = [newId(), newId(), newId()];
    for (const [index, id] of ids.entries()) expect(await ask(id, question(index, 40))).toBe(0);
    for (const [index, id] of ids.entries()) {
      const next = [...question(index, 40), ...question(index + 10, 5)];
      expect(await ask(id, next)).toBe(question(index, 40).length);
    }
  });

  it('the one used least recently is given up', async () => {
    const { ask, keeper } = keptModel({ sequences: 2, folder: null });
    const [first, second, third] = [newId(), newId(), newId()];
    await ask(first, question(1, 40));
    await ask(second, question(2, 40));
    await ask(first, question(1, 40));
    await ask(third, question(3, 40));
    expect((await keeper.take(first, question(1, 40))).reused).toBe(question(1, 40).length - 1);
    // The mark that all prompts begin with.
    expect((await keeper.take(second, question(2, 40))).reused).toBe(1);
  });

  it('a common beginning that is small beside the rest costs nobody its sequence', async () => {
    const { ask } = keptModel({ sequences: 2, folder: null });
    const [long, other] = [newId(), newId()];
    const greeting = [prompter, ...block(0, 20), endOfText, assistant];
    const held = [...greeting, ...block(1, 200)];
    await ask(long, held);
    expect(await ask(other, [...greeting, ...block(2, 10)])).toBe(0);
    expect(await ask(long, [...held, ...block(3, 5)])).toBe(held.length);
  });

  it('a beginning that is nearly all that is held is used', async () => {
    const { ask } = keptModel({ sequences: 2, folder: null });
    const beginning = question(0, 100);
    await ask(newId(), [...beginning, ...block(1, 10)]);
    expect(await ask(newId(), [...beginning, ...block(2, 10)])).toBe(beginning.length);
  });

  it('what another one holds does not make a conversation read its own again', async () => {
    const { ask } = keptModel({ sequences: 2, folder: null });
    const [one, two] = [newId(), newId()];
    const more = [...question(1, 60), ...block(2, 100)];
    await ask(two, more);
    await ask(one, question(1, 60));
    // One comes to the place that two knows better; it has no right to it, but what it knows itself stays known.
    expect(await ask(one, [...more, ...block(3, 5)])).toBe(question(1, 60).length);
    expect(await ask(two, [...more, ...block(4, 5)])).toBe(more.length);
  });
});

describe('a saved state', () => {
  it('is made before a sequence is given up, and restored when its conversation comes back', async () => {
    const folder = temporaryFolder();
    const { ask, sequences } = keptModel({ sequences: 1, folder });
    const [first, second] = [newId(), newId()];
    await ask(first, question(1, 40));
    await ask(second, question(2, 40));
    expect(readdirSync(folder)).toContain(`${first}.state`);
    expect(await ask(first, [...question(1, 40), ...block(3, 5)])).toBe(question(1, 40).length);
    expect(await ask(second, [...question(2, 40), ...block(4, 5)])).toBe(question(2, 40).length);
    expect(sequences[0]?.restores()).toBe(2);
  });

  it('of a conversation that is to be forgotten goes, and none is made of it', async () => {
    const folder = temporaryFolder();
    const { ask, keeper, replies } = keptModel({ sequences: 2, folder });
    const [erased, kept] = [newId(), newId()];
    await ask(erased, question(1, 40));
    await ask(kept, question(2, 40));
    replies.remember(erased, 'answer', 'secret', [7]);
    await keeper.save();
    await keeper.forget([erased]);
    expect(readdirSync(folder).sort()).toEqual([`${kept}.json`, `${kept}.state`]);
    await ask(newId(), question(3, 40));
    await ask(newId(), question(4, 40));
    await keeper.save();
    expect(readdirSync(folder).filter((name) => name.startsWith(erased))).toEqual([]);
    expect(replies.of(erased)).toEqual([]);
  });

  it('is restored though the limit has room for two only, and the oldest goes', async () => {
    const folder = temporaryFolder();
    const { ask, cache } = keptModel({ sequences: 1, folder, limitBytes: 3500, stateBytesPerToken: 30 });
    const ids = [newId(), newId(), newId()] as const;
    for (const [index, id] of ids.entries()) await ask(id, question(index, 60));
    expect(await cache?.find(ids[0])).not.toBeNull();
    // Conversation 2 has to be saved to make room; the oldest state is the very one that is wanted.
    expect(await ask(ids[0], [...question(0, 60), ...block(9, 5)])).toBe(question(0, 60).length);
  });

  it('of a longer branch is not overwritten by what is about to be replaced', async () => {
    const folder = temporaryFolder();
    const kept = keptModel({ sequences: 1, folder });
    const id = newId();
    const long = [...question(1, 40), ...block(2, 200)];
    await kept.ask(id, long);
    await kept.keeper.save();
    await kept.keeper.take(id, question(1, 40));
    expect(await kept.ask(id, [...long, ...block(3, 5)])).toBe(long.length);
  });

  it('is made again when its tokens changed and their number did not', async () => {
    const folder = temporaryFolder();
    const kept = keptModel({ sequences: 1, folder });
    const id = newId();
    await kept.ask(id, question(1, 40), block(2, 30));
    await kept.keeper.save();
    await kept.ask(id, question(1, 40), block(3, 30));
    await kept.keeper.save();
    const next = [...question(1, 40), ...block(3, 30), endOfText];
    expect(await keptModel({ sequences: 1, folder }).ask(id, next)).toBe(next.length - 1);
  });

  it.each([
    ['reading is quicker', { stateBytesPerToken: 2_000_000, readMsPerToken: 1 }, 40, 0],
    ['restoring is quicker', { stateBytesPerToken: 200_000, readMsPerToken: 50 }, 40, 43],
    ['it is too short to matter', {}, 8, 0],
  ])('when %s: used only when it pays', async (_name, speed, words, expected) => {
    const folder = temporaryFolder();
    const before = keptModel({ sequences: 1, folder, ...speed });
    const id = newId();
    await before.ask(id, question(1, words));
    await before.keeper.save();
    const after = keptModel({ sequences: 1, folder, ...speed });
    expect(await after.ask(id, [...question(1, words), ...block(2, 5)])).toBe(expected);
    expect(after.sequences[0]?.restores()).toBe(expected === 0 ? 0 : 1);
  });

  it('that is damaged costs a read and nothing else', async () => {
    const folder = temporaryFolder();
    const before = keptModel({ sequences: 1, folder });
    const id = newId();
    await before.ask(id, question(1, 40));
    await before.keeper.save();
    writeFileSync(join(folder, `${id}.state`), 'no state');
    expect(await keptModel({ sequences: 1, folder }).ask(id, question(1, 40))).toBe(0);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('tells of no other conversation', async () => {
    const folder = temporaryFolder();
    const { ask, cache, keeper } = keptModel({ sequences: 2, folder });
    const [first, second] = [newId(), newId()];
    await ask(first, [...question(1, 100), ...block(2, 20)]);
    await ask(second, [...question(1, 100), ...block(3, 20)]);
    await keeper.save();
    expect((await cache?.find(second))?.tokens).toEqual([...question(1, 100), ...block(3, 20)]);
    expect((await cache?.find(first))?.tokens).toEqual([...question(1, 100), ...block(2, 20)]);
  });
});

it('whatever happens, what is held is the beginning of the prompt, and a quiet conversation reads nothing twice', async () => {
  const step = fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({
        kind: fc.constant('say' as const),
        who: fc.nat({ max: 3 }),
        // A few questions that several conversations begin with, and many that are their own.
        name: fc.oneof(
          fc.constantFrom('hello', 'again'),
          fc.uuid().map((id) => id.slice(0, 8)),
        ),
        words: fc.integer({ min: 1, max: 90 }),
        answer: fc.integer({ min: 1, max: 90 }),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('retry' as const),
        who: fc.nat({ max: 3 }),
        choice: fc.nat({ max: 10 }),
        answer: fc.integer({ min: 1, max: 90 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('save' as const) }) },
  );
  const folder = temporaryFolder();
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 3 }),
      fc.boolean(),
      fc.array(step, { maxLength: 40 }),
      async (sequences, saves, steps) => {
        const talk = app({ sequences, folder: saves ? folder : null });
        const ids = [newId(), newId(), newId(), newId()] as const;
        /** What is known of the last answer, while nothing has come between. */
        let last = null as { who: number; held: number; firstVisible: string } | null;
        for (const now of steps) {
          if (now.kind === 'restart') {
            await talk.restart();
            last = null;
          } else if (now.kind === 'save') {
            await talk.kept().keeper.save();
          } else {
            const id = ids[now.who] ?? ids[0];
            const done =
              now.kind === 'say'
                ? await talk.say(id, wordsOf(now.name, now.words), now.answer)
                : await talk.retry(id, now.choice, now.answer);
            if (done === null) continue;
            const isQuiet = now.kind === 'say' && last?.who === now.who;
            if (isQuiet && last?.firstVisible === done.firstVisible) expect(done.reused).toBe(last.held);
            if (isQuiet) expect(done.promptTokens - done.reused).toBeLessThanOrEqual(now.words + 4 + 16);
            last = { who: now.who, held: done.promptTokens + done.replyTokens, firstVisible: done.firstVisible };
          }
        }
      },
    ),
    { numRuns: 150 },
  );
});
