import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { foldText, foldWithPlaces } from '../../../main/database/folded-text.ts';

describe('folding a text', () => {
  it.each([
    ['case', 'The QUICK Fox', 'the quick fox'],
    ['accents of Latin letters', 'Größe, señor, ÇA, ẤŇ', 'große, senor, ca, an'],
    ['accents that are characters of their own', 'sen\u0303or', 'senor'],
    ['case of other scripts', 'ΤΕΛΟΣ τέλος ДЕНЬ', 'τελοσ τέλοσ день'],
    ['nothing of scripts without case', '猫が好き ไทย', '猫が好き ไทย'],
    ['nothing of letters that only look alike', 'ı ø ß', 'ı ø ß'],
    ['ends of lines', 'one\ntwo\u00e9\nthree', 'one twoe three'],
    ['nothing of what is outside the first plane', 'A😀B', 'a😀b'],
    ['nothing of half a character', 'a\ud83d b', 'a\ud83d b'],
  ])('changes %s', (_what, text, folded) => {
    expect(foldText(text)).toBe(folded);
  });

  it('leads back to the places in the text', () => {
    const { folded, places } = foldWithPlaces('Sen\u0303OR\n!');
    expect(folded).toBe('senor !');
    expect([...places]).toEqual([0, 1, 2, 4, 5, 6, 7, 8]);
  });

  it('is what the index does, but for letters that are newer than its tables', () => {
    const db = new Database(':memory:');
    onTestFinished(() => void db.close());
    db.exec(`CREATE VIRTUAL TABLE terms USING fts5(text, tokenize = 'trigram remove_diacritics 1');
      CREATE VIRTUAL TABLE trigrams USING fts5vocab(terms, instance)`);
    const insert = db.prepare<[number, string]>('INSERT INTO terms (rowid, text) VALUES (?, ?)');
    const isNewer = (unit: number): boolean =>
      /[\u037f\u0528-\u052f\u13a0-\u13f5\u1c80-\u1cbf\u2c2f\ua698-\ua7f5]/u.test(String.fromCharCode(unit));
    const known = new Set([
      0x0a, // A blank in the index, by the view that it reads.
      0x3c, // Stands around all others here.
      ...[0x1e0, 0x1e1, 0x1e9b], // Have two accents, of which the index takes off none or one.
      ...[0xfffe, 0xffff], // No characters.
    ]);
    const units = Array.from({ length: 0xffff }, (_value, index) => index + 1).filter(
      (unit) => (unit < 0xd800 || unit > 0xdfff) && !isNewer(unit) && !known.has(unit),
    );
    db.transaction(() => {
      for (const unit of units) insert.run(unit, `<${String.fromCharCode(unit)}>>`);
    })();
    const rows = db
      .prepare<[], { term: string; doc: number }>(`SELECT term, doc FROM trigrams WHERE term GLOB '<*'`)
      .all();
    const indexed = new Map(rows.map(({ term, doc }) => [doc, term]));
    const different = units.filter(
      (unit) => indexed.get(unit) !== `<${foldText(String.fromCharCode(unit))}>>`.slice(0, 3),
    );
    expect(different.map((unit) => unit.toString(16))).toEqual([]);
    expect(indexed.size).toBe(units.length);
  });
});
