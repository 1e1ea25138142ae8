import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clipOf, longestClip, questionWithClip, splitQuestion } from '../../renderer/quick-ask/clipboard.ts';
import { windowHeight } from '../../renderer/quick-ask/content-height.ts';

describe('the clipboard beside a question', () => {
  test('every line is quoted, whatever ends it, and the question stands below', () => {
    expect(questionWithClip('Why?', 'a\r\nb\n\nc')).toBe('> a\n> b\n>\n> c\n\nWhy?');
    expect(questionWithClip('Why?', null)).toBe('Why?');
  });

  test('what was put together can be taken apart, and a plain question stays whole', () => {
    expect(splitQuestion(questionWithClip('Why?\n\nAnd how?', 'a\n\nb'))).toEqual({
      clip: 'a\n\nb',
      question: 'Why?\n\nAnd how?',
    });
    for (const plain of ['Why?', '> only a quote', 'Why\n\n> this?']) {
      expect(splitQuestion(plain)).toEqual({ clip: null, question: plain });
    }
  });

  test('a clip is never longer than its limit and never ends in half a character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: longestClip - 3, maxLength: longestClip + 3 }), (text) => {
        const clip = clipOf(text);
        expect(clip.length).toBeLessThanOrEqual(longestClip);
        expect(text.trim().startsWith(clip)).toBe(true);
        expect(clip.isWellFormed()).toBe(true);
      }),
      { numRuns: 30 },
    );
    const astral = '😀'.repeat(longestClip);
    expect(clipOf(`a${astral}`).isWellFormed()).toBe(true);
  });
});

test('a growing answer gets room in steps, a finished one exactly what it takes', () => {
  const heights = [100.2, 110, 140, 170].map((px) => windowHeight(px, true));
  expect(new Set(heights).size).toBeLessThan(heights.length);
  heights.forEach((height, index) => {
    expect(height).toBeGreaterThan([100.2, 110, 140, 170][index] ?? 0);
  });
  expect(windowHeight(100.2, false)).toBe(101);
});
