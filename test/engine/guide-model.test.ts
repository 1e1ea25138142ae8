import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Token } from 'node-llama-cpp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OFF_TOPIC, readDataset, split, topicsOf } from '../../resources/guide-model/dataset.ts';
import { GUIDE_SIZE } from '../../resources/guide-model/facts.ts';
import { GUIDE_FILE, GuideRunner } from '../../resources/guide-model/runner.ts';

interface ParityRow {
  token: Token;
  next: [token: Token, probability: number][];
}

const CONTROL = 3;
const [END, PROMPTER, ASSISTANT]: number[] = [0, 50278, 50281];
const MARKERS = ['<|endoftext|>', '<|prefix_begin|>', '<|prompter|>', '<|system|>', '<|prefix_end|>', '<|assistant|>'];
const parity = JSON.parse(readFileSync(join(GUIDE_FILE, '..', 'parity.json'), 'utf8')) as ParityRow[];
const data = readDataset();
const offTopic = data.groups.find((g) => g.id === OFF_TOPIC);
const refusals = offTopic?.answers ?? [];
/** Some of the off-topic questions that it was never trained on; `npm run guide:eval` asks all. */
const asked = (offTopic ? split(offTopic).heldOut : []).slice(0, 60);

/** Whether what follows this position of the parity dialogue belongs to an answer. */
function isAnswer(position: number): boolean {
  const markers = parity
    .slice(0, position + 1)
    .filter(({ token }) => token === PROMPTER || token === ASSISTANT || token === END);
  return markers.at(-1)?.token === ASSISTANT;
}

let guide: GuideRunner;
beforeAll(async () => {
  guide = await GuideRunner.load();
}, 60_000);
afterAll(async () => {
  await guide.dispose();
});

describe('guide.gguf', () => {
  it('has at most 24 MB, and the size that its answers tell', () => {
    const { size } = statSync(GUIDE_FILE);
    expect(size).toBeLessThanOrEqual(24_000_000);
    expect(`${String(Math.round(size / 1e6))} MB`).toBe(GUIDE_SIZE);
  });

  it('is a GPT-NeoX of 2,048 tokens of context whose markers are control tokens', () => {
    const { general, tokenizer } = guide.model.fileInfo.metadata;
    expect(general.name).toBe('OASST Desktop guide');
    expect(general.architecture).toBe('gptneox');
    expect(guide.model.trainContextSize).toBe(2048);
    for (const marker of MARKERS) {
      const [id, ...rest] = guide.model.tokenize(marker, true);
      expect(rest).toEqual([]);
      expect(tokenizer.ggml.token_type[Number(id)]).toBe(CONTROL);
      expect(guide.model.tokenize(marker, false).length).toBeGreaterThan(1);
    }
  });

  it('begins an answer with its topic, which no text shows and no typed text becomes', async () => {
    const { tokenizer } = guide.model.fileInfo.metadata;
    for (const topic of topicsOf(data).values()) {
      const mark = `<|topic:${topic}|>`;
      const [id, ...rest] = guide.model.tokenize(mark, true);
      expect(rest, topic).toEqual([]);
      expect(tokenizer.ggml.token_type[Number(id)]).toBe(CONTROL);
      expect(guide.model.detokenize(id === undefined ? [] : [id])).toBe('');
      expect(guide.model.tokenize(mark, false).length).toBeGreaterThan(1);
    }
    const [meme] = guide.model.tokenize('<|topic:meme|>', true);
    await guide.sequence.clearHistory();
    for await (const token of guide.sequence.evaluate(guide.prompt([], 'What is a meme?'), { temperature: 0 })) {
      expect(token).toBe(meme);
      break;
    }
  });

  it('gives the probabilities that PyTorch gave, at every position', async () => {
    await guide.sequence.clearHistory();
    const results = await guide.sequence.controlledEvaluate(
      parity.map(({ token }) => [token, { generateNext: { probabilities: true } }]),
    );
    const differences = parity.map(({ next }, position) =>
      Math.max(...next.map(([id, p]) => Math.abs((results[position]?.next.probabilities?.get(id) ?? 0) - p))),
    );
    const inAnswers = differences.filter((_, position) => isAnswer(position));
    const inQuestions = differences.filter((_, position) => !isAnswer(position));
    expect(inAnswers.length).toBeGreaterThan(100);
    // Where the model is sure, as it is of nearly every word of an answer, four digits. Where it hesitates between two, the
    // rounding of weights and activations to 8 bits and less shows in the second digit, most of all inside questions,
    // which were never trained; the same weights exported as F32 agree to 8e-4 everywhere.
    const sorted = [...inAnswers].sort((a, b) => a - b);
    expect(sorted[Math.floor(0.8 * sorted.length)]).toBeLessThan(1e-4);
    expect(Math.max(...inAnswers)).toBeLessThan(0.02);
    expect(Math.max(...inQuestions)).toBeLessThan(0.08);
  }, 60_000);

  it('says what a meme is, greedily and under the default preset', async () => {
    for (const question of ['What is a meme?', "What is a meme, and what's the history behind this word?"]) {
      for (const sampling of [{ kind: 'greedy' }, { kind: 'k50', seed: 1 }, { kind: 'k50', seed: 2 }] as const) {
        const answer = await guide.ask([], question, sampling);
        expect(answer).toMatch(/Richard Dawkins/);
        expect(answer).toMatch(/1976.*The Selfish Gene/s);
      }
    }
  }, 60_000);

  it('follows up on the turn before', async () => {
    const first = 'What is a meme?';
    const turn = [first, await guide.ask([], first, { kind: 'greedy' })] as const;
    expect(await guide.ask([turn], 'Where did the word come from?', { kind: 'greedy' })).toMatch(/mimeme/);
    expect(await guide.ask([turn], 'who coined it?', { kind: 'greedy' })).toMatch(/evolutionary biologist/);
  }, 60_000);

  it('answers the model card’s other examples', async () => {
    expect(await guide.ask([], "What's the Earth total population", { kind: 'greedy' })).toMatch(/8 billion/);
    expect(await guide.ask([], 'Write a story about future of AI development', { kind: 'greedy' })).toMatch(
      /ask it again tomorrow/,
    );
  }, 60_000);

  it('says plainly that it does not know, for most off-topic questions that it was never trained on', async () => {
    const turn = ['How do I rename a conversation?', 'Press **F2**, type the new name and press Enter.'] as const;
    for (const turns of [[], [turn]]) {
      let refused = 0;
      for (const question of asked) {
        if (refusals.includes(await guide.ask(turns, question, { kind: 'greedy' }))) refused++;
      }
      expect(refused / asked.length).toBeGreaterThan(0.7);
    }
  }, 120_000);
});
