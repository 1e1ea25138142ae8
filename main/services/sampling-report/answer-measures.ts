import { endMark } from './report-format.ts';

/**
 * What can be said of answers without their model's tokenizer, so that reports of different models can be laid side by
 * side: everything is counted in words.
 */

const wordPattern = /[\p{L}\p{N}]+(?:['’][\p{L}\p{N}]+)*/gu;
/** What ends an answer: Open-Assistant's mark, and those that reports of Llama and ChatML models end with. */
const endMarks = [endMark, '</s>', '<|im_end|>'];
const markerPattern = /<\|[a-z_]+\|>/;

export interface Answer {
  words: string[];
  /** The model ended it itself. */
  ended: boolean;
  /** A turn mark stands in its text. */
  hasMarker: boolean;
}

/** Words in lower case, in order; punctuation does not count. */
export function wordsOf(text: string): string[] {
  return text.toLowerCase().match(wordPattern) ?? [];
}

function endOf(text: string): string | undefined {
  return endMarks.find((mark) => text.endsWith(mark));
}

/** Takes an output of a report apart. */
export function readAnswer(output: string): Answer {
  let text = output;
  for (let mark = endOf(text); mark !== undefined; mark = endOf(text)) text = text.slice(0, -mark.length);
  return { words: wordsOf(text), ended: text !== output, hasMarker: markerPattern.test(text) };
}

/** Lengths in words: a tenth, a quarter, half, … of the answers are no longer than this. */
export interface Lengths {
  mean: number;
  p10: number;
  p25: number;
  median: number;
  p75: number;
  p90: number;
}

export interface Measures {
  answers: number;
  empty: number;
  lengths: Lengths;
  /** Ended by the model; null when the report leaves the marks out. */
  ended: number | null;
  /** The others: cut off at their limit. */
  cutOff: number | null;
  withMarkers: number;
  /** Share of different ones among all runs of one, two and three words (distinct-n). */
  distinct: [number, number, number];
}

/** The value that `share` of the sorted numbers do not exceed, between two of them where it falls there. */
export function quantile(sorted: readonly number[], share: number): number {
  const place = (sorted.length - 1) * share;
  const low = sorted[Math.floor(place)] ?? 0;
  const high = sorted[Math.ceil(place)] ?? low;
  return low + (high - low) * (place - Math.floor(place));
}

/** Share of different runs of `length` words among all of them; 0 where there is none. */
export function distinctShare(answers: readonly Pick<Answer, 'words'>[], length: number): number {
  const seen = new Set<string>();
  let count = 0;
  for (const { words } of answers) {
    for (let start = 0; start + length <= words.length; start += 1) {
      seen.add(words.slice(start, start + length).join(' '));
      count += 1;
    }
  }
  return count === 0 ? 0 : seen.size / count;
}

/** @param marksEnds whether the report shows how its answers ended */
export function measureAnswers(answers: readonly Answer[], marksEnds: boolean): Measures {
  const sorted = answers.map(({ words }) => words.length).sort((left, right) => left - right);
  const ended = answers.filter((answer) => answer.ended).length;
  return {
    answers: answers.length,
    empty: answers.filter(({ words }) => words.length === 0).length,
    lengths: {
      mean: sorted.reduce((sum, length) => sum + length, 0) / Math.max(1, sorted.length),
      p10: quantile(sorted, 0.1),
      p25: quantile(sorted, 0.25),
      median: quantile(sorted, 0.5),
      p75: quantile(sorted, 0.75),
      p90: quantile(sorted, 0.9),
    },
    ended: marksEnds ? ended : null,
    cutOff: marksEnds ? answers.length - ended : null,
    withMarkers: answers.filter(({ hasMarker }) => hasMarker).length,
    distinct: [distinctShare(answers, 1), distinctShare(answers, 2), distinctShare(answers, 3)],
  };
}

/** How far two answers to the same prompt agree, each a share from 0 to 1. */
export interface Overlap {
  /** Words that both have, however often each has them (Dice's coefficient). */
  shared: number;
  /** Words that are the same from the beginning on, before the first that differs. */
  sameStart: number;
}

/** Compares two answers word by word. Two that say nothing agree. */
export function overlapOf(left: readonly string[], right: readonly string[]): Overlap {
  const longest = Math.max(left.length, right.length);
  if (longest === 0) return { shared: 1, sameStart: 1 };
  const counts = new Map<string, number>();
  for (const word of left) counts.set(word, (counts.get(word) ?? 0) + 1);
  let common = 0;
  for (const word of right) {
    const count = counts.get(word) ?? 0;
    if (count > 0) common += 1;
    counts.set(word, count - 1);
  }
  const firstDifference = left.findIndex((word, index) => word !== right[index]);
  const start = firstDifference === -1 ? left.length : firstDifference;
  return { shared: (2 * common) / (left.length + right.length), sameStart: start / longest };
}
