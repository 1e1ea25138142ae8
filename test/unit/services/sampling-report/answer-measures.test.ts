import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  distinctShare,
  measureAnswers,
  overlapOf,
  quantile,
  readAnswer,
  wordsOf,
} from '../../../../main/services/sampling-report/answer-measures.ts';

const words = fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { maxLength: 30 });

describe('an answer', () => {
  it('is taken apart into words without case and punctuation', () => {
    expect(wordsOf("Don’t panic: it's 42, Größe ÉTÉ!")).toEqual(['don’t', 'panic', "it's", '42', 'größe', 'été']);
    expect(wordsOf('… – !')).toEqual([]);
  });

  it('was ended by the model where a mark of that stands at its end, once or several times', () => {
    expect(readAnswer('Yes.<|endoftext|>')).toEqual({ words: ['yes'], ended: true, hasMarker: false });
    expect(readAnswer('Yes.<|endoftext|><|endoftext|>')).toMatchObject({ ended: true, hasMarker: false });
    expect(readAnswer('Oui.</s>')).toMatchObject({ words: ['oui'], ended: true });
    expect(readAnswer('Yes, but')).toMatchObject({ ended: false });
    expect(readAnswer('')).toEqual({ words: [], ended: false, hasMarker: false });
  });

  it('has turn marks in its text, other than at its end', () => {
    expect(readAnswer('Yes.<|prompter|>And?<|endoftext|>').hasMarker).toBe(true);
    expect(readAnswer('Yes.<|endoftext|>And').hasMarker).toBe(true);
    expect(readAnswer('a < b | c > d').hasMarker).toBe(false);
  });

  it('made of nothing but end marks is read at once', () => {
    const { ended, hasMarker } = readAnswer(`${'<|endoftext|>'.repeat(10_000)}.`);
    expect({ ended, hasMarker }).toEqual({ ended: false, hasMarker: true });
  });
});

describe('measures', () => {
  it('count answers, their lengths and their ends', () => {
    const answers = ['one two<|endoftext|>', 'one two three four', '<|endoftext|>'].map(readAnswer);
    const measured = measureAnswers(answers, true);
    expect(measured).toMatchObject({ answers: 3, empty: 1, ended: 2, cutOff: 1, withMarkers: 0 });
    expect(measured.lengths).toMatchObject({ mean: 2, median: 2, p25: 1, p75: 3 });
    expect(measured.distinct).toEqual([4 / 6, 3 / 4, 1]);
  });

  it('do not tell of ends where the report leaves them out', () => {
    expect(measureAnswers([readAnswer('Yes.')], false)).toMatchObject({ ended: null, cutOff: null });
  });

  it('of nothing are zeros', () => {
    const { lengths, distinct } = measureAnswers([], true);
    expect(lengths).toEqual({ mean: 0, p10: 0, p25: 0, median: 0, p75: 0, p90: 0 });
    expect(distinct).toEqual([0, 0, 0]);
  });
});

describe('properties', () => {
  it('distinct-n is a share, 1 where no run repeats, and falls when the answers are doubled', () => {
    fc.assert(
      fc.property(fc.array(words, { maxLength: 8 }), fc.integer({ min: 1, max: 3 }), (all, length) => {
        const answers = all.map((each) => ({ words: each }));
        const share = distinctShare(answers, length);
        expect(share).toBeGreaterThanOrEqual(0);
        expect(share).toBeLessThanOrEqual(1);
        expect(distinctShare([...answers, ...answers], length)).toBeCloseTo(share / 2, 12);
      }),
    );
    fc.assert(
      fc.property(fc.uniqueArray(fc.string(), { minLength: 3 }), (unique) => {
        expect(distinctShare([{ words: unique }], 1)).toBe(1);
      }),
    );
  });

  it('overlap is the same from both sides, and 1 for the same words in any order', () => {
    fc.assert(
      fc.property(words, words, (left, right) => {
        const [there, back] = [overlapOf(left, right), overlapOf(right, left)];
        expect(there).toEqual(back);
        for (const share of [there.shared, there.sameStart]) expect(share >= 0 && share <= 1).toBe(true);
        const isSame = left.toSorted().join(' ') === right.toSorted().join(' ');
        expect(there.shared === 1).toBe(isSame);
        expect(there.sameStart === 1).toBe(left.join(' ') === right.join(' '));
        expect(overlapOf(left, left)).toEqual({ shared: 1, sameStart: 1 });
        expect(overlapOf(left, left.toReversed()).shared).toBe(1);
      }),
    );
    expect(overlapOf(['a', 'b', 'c', 'd'], ['a', 'b', 'x', 'd'])).toEqual({ shared: 0.75, sameStart: 0.5 });
  });

  it('a quantile lies between the ends and rises with its share', () => {
    const sorted = fc.array(fc.nat(500), { minLength: 1 }).map((all) => all.sort((left, right) => left - right));
    fc.assert(
      fc.property(
        sorted,
        fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true })),
        (all, shares) => {
          const [low, high] = [Math.min(...shares), Math.max(...shares)];
          const [first, second] = [quantile(all, low), quantile(all, high)];
          expect(first).toBeLessThanOrEqual(second + 1e-9);
          expect(first).toBeGreaterThanOrEqual(all[0] ?? 0);
          expect(second).toBeLessThanOrEqual(all.at(-1) ?? 0);
        },
      ),
    );
  });
});
