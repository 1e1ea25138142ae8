import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldText } from '../../../main/database/folded-text.ts';
import { parseQuery } from '../../../main/database/search-query.ts';
import { snippetOf } from '../../../main/database/snippet.ts';

/** The snippet as one text, with what matches in brackets. */
const shown = (text: string, query: string): string =>
  snippetOf(text, parseQuery(query))
    .map((piece) => (piece.isMatch ? `[${piece.text}]` : piece.text))
    .join('');

const words = (count: number): string =>
  Array.from({ length: count }, (_value, index) => `word${String(index)}`).join(' ');

describe('a snippet', () => {
  it('is the whole of a short text, with every match', () => {
    expect(shown('A tree is a TREE.', 'tree')).toBe('A [tree] is a [TREE].');
    expect(shown('Señor Grün', 'senor grun')).toBe('[Señor] [Grün]');
    expect(shown('x', 'x')).toBe('[x]');
  });

  it('puts matches that touch or overlap together', () => {
    expect(shown('abcdef', 'abc cde')).toBe('[abcde]f');
    expect(shown('aaaa', 'a')).toBe('[aaaa]');
  });

  it('shows accents that are characters of their own with their letter', () => {
    expect(shown('un sen\u0303 or', 'sen')).toBe('un [sen\u0303] or');
  });

  it('is one line', () => {
    expect(shown('one\n\n  two\tthree\r\nfour', 'two "three four"')).toBe('one [two] three four');
    expect(shown('one\nfour', '"one four"')).toBe('[one four]');
  });

  it('stands around the first match of a long text, cut between words', () => {
    const text = shown(words(500), 'word300');
    expect(text).toMatch(/^… word\d+ .* \[word300\] .* word\d+ …$/);
    expect(text.length).toBeGreaterThan(120);
    expect(text.length).toBeLessThan(190);
    expect(shown(words(500), 'word0 word499')).toMatch(/^\[word0\] .*[^ ] …$/);
    expect(shown(words(500), 'word499')).toMatch(/^… .*\[word499\]$/);
  });

  it('cuts no character in two', () => {
    for (let before = 300; before < 310; before += 1) {
      const text = shown(`${'x'.repeat(before)}${'😀'.repeat(400)}needle${'😀'.repeat(400)}`, 'needle');
      expect(text).toContain('[needle]');
      expect(text.isWellFormed()).toBe(true);
    }
  });

  it('shows what matches and nothing that is not in the text', () => {
    const unit = fc.constantFrom('a', 'b', 'A', 'é', 'e\u0301', ' ', '\n', '猫', '😀', 'x'.repeat(40));
    const text = fc.string({ unit, maxLength: 60 });
    const query = fc.string({ unit: fc.constantFrom('a', 'b', 'e', '猫', ' '), minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(text, query, (before, wanted) => {
        const terms = parseQuery(wanted);
        if (terms.length === 0) return;
        const whole = `${before}${wanted}${before}`;
        const pieces = snippetOf(whole, terms);
        const plain = (each: string): string => each.replace(/\s+/gu, ' ');
        for (const piece of pieces.filter(({ isMatch }) => isMatch)) {
          expect(terms.some((term) => foldText(piece.text).includes(term.folded))).toBe(true);
        }
        const all = pieces.map((piece) => piece.text).join('');
        expect(plain(whole)).toContain(plain(all.replace(/^… /u, '').replace(/ …$/u, '')));
        expect(pieces.some(({ isMatch }) => isMatch)).toBe(true);
        expect(all).not.toMatch(/\n/);
      }),
    );
  });
});
