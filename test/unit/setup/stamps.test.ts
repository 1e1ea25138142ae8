/** The notes by which the set-up knows that it has nothing to do, and the lock against a second set-up. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { withLock } from '../../../scripts/setup/lock.mjs';
import { userCacheFolder } from '../../../scripts/setup/paths.mjs';
import { formatDuration } from '../../../scripts/setup/progress.mjs';
import { keyOfFiles, readStamp, writeStamp } from '../../../scripts/setup/stamps.mjs';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stamps-'));
  mkdirSync(join(folder, 'main', 'deep'), { recursive: true });
  writeFileSync(join(folder, 'main', 'deep', 'a.ts'), 'a');
  writeFileSync(join(folder, 'package.json'), '{}');
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('the key of many files', () => {
  const inputs = ['main', 'package.json', 'is-not-there'];

  it('stays the same while nothing changes', () => {
    expect(keyOfFiles(folder, inputs)).toBe(keyOfFiles(folder, inputs));
    writeFileSync(join(folder, 'unrelated.txt'), 'x');
    expect(keyOfFiles(folder, [...inputs].reverse())).toBe(keyOfFiles(folder, inputs));
  });

  it.each([
    ['a file grows', () => writeFileSync(join(folder, 'main', 'deep', 'a.ts'), 'ab')],
    ['a file is newer', () => utimesSync(join(folder, 'main', 'deep', 'a.ts'), 1, 1)],
    ['a file is new', () => writeFileSync(join(folder, 'main', 'b.ts'), '')],
    ['a file is gone', () => rmSync(join(folder, 'main', 'deep', 'a.ts'))],
    ['an input appears', () => writeFileSync(join(folder, 'is-not-there'), '')],
  ])('changes when %s', (_what, change) => {
    const before = keyOfFiles(folder, inputs);
    change();
    expect(keyOfFiles(folder, inputs)).not.toBe(before);
  });
});

describe('stamps', () => {
  it('are read as they were written', () => {
    expect(readStamp('x', folder)).toBeUndefined();
    writeStamp('x', 'key', join(folder, 'new', 'folder'));
    expect(readStamp('x', join(folder, 'new', 'folder'))).toBe('key');
  });

  it('for what is kept per user lie where the system wants caches', () => {
    expect(userCacheFolder({ XDG_CACHE_HOME: '/caches' })).toBe(join('/caches', 'oasst-desktop'));
    expect(userCacheFolder({ XDG_CACHE_HOME: '' })).toMatch(/\.cache.oasst-desktop$/);
  });
});

describe('the lock', () => {
  it('lets one set-up work at a time', async () => {
    const file = join(folder, 'lock');
    const events: string[] = [];
    const work = (name: string) =>
      withLock(file, async () => {
        events.push(`${name} starts`);
        await new Promise((resolve) => setTimeout(resolve, 50));
        events.push(`${name} ends`);
      });
    await Promise.all([work('a'), work('b')]);
    expect(events).toEqual(['a starts', 'a ends', 'b starts', 'b ends']);
    expect(existsSync(file)).toBe(false);
  });

  it('is released when the work fails', async () => {
    const file = join(folder, 'lock');
    await expect(withLock(file, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(existsSync(file)).toBe(false);
  });

  it('of a process that is gone counts as free', async () => {
    const file = join(folder, 'lock');
    // Above the largest process id that Linux gives out.
    writeFileSync(file, '99999999');
    await expect(withLock(file, () => Promise.resolve('done'))).resolves.toBe('done');
  });
});

it('tells durations as people do', () => {
  expect([40, 9_940, 59_400, 185_000].map(formatDuration)).toEqual(['0.0 s', '9.9 s', '59 s', '3 min 5 s']);
});
