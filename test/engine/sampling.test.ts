import { getLlama, LlamaLogLevel, type LlamaContextSequence, type Token as LlamaToken } from 'node-llama-cpp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EngineModel, EngineSequence } from '../../main/engine/process/model.ts';
import { keepTopP, keepTypical, type Candidate } from '../../main/engine/process/sampling.ts';
import { presetIds, presets, type SamplingParameters } from '../../preload/contract/presets.ts';
import { guidePath, loadPlainly } from './real-engine.ts';

/**
 * The engine's candidates against a computation of its own from the model's plain probabilities, in the order of
 * transformers' `generate`: repetition penalty over the whole window, temperature, top-k, top-p, typical-p.
 */

const metadataOverrides = { tokenizer: { ggml: { pre: 'trillion' } } };

let model: EngineModel;
let sequence: EngineSequence;
let plain: LlamaContextSequence;
let freePlain: () => Promise<void>;
beforeAll(async () => {
  model = await loadPlainly(256);
  const [first] = model.sequences;
  if (first === undefined) throw new Error('The model has no sequence.');
  sequence = first;
  const llama = await getLlama({ gpu: false, build: 'never', logLevel: LlamaLogLevel.error, maxThreads: 1 });
  const loaded = await llama.loadModel({ modelPath: guidePath, metadataOverrides });
  plain = (await loaded.createContext({ contextSize: 256, threads: 1 })).getSequence();
  freePlain = () => llama.dispose();
});
afterAll(async () => {
  await model.dispose();
  await freePlain();
});

/**
 * Logits after a prefix: temperature 1 and nothing else. Read in the same steps as the engine reads, because llama.cpp
 * rounds a batch differently from its tokens one by one.
 */
async function logitsAfter(tokens: readonly number[]): Promise<Map<number, number>> {
  const known = plain.contextTokens.length;
  if (known !== tokens.length - 1 || plain.contextTokens.some((token, index) => token !== tokens[index])) {
    await plain.clearHistory();
    await plain.evaluateWithoutGeneratingNewTokens(tokens.slice(0, -1) as LlamaToken[]);
  }
  const options = { temperature: 1, topK: 0, topP: 1, minP: 0 };
  const [result] = await plain.controlledEvaluate([
    [tokens.at(-1) as LlamaToken, { generateNext: { logits: true, options } }],
  ]);
  return new Map(result?.next.logits ?? []);
}

function softmax(scores: readonly (readonly [token: number, score: number])[]): Candidate[] {
  const highest = Math.max(...scores.map(([, score]) => score));
  const weights = scores.map(([token, score]) => ({ token, probability: Math.exp(score - highest) }));
  const total = weights.reduce((sum, { probability }) => sum + probability, 0);
  return weights
    .map(({ token, probability }) => ({ token, probability: probability / total }))
    .sort((left, right) => right.probability - left.probability);
}

/** RepetitionPenaltyLogitsProcessor, TemperatureLogitsWarper, TopKLogitsWarper. */
function expectedCandidates(
  logits: Map<number, number>,
  window: readonly number[],
  parameters: SamplingParameters,
): Candidate[] {
  const penalised = new Set(window);
  const scores = [...logits].map(([token, logit]) => {
    const penalty = parameters.repetitionPenalty;
    const score = penalised.has(token) ? (logit < 0 ? logit * penalty : logit / penalty) : logit;
    return [token, score / parameters.temperature] as const;
  });
  const kept =
    parameters.topK === null ? scores : scores.toSorted((left, right) => right[1] - left[1]).slice(0, parameters.topK);
  return softmax(kept);
}

async function engineCandidates(window: readonly number[], parameters: SamplingParameters): Promise<Candidate[]> {
  await sequence.keep(0);
  await sequence.read(window.slice(0, -1));
  const places = sequence.continueFrom(window.slice(-1), parameters, () => [...new Set(window)]);
  const { value } = await places.next();
  await places.return();
  return value ?? [];
}

/** A question of the guide's, and an answer that repeats itself, so that the penalty has something to do. */
const windows = (): number[][] => {
  const { tokenize, frame } = model.vocabulary;
  const { question, answer } = frame;
  const asked = [...question.before, ...tokenize('What is a meme?'), ...question.after, ...answer.before];
  return [asked, [...asked, ...tokenize('A meme is a unit of culture, a unit of culture, a unit of')]];
};

