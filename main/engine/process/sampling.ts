import type { SamplingParameters } from '../../../preload/contract/presets.ts';
import type { Token } from './prompt.ts';

/**
 * Sampling with Hugging Face's meaning: repetition penalty over prompt and reply → temperature → top-k → top-p →
 * typical-p, then one draw (the order of `LogitsProcessorList` in transformers' `generate`). llama.cpp does the first
 * three over the whole vocabulary; what is left here is small: the candidates that survived, most probable first.
 */

export interface Candidate {
  token: Token;
  probability: number;
}

/** Uniform numbers in [0, 1), the same sequence for the same seed. */
export type Random = () => number;

/** sfc32, seeded from one 32-bit number (Chris Doty-Humphrey's generator from PractRand). */
export function createRandom(seed: number): Random {
  let [a, b, c, counter] = [0, seed | 0, 0, 1];
  const next = (): number => {
    const result = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + result;
    return (result >>> 0) / 0x1_0000_0000;
  };
  // The first outputs depend on few bits of the seed.
  for (let round = 0; round < 12; round += 1) next();
  return next;
}

/**
 * Keeps the smallest set of most probable candidates whose share of the total reaches `topP` (TopPLogitsWarper).
 *
 * @param candidates sorted, most probable first; probabilities need not add up to 1
 */
export function keepTopP(candidates: readonly Candidate[], topP: number): Candidate[] {
  const wanted = topP * totalOf(candidates);
  let sum = 0;
  const end = candidates.findIndex(({ probability }) => (sum += probability) >= wanted);
  return candidates.slice(0, end === -1 ? candidates.length : end + 1);
}

/**
 * Keeps the candidates whose surprise is nearest to the expected one, until their share reaches `mass`
 * (TypicalLogitsWarper; Meister et al., "Locally Typical Sampling", 2022).
 */
export function keepTypical(candidates: readonly Candidate[], mass: number): Candidate[] {
  const total = totalOf(candidates);
  let entropy = 0;
  for (const { probability } of candidates) {
    const share = probability / total;
    if (share > 0) entropy -= share * Math.log(share);
  }
  const byDistance = candidates
    .filter(({ probability }) => probability > 0)
    .map((candidate) => ({
      candidate,
      distance: Math.abs(-Math.log(candidate.probability / total) - entropy),
    }))
    .sort((left, right) => left.distance - right.distance);
  let sum = 0;
  const last = byDistance.find(({ candidate }) => (sum += candidate.probability / total) >= mass);
  // Those exactly as typical as the last one stay as well.
  const kept = last === undefined ? byDistance : byDistance.filter(({ distance }) => distance <= last.distance);
  return kept.map(({ candidate }) => candidate);
}

/** Draws one token in proportion to the probabilities. */
export function draw(candidates: readonly Candidate[], random: Random): Token {
  let left = random() * totalOf(candidates);
  for (const { token, probability } of candidates) {
    left -= probability;
    if (left < 0) return token;
  }
  const last = candidates.at(-1);
  if (last === undefined) throw new RangeError('There is no candidate to draw from.');
  return last.token;
}

/**
 * The next token of a reply.
 *
 * @param candidates after penalty, temperature and top-k, most probable first
 */
export function chooseToken(candidates: readonly Candidate[], parameters: SamplingParameters, random: Random): Token {
  let kept: readonly Candidate[] = candidates;
  if (parameters.topP !== null) kept = keepTopP(kept, parameters.topP);
  if (parameters.typicalP !== null) kept = keepTypical(kept, parameters.typicalP);
  return draw(kept, random);
}

function totalOf(candidates: readonly Candidate[]): number {
  let total = 0;
  for (const { probability } of candidates) total += probability;
  return total;
}
