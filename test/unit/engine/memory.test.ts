import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkMemory, chooseSequences, neededBytes, type MemoryNeeds } from '../../../main/engine/process/memory.ts';
import { AppError } from '../../../preload/contract/errors.ts';

/** The 12B in Q4_0: its file, keys and values of 36 layers 5,120 wide, the whole window. */
const twelveB: MemoryNeeds = { modelBytes: 6.67e9, stateBytesPerToken: 737_280, contextTokens: 2048 };
const gib = 1024 ** 3;

const needs = fc.record({
  modelBytes: fc.integer({ min: 0, max: 50e9 }),
  stateBytesPerToken: fc.integer({ min: 1, max: 2_000_000 }),
  contextTokens: fc.integer({ min: 64, max: 8192 }),
});
const free = fc.integer({ min: 0, max: 200e9 });

function refusal(model: MemoryNeeds, freeBytes: number): AppError | null {
  try {
    checkMemory(model, freeBytes);
    return null;
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}

describe('the memory of a model', () => {
  it('of 12B in Q4_0 is a little over its file and its window', () => {
    expect(neededBytes(twelveB)).toBeGreaterThan(8.1e9);
    expect(neededBytes(twelveB)).toBeLessThan(9e9);
    expect(neededBytes({ ...twelveB, contextTokens: 1024 })).toBeLessThan(neededBytes(twelveB) - 0.7e9);
  });

  it('grows with everything that takes room', () => {
    fc.assert(
      fc.property(needs, fc.integer({ min: 1, max: 4 }), (model, sequences) => {
        const bytes = neededBytes(model, sequences);
        expect(bytes).toBeGreaterThan(model.modelBytes);
        expect(neededBytes(model, sequences + 1)).toBeGreaterThan(bytes);
        expect(neededBytes({ ...model, modelBytes: model.modelBytes + 1 }, sequences)).toBeGreaterThan(bytes);
        expect(neededBytes({ ...model, contextTokens: model.contextTokens + 1 }, sequences)).toBeGreaterThan(bytes);
      }),
    );
  });
});

describe('conversations held at once', () => {
  it.each([
    [8, 1],
    [10, 2],
    [12, 3],
    [16, 4],
    [64, 4],
  ])('with %i GiB free for the 12B', (freeGib, expected) => {
    expect(chooseSequences(twelveB, freeGib * gib)).toBe(expected);
  });

  it('are one to four, never fewer with more memory, and leave a reserve', () => {
    fc.assert(
      fc.property(needs, free, free, (model, left, right) => {
        const [less, more] = [Math.min(left, right), Math.max(left, right)];
        const sequences = chooseSequences(model, less);
        expect([1, 2, 3, 4]).toContain(sequences);
        expect(chooseSequences(model, more)).toBeGreaterThanOrEqual(sequences);
        if (sequences > 1) expect(neededBytes(model, sequences)).toBeLessThan(less - 500e6);
      }),
    );
  });
});

describe('a model that does not fit', () => {
  it('is refused with what it needs, what is free and whether a shorter window would do', () => {
    const error = refusal(twelveB, 8e9);
    expect(error).toMatchObject({
      code: 'out-of-memory',
      details: { neededBytes: neededBytes(twelveB), freeBytes: 8e9, fitsShort: true },
    });
    expect(error?.message).toContain('8.6 GB');
    expect(error?.message).toContain('8.0 GB');
    expect(refusal(twelveB, 7e9)?.details).toMatchObject({ fitsShort: false });
  });

  it('is refused exactly when it does not fit, with numbers that agree', () => {
    fc.assert(
      fc.property(needs, free, (model, freeBytes) => {
        const error = refusal(model, freeBytes);
        expect(error === null).toBe(neededBytes(model) <= freeBytes);
        if (error === null) return;
        const { neededBytes: needed, neededShortBytes, fitsShort } = error.details;
        expect(needed).toBeGreaterThan(freeBytes);
        expect(fitsShort).toBe(Number(neededShortBytes) <= freeBytes);
      }),
    );
  });
});
