import { describe, expect, it } from 'vitest';
import { findMarkers } from '../../../main/engine/process/markers.ts';
import { AppError } from '../../../preload/contract/errors.ts';

const normal = 1;
const control = 3;
const userDefined = 4;
const marks = ['<|prefix_begin|>', '<|prompter|>', '<|system|>', '<|prefix_end|>', '<|assistant|>'];

/** A vocabulary of words and the given marks; `types` overrides the type of single tokens. */
function vocabulary(texts: readonly string[], types: Record<string, number> = {}) {
  const tokens = ['<|endoftext|>', 'the', 'a', ...texts];
  const typeOf = (text: string): number => types[text] ?? (text.startsWith('<|') ? control : normal);
  return { tokens, tokenTypes: tokens.map(typeOf) };
}

function refusal(summary: ReturnType<typeof vocabulary>): AppError {
  try {
    findMarkers(summary);
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('The vocabulary was accepted.');
}

describe('findMarkers', () => {
  it('finds the marks by their texts, wherever they are', () => {
    expect(findMarkers(vocabulary(marks))).toEqual({
      prompter: 4,
      assistant: 7,
      endOfText: 0,
      all: new Set([0, 3, 4, 5, 6, 7]),
    });
    const reversed = findMarkers(vocabulary(marks.toReversed()));
    expect([reversed.prompter, reversed.assistant]).toEqual([6, 3]);
  });

  it('takes a model that only has the marks it was trained with', () => {
    expect(findMarkers(vocabulary(['<|prompter|>', '<|assistant|>'])).all).toEqual(new Set([0, 3, 4]));
  });

  it.each(['<|prompter|>', '<|assistant|>'])('refuses a model without %s', (marker) => {
    const error = refusal(vocabulary(marks.filter((text) => text !== marker)));
    expect(error).toMatchObject({ code: 'model-unsupported', details: { marker } });
    expect(error.message).toContain(marker);
  });

  it('refuses a model without an end', () => {
    expect(refusal({ tokens: marks, tokenTypes: marks.map(() => control) })).toMatchObject({
      code: 'model-unsupported',
      details: { marker: '<|endoftext|>' },
    });
  });

  it.each(['<|prompter|>', '<|assistant|>', '<|endoftext|>'])(
    'refuses %s as an ordinary or user-defined word',
    (marker) => {
      for (const type of [userDefined, normal]) {
        expect(refusal(vocabulary(marks, { [marker]: type }))).toMatchObject({
          code: 'model-unsupported',
          details: { marker },
        });
      }
    },
  );

  it('refuses a file that does not say what kind its tokens are', () => {
    expect(refusal({ tokens: vocabulary(marks).tokens, tokenTypes: [] }).code).toBe('model-unsupported');
  });
});
