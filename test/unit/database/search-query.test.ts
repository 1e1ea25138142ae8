import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchOf, parseQuery, trigramsOf } from '../../../main/database/search-query.ts';
import { openMemoryDatabase } from '../../support/database.ts';

const foldedTerms = (query: string): string[] => parseQuery(query).map(({ folded }) => folded);

describe('a query', () => {
  it.each([
    ['words', 'Two  Words', ['two', 'words']],
    ['phrases', 'a "long  phrase" of words', ['a', 'long phrase', 'of', 'words']],
    ['phrases in quotes of books', '“Eins zwei” „drei vier“', ['eins zwei', 'drei vier']],
    ['a phrase that goes on', 'one "two three', ['one', 'two three']],
    ['each term once', 'Two two TWO', ['two']],
    [
      'what would be operators as words',
      'a AND b NOT (c* OR ^d) NEAR -e',
      ['a', 'and', 'b', 'not', '(c*', 'or', '^d)', 'near', '-e'],
    ],
    ['several lines as one', 'one\ntwo\t"three\r\nfour"', ['one', 'two', 'three four']],
    ['nothing of marks that nobody sees', '\u202eeno\u0000 \u200etwo\u0007', ['eno', 'two']],
    ['letters with accents however they are written', 'sen\u0303or señor', ['senor']],
  ])('means %s', (_what, query, folded) => {
    expect(foldedTerms(query)).toEqual(folded);
  });

  it.each(['', '   ', '""', '" "', '“”', '\u202e\u0000', '\u0301'])('may mean nothing: %j', (query) => {
    expect(parseQuery(query)).toEqual([]);
  });

  it('has trigrams of characters, without accents that stand alone', () => {
    const trigrams = (query: string): string[] => parseQuery(query).flatMap(trigramsOf);
    expect(trigrams('Tree')).toEqual(['Tre', 'ree']);
    expect(trigrams('ab 猫')).toEqual([]);
    expect(trigrams('😀😀a')).toEqual(['😀😀a']);
    expect(trigrams('ax\u0301b')).toEqual(['axb']);
  });

  it('is never an error, whatever it holds', () => {
    const db = openMemoryDatabase();
    const find = db.prepare<[string]>('SELECT rowid FROM message_index WHERE message_index MATCH ?');
    const hostile = fc.string({
      unit: fc.constantFrom('"', "'", '*', '^', '(', ')', ':', '-', '+', '{', '\u0000', '\ud800', 'a', 'é', '猫', ' '),
    });
    fc.assert(
      fc.property(fc.oneof(hostile, fc.string({ unit: 'binary' })), (query) => {
        const trigrams = parseQuery(query).flatMap(trigramsOf);
        if (trigrams.length > 0) expect(find.all(matchOf(trigrams))).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});
