import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createReplyText } from '../../../main/engine/process/reply-text.ts';

/** A vocabulary whose tokens are pieces of bytes, cut anywhere: what byte-level BPE can do at its worst. */
function splitIntoTokens(
  text: string,
  lengths: readonly number[],
): { tokens: number[]; detokenize: (tokens: readonly number[]) => string } {
  const bytes = Buffer.from(text);
  const pieces: Buffer[] = [];
  for (let at = 0, index = 0; at < bytes.length; index += 1) {
    const length = lengths[index % lengths.length] ?? 1;
    pieces.push(bytes.subarray(at, at + length));
    at += length;
  }
  return {
    tokens: pieces.map((_piece, index) => index),
    detokenize: (tokens) => Buffer.concat(tokens.map((token) => pieces[token] ?? Buffer.alloc(0))).toString('utf8'),
  };
}

function stream(text: string, lengths: readonly number[]): { pieces: string[]; whole: string } {
  const { tokens, detokenize } = splitIntoTokens(text, lengths);
  const reply = createReplyText(detokenize);
  const pieces = tokens.map((token) => reply.push(token));
  return { pieces, whole: pieces.join('') + reply.end() };
}

const lengths = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 12 });
const emoji = fc.constantFrom(
  '👩‍👩‍👧‍👦',
  '🏴󠁧󠁢󠁳󠁣󠁴󠁿',
  '🇺🇳',
  '👍🏽',
  '❤️',
  'é',
  'é',
  '中',
  '文',
  'ー',
  '𝔘',
  'cd ..',
  'ls .',
  ' ',
  '\n',
);
const text = fc
  .oneof(
    fc.string({ unit: 'grapheme', maxLength: 80 }),
    fc.string({ unit: 'binary', maxLength: 80 }),
    fc.array(emoji, { maxLength: 40 }).map((parts) => parts.join('')),
  )
  .map((value) => value.toWellFormed().replaceAll('\uFFFD', '?'));

describe('a reply, token by token', () => {
  it('comes out as it went in, whatever the tokens cut apart', () => {
    fc.assert(
      fc.property(text, lengths, (value, cuts) => {
        const { pieces, whole } = stream(value, cuts);
        expect(whole).toBe(value);
        expect(pieces.join('')).not.toContain('\uFFFD');
      }),
      { numRuns: 2000 },
    );
  });

  it('loses nothing when no token ever ends where a character does', () => {
    const katakana = 'コンピューターのメモリーカード'.repeat(4);
    expect(stream(katakana, [1, 3]).whole).toBe(katakana);
    expect(stream(katakana, [2, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3]).whole).toBe(katakana);
    const faces = '😀😁😂🤣😃😄😅😆😉😊😋😎';
    expect(stream(faces, [3, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4]).whole).toBe(faces);
  });

  it('gives each character as soon as its last byte is there', () => {
    const { pieces } = stream('aé中😀', [1]);
    expect(pieces).toEqual(['a', '', 'é', '', '', '中', '', '', '', '😀']);
  });

  it('shows broken bytes as such and goes on', () => {
    const bytes = [
      Buffer.from([0xff]),
      Buffer.from([0xe4, 0xb8]),
      Buffer.from('ok'),
      Buffer.from([0x80]),
      Buffer.from('!'),
    ];
    const reply = createReplyText((tokens) =>
      Buffer.concat(tokens.map((token) => bytes[token] ?? Buffer.alloc(0))).toString('utf8'),
    );
    const whole = bytes.map((_piece, token) => reply.push(token)).join('') + reply.end();
    expect(whole).toBe(Buffer.concat(bytes).toString('utf8'));
  });

  it('never holds back more than the character that is incomplete', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ minLength: 1, maxLength: 5 }), { maxLength: 60 }), (pieces) => {
        const reply = createReplyText((tokens) =>
          Buffer.concat(tokens.map((token) => pieces[token] ?? Buffer.alloc(0))).toString('utf8'),
        );
        let told = '';
        pieces.forEach((_piece, token) => {
          told += reply.push(token);
          const soFar = Buffer.concat(pieces.slice(0, token + 1)).toString('utf8');
          expect(soFar.startsWith(told)).toBe(true);
          expect(soFar.length - told.length).toBeLessThanOrEqual(1);
        });
        expect(told + reply.end()).toBe(Buffer.concat(pieces).toString('utf8'));
      }),
      { numRuns: 1000 },
    );
  });

  it('counts the tokens that belong to an incomplete character', () => {
    const { tokens, detokenize } = splitIntoTokens('ab😀', [2, 1, 1, 1, 1]);
    const reply = createReplyText(detokenize);
    const held = tokens.map((token) => {
      reply.push(token);
      return reply.heldTokens;
    });
    expect(held).toEqual([0, 1, 2, 3, 0]);
  });
});
