import { expect, it } from 'vitest';
import { chooseThreads } from '../../../main/engine/process/threads.ts';

const gigabyte = 1024 ** 3;

it.each([
  ['all cores of a small machine', 2, 2, 7 * gigabyte, 2],
  ['only the fast cores', 16, 6, 7 * gigabyte, 6],
  ['no more than the scheduler gives', 3, 8, 7 * gigabyte, 3],
  ['one for a model whose layers take microseconds', 16, 8, 20 * 1024 ** 2, 1],
  ['one where nothing better is known', 1, 0, 7 * gigabyte, 1],
])('chooses %s', (_name, availableCores, mathCores, sizeBytes, expected) => {
  expect(chooseThreads(availableCores, mathCores, sizeBytes)).toBe(expected);
});
