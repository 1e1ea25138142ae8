import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { titleFromQuestion } from '../../../main/services/titles.ts';

describe('titleFromQuestion', () => {
  it.each([
    ['What is a meme?', 'What is a meme?'],
    ['\n\n  First line  \nsecond', 'First line'],
    ['a\tb\r\n', 'a b'],
    ['> quoted\n>\n> more\n\nWhat does it mean?', 'What does it mean?'],
    ['> only quoted', '> only quoted'],
    ['   \n\t ', 'New conversation'],
    ['\u0000\u202Ehidden\u202C text', 'hidden text'],
    ['中'.repeat(80), `${'中'.repeat(60)}…`],
    ['word '.repeat(20), 'word word word word word word word word word word word word…'],
    ['😀'.repeat(61), `${'😀'.repeat(60)}…`],
  ])('%j gives %j', (question, title) => {
    expect(titleFromQuestion(question)).toBe(title);
  });

  it('is always one line that is not empty, not long, and cuts no character in half', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (question) => {
        const title = titleFromQuestion(question);
        expect(title).not.toBe('');
        expect([...title].length).toBeLessThanOrEqual(61);
        expect(title).not.toMatch(/[\p{Cc}\p{Cf}]/u);
        expect(title.isWellFormed()).toBe(question.isWellFormed() || title.isWellFormed());
      }),
    );
  });
});
