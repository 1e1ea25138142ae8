import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { forTerminal } from '../../../main/cli/ask.ts';

describe('forTerminal', () => {
  it.each([
    ['plain', 'plain'],
    ['two\nlines\tand a tab', 'two\nlines\tand a tab'],
    ['\u001b[2J\u001b]0;title\u0007', '\uFFFD[2J\uFFFD]0;title\uFFFD'],
    ['over\rwrite', 'over\uFFFDwrite'],
    ['\u009b31m\u007f', '\uFFFD31m\uFFFD'],
    ['naïve 中文 👩‍👩‍👧‍👦', 'naïve 中文 👩‍👩‍👧‍👦'],
  ])('%j comes out as %j', (text, shown) => {
    expect(forTerminal(text)).toBe(shown);
  });

  it('lets no control character through but line breaks and tabs, and changes nothing else', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 100 }), (text) => {
        const shown = forTerminal(text);
        expect(shown).not.toMatch(/[^\P{Cc}\n\t]/u);
        expect(shown).toHaveLength(text.length);
        if (!/\p{Cc}/u.test(text)) expect(shown).toBe(text);
      }),
    );
  });
});