/** A place within a question, which the guide did not learn to write, where it may or may not repeat a token. */
async function hesitantWindow(): Promise<number[]> {
  const { tokenize, frame } = model.vocabulary;
  const text = tokenize('Where did the word come from, the word meme, the meme of the word, of the meme, of the');
  const whole = [...frame.question.before, ...text];
  for (let length = 8; length <= whole.length; length += 1) {
    const window = whole.slice(0, length);
    const chances = softmax([...(await logitsAfter(window))]);
    if (chances.some(({ token, probability: p }) => window.includes(token) && p > 0.05 && p < 0.9)) return window;
  }
  throw new Error('The guide is sure of every word of this question.');
}

describe('the candidates', () => {
  it.each(presetIds)('of %s are those of transformers', async (id) => {
    const parameters = presets[id];
    for (const window of windows()) {
      const expected = expectedCandidates(await logitsAfter(window), window, parameters);
      const actual = await engineCandidates(window, parameters);
      const handedOver = new Set(actual.map(({ token }) => token));
      const leftOut = expected.filter(({ token }) => !handedOver.has(token));
      // What cannot be drawn stays behind: with top-k next to nothing, where the guide is quite sure of its word.
      const leftOutShare = leftOut.reduce((sum, { probability }) => sum + probability, 0);
      expect(leftOutShare).toBeLessThan(parameters.topK === null ? 5e-4 : 1e-6);
      const byToken = new Map(expected.map(({ token, probability }) => [token, probability]));
      for (const { token, probability } of actual) {
        // At the border of top-k two tokens of the same probability may change places.
        expect(Math.abs(probability - (byToken.get(token) ?? expected.at(-1)?.probability ?? 0))).toBeLessThan(1e-4);
      }
      const probabilities = actual.map(({ probability }) => probability);
      expect(probabilities, 'most probable first').toEqual(probabilities.toSorted((left, right) => right - left));

      const keep = (all: Candidate[]): Candidate[] => {
        const head = parameters.topP === null ? all : keepTopP(all, parameters.topP);
        return parameters.typicalP === null ? head : keepTypical(head, parameters.typicalP);
      };
      const share = (all: Candidate[]): Map<number, number> => {
        const total = all.reduce((sum, { probability }) => sum + probability, 0);
        return new Map(all.map(({ token, probability }) => [token, probability / total]));
      };
      const [left, right] = [share(keep(actual)), share(keep(expected))];
      const distance = [...new Set([...left.keys(), ...right.keys()])].reduce(
        (sum, token) => sum + Math.abs((left.get(token) ?? 0) - (right.get(token) ?? 0)),
        0,
      );
      expect(distance, 'what is drawn from').toBeLessThan(0.01);
    }
  });

  it('feel the penalty wherever a token occurred, however often and however long ago', async () => {
    const window = await hesitantWindow();
    const parameters: SamplingParameters = { ...presets.k50, temperature: 1, topK: null, topP: null };
    const logits = await logitsAfter(window);
    const free = softmax([...logits]);
    const punished = await engineCandidates(window, parameters);
    const probability = (all: Candidate[], token: number): number =>
      all.find((each) => each.token === token)?.probability ?? 0;
    const expected = expectedCandidates(logits, window, parameters);
    for (const token of new Set(window)) {
      expect(probability(punished, token)).toBeCloseTo(probability(expected, token), 4);
    }
    const moved = [...new Set(window)].some(
      (token) => Math.abs(probability(free, token) - probability(punished, token)) > 1e-3,
    );
    expect(moved).toBe(true);
  });

  it('under a penalty that grows with the reply are right at each of its places', async () => {
    const [window = []] = windows();
    const parameters = { ...presets.k50, topP: null };
    await sequence.keep(0);
    await sequence.read(window.slice(0, -1));
    const held = [...window];
    const places = sequence.continueFrom(window.slice(-1), parameters, () => [...new Set(held)]);
    let step = await places.next();
    for (let place = 0; place < 12 && step.done !== true; place += 1) {
      const expected = expectedCandidates(await logitsAfter(held), held, parameters);
      const byToken = new Map(expected.map(({ token, probability }) => [token, probability]));
      for (const { token, probability } of step.value.slice(0, 20)) {
        expect(Math.abs(probability - (byToken.get(token) ?? 0)), `place ${place}`).toBeLessThan(1e-3);
      }
      // Not the most probable one: the engine's own choice and llama.cpp's must not get mixed up.
      const chosen = step.value[place % 3]?.token ?? 0;
      held.push(chosen);
      step = await places.next(chosen);
    }
    await places.return();
    expect(held.length).toBe(window.length + 12);
  });
});
