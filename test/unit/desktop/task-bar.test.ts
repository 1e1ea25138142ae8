import { expect, it } from 'vitest';
import { taskBarFraction } from '../../../main/desktop/task-bar.ts';
import type { Installation } from '../../../preload/contract/library.ts';

const installation: Installation = {
  ...{ id: 'i', catalogueId: 'c', name: 'A model', type: 'Q4_K_M', state: 'downloading' },
  ...{ fetchedBytes: 50, totalBytes: 100, convertedFraction: 0, bytesPerSecond: null, secondsLeft: null, error: null },
};

it('shows nothing while nothing is under way', () => {
  expect(taskBarFraction([])).toBe(-1);
  expect(
    taskBarFraction([
      { ...installation, state: 'paused' },
      { ...installation, state: 'failed' },
    ]),
  ).toBe(-1);
});

it('grows from nothing to whole', () => {
  const at = (change: Partial<Installation>): number => taskBarFraction([{ ...installation, ...change }]);
  expect(at({ fetchedBytes: 0, totalBytes: 0 })).toBe(0);
  expect(at({})).toBeCloseTo(0.35);
  expect(at({ fetchedBytes: 100, convertedFraction: 1, state: 'verifying' })).toBe(1);
});
