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
 *
 * Surprise only rises along the candidates, so the nearest ones lie side by side around the place where it passes the
 * expected one, and are found by walking from there to both sides instead of sorting all of them.
 *
 * @param candidates sorted, most probable first
 */
export function keepTypical(candidates: readonly Candidate[], mass: number): Candidate[] {
  const total = totalOf(candidates);
  const surprise = (index: number): number => -Math.log((candidates[index]?.probability ?? 0) / total);
  let entropy = 0;
  for (const { probability } of candidates) {
    const share = probability / total;
    if (share > 0) entropy -= share * Math.log(share);
  }
  let right = 0;
  for (let end = candidates.length; right < end;) {
    const middle = (right + end) >> 1;
    if (surprise(middle) < entropy) right = middle + 1;
    else end = middle;
  }
  let left = right - 1;
  const kept: Candidate[] = [];
  let sum = 0;
  let reach = Infinity;
  for (;;) {
    const leftDistance = left >= 0 ? entropy - surprise(left) : Infinity;
    const rightDistance = right < candidates.length ? surprise(right) - entropy : Infinity;
    const distance = Math.min(leftDistance, rightDistance);
    const next = candidates[leftDistance <= rightDistance ? left-- : right++];
    // Those exactly as typical as the last one stay as well.
    if (next === undefined || distance > reach || distance === Infinity) return kept;
    kept.push(next);
    sum += next.probability / total;
    if (sum >= mass && reach === Infinity) reach = distance;
  }
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
