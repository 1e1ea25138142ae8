import { describe, expect, it } from 'vitest';
import { fitOf } from '../../../main/services/fit.ts';

const q4Of12b = { modelBytes: 7.58e9, stateBytesPerToken: 737_280, contextTokens: 2048 };

describe('how a model fits', () => {
  it.each([
    [8e9, 'too-large'],
    [12e9, 'tight'],
    [16e9, 'fits'],
    [64e9, 'fits'],
  ] as const)('the 12B at Q4_K_M in %d bytes of memory: %s', (memoryBytes, verdict) => {
    const fit = fitOf(q4Of12b, { memoryBytes, memoryBytesPerSecond: null }, null);
    expect(fit).toMatchObject({ verdict, tokensPerSecond: null });
    // Weights, 1.4 GiB of window and some hundred megabytes.
    expect(fit.memoryBytes / 1e9).toBeCloseTo(9.5, 0);
  });

  it('is as quick as the memory, unless it was seen to be otherwise', () => {
    const machine = { memoryBytes: 32e9, memoryBytesPerSecond: 61e9 };
    // 6.5 tokens a second of 6.67 GB were measured at this bandwidth.
    expect(fitOf({ ...q4Of12b, modelBytes: 6.67e9 }, machine, null).tokensPerSecond).toBeCloseTo(6.4, 1);
    expect(fitOf(q4Of12b, machine, 3.2).tokensPerSecond).toBe(3.2);
  });
});
