import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFileNames, fileStem } from '../../../../main/services/export/file-names.ts';

describe('fileStem', () => {
  it.each([
    ['What is a tree?', 'What is a tree'],
    ['a/b\\c:d*e"f<g>h|i', 'a b c d e f g h i'],
    ['../../etc/passwd', 'etc passwd'],
    ['ends with dots... ', 'ends with dots'],
    ['.hidden', 'hidden'],
    ['-rf', 'rf'],
    ['CON', '_CON'],
    ['nul.txt', '_nul.txt'],
    ['COM¹', '_COM¹'],
    ['Console', 'Console'],
    ['two\nlines\u0000', 'two lines'],
    ['\u202egnp.exe', 'gnp.exe'],
    ['cafe\u0301', 'caf\u00e9'],
    ['???', 'Conversation'],
    ['', 'Conversation'],
    ['\ud800', '\ufffd'],
  ])('%j becomes %j', (title, stem) => {
    expect(fileStem(title)).toBe(stem);
  });

  it('cuts long titles between characters, not inside them', () => {
    const family = '👩‍👩‍👧‍👦';
    expect(fileStem(family.repeat(40))).toBe(fileStem(`${family.repeat(40)}x`));
    expect(fileStem('é'.repeat(300))).toBe('é'.repeat(50));
  });

  it('is safe on every system, whatever the title', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme', maxLength: 300 })), (title) => {
        const stem = fileStem(title);
        expect(stem).not.toBe('');
        expect(Buffer.byteLength(stem)).toBeLessThanOrEqual(100);
        expect(stem).not.toMatch(/[<>:"/\\|?*\p{Cc}\p{Cf}\p{Cs}]/u);
        expect(stem).not.toMatch(/^[\s.-]|[\s.]$/u);
        expect(stem).toBe(stem.normalize('NFC'));
        expect(stem).not.toMatch(/^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i);
        expect(fileStem(stem)).toBe(stem);
      }),
    );
  });
});

describe('createFileNames', () => {
  it('numbers names that any system takes for the same', () => {
    const nameFor = createFileNames(['taken.md']);
    expect(nameFor('Taken', 'md')).toBe('Taken (2).md');
    expect(nameFor('taken', 'md')).toBe('taken (3).md');
    expect(nameFor('e\u0301', 'md')).toBe('\u00e9.md');
    expect(nameFor('É', 'md')).toBe('É (2).md');
  });

  it('never gives a name twice', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a', 'A', 'a (2)', 'ß', 'SS', 'ﬁ', 'fi', '', '?'), { maxLength: 40 }),
        (titles) => {
          const nameFor = createFileNames([]);
          const names = titles.map((title) => nameFor(title, 'txt').normalize('NFKD').toLowerCase());
          expect(new Set(names).size).toBe(names.length);
        },
      ),
    );
  });
});
