import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  calibrate,
  calibrationKey,
  readCalibration,
  threadCandidates,
  wasCalm,
  writeCalibration,
  type Calibration,
} from '../../../main/engine/process/calibration.ts';
import { temporaryFolder } from '../../support/database.ts';

describe('the counts to try', () => {
  it.each([
    [1, 1, [1]],
    [2, 2, [2, 1]],
    [2, 1, [2, 1]],
    [8, 4, [8, 7, 4, 2, 1]],
    [12, 6, [12, 11, 6, 3, 1]],
    // Fewer cores for this process than the machine has.
    [2, 8, [2, 1]],
    [3, 8, [3, 2, 1]],
  ])('of %i cores, %i of them good at mathematics', (available, math, expected) => {
    expect(threadCandidates(available, math)).toEqual(expected);
  });

  it('are few, different, possible, and fall', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 256 }), fc.integer({ min: 1, max: 256 }), (available, math) => {
        const counts = threadCandidates(available, math);
        expect(counts.length).toBeGreaterThan(0);
        expect(counts.length).toBeLessThanOrEqual(5);
        expect(counts).toEqual([...new Set(counts)].sort((left, right) => right - left));
        expect(counts.every((count) => count >= 1 && count <= available)).toBe(true);
        expect(counts).toContain(1);
      }),
    );
  });
});

/** Milliseconds of one decoded token, and of one token of a longer read, by thread count. */
type Times = Record<number, readonly [decodeMs: number, readMs: number]>;

async function tryOut(times: Times) {
  const asked: { tokens: number; threads: number }[] = [];
  const warm = new Set<number>();
  const counts = Object.keys(times).map(Number);
  const result = await calibrate(
    counts.sort((left, right) => right - left),
    async (tokens, threads) => {
      const [decodeMs, readMs] = times[threads] ?? [Infinity, Infinity];
      const isFirst = !warm.has(threads);
      warm.add(threads);
      asked.push({ tokens, threads });
      // The first time also brings the weights into memory.
      return (tokens === 1 ? decodeMs : readMs * tokens) * (isFirst ? 50 : 1);
    },
  );
  return { ...result, asked };
}

describe('a calibration', () => {
  it('chooses the quickest count for each kind of work, and does not count the first time', async () => {
    const found = await tryOut({ 8: [150, 12], 7: [130, 13], 4: [120, 20], 2: [170, 40], 1: [230, 80] });
    expect(found).toMatchObject({ decodeThreads: 4, decodeMs: 120, readThreads: 8, readMs: 12 });
  });

  it('of a machine that collapses with all cores chooses one less', async () => {
    const found = await tryOut({ 2: [3700, 900], 1: [280, 140] });
    expect(found).toMatchObject({ decodeThreads: 1, readThreads: 1 });
  });

  it('does not try hopeless counts to the end', async () => {
    const { asked } = await tryOut({ 8: [100, 10], 7: [100, 10], 4: [190, 20], 2: [390, 40], 1: [780, 80] });
    const times = (threads: number): number => asked.filter((trial) => trial.threads === threads).length;
    expect(times(8)).toBe(5);
    expect(times(4), 'slower, but not by far').toBe(5);
    expect(times(2), 'once to warm up, once to know').toBe(2);
    expect(times(1)).toBe(2);
  });

  it('takes the best of several trials, so that one hiccup does not decide', async () => {
    const trials: Record<number, number[]> = { 2: [999, 140, 300, 150], 1: [999, 280, 285, 290] };
    const found = await calibrate([2, 1], async (tokens, threads) =>
      tokens > 1 ? 100 : (trials[threads]?.shift() ?? NaN),
    );
    expect(found).toMatchObject({ decodeThreads: 2, decodeMs: 140 });
  });

  it('finds the quickest of any machine', async () => {
    const time = fc.integer({ min: 1, max: 5000 });
    const counts = fc.uniqueArray(fc.integer({ min: 1, max: 32 }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(counts, fc.array(fc.tuple(time, time), { minLength: 5, maxLength: 5 }), async (list, speeds) => {
        const times: Times = Object.fromEntries(list.map((count, index) => [count, speeds[index] ?? [1, 1]]));
        const found = await tryOut(times);
        expect(found.decodeMs).toBe(Math.min(...Object.values(times).map(([decodeMs]) => decodeMs)));
        expect(times[found.decodeThreads]?.[0]).toBe(found.decodeMs);
        expect(times[found.readThreads]?.[1]).toBe(found.readMs);
      }),
    );
  });
});

describe('a trial is worth keeping', () => {
  const before = { atMs: 1000, busyMs: 5000, ownMs: 300 };
  it.each([
    ['all of it was this process', 2000, 2000, true],
    ['others used a fifth of a core', 2200, 2000, true],
    ['others used a third of a core', 2340, 2000, false],
    ['another process was busy all the time', 3000, 2000, false],
    ['the two clocks disagree a little', 1980, 2000, true],
  ])('when %s: %j', (_name, busyMs, ownMs, expected) => {
    const after = { atMs: 2000, busyMs: before.busyMs + busyMs, ownMs: before.ownMs + ownMs };
    expect(wasCalm(before, after)).toBe(expected);
  });
});

describe('on disk', () => {
  const calibration: Calibration = { decodeThreads: 2, readThreads: 4, decodeMs: 151.5, readMs: 40.25 };

  it('it comes back, beside those of other models', async () => {
    const path = join(temporaryFolder(), 'cache', 'calibrations.json');
    expect(await readCalibration(path, 'one')).toBeNull();
    await writeCalibration(path, 'one', calibration);
    await writeCalibration(path, 'two', { ...calibration, decodeThreads: 8 });
    expect(await readCalibration(path, 'one')).toEqual(calibration);
    expect((await readCalibration(path, 'two'))?.decodeThreads).toBe(8);
    expect(await readCalibration(path, 'three')).toBeNull();
    expect(readdirSync(join(path, '..'))).toEqual(['calibrations.json']);
  });

  it.each([
    ['nothing', ''],
    ['half of it', '{"one":{"decodeThreads":2,"readThr'],
    ['another kind of value', '[1,2,3]'],
    ['null', 'null'],
    ['a record without fields', '{"one":{}}'],
    ['a count of nothing', JSON.stringify({ one: { ...calibration, decodeThreads: 0 } })],
    ['a negative time', JSON.stringify({ one: { ...calibration, readMs: -1 } })],
    ['words for numbers', JSON.stringify({ one: { ...calibration, decodeMs: '151' } })],
    ['no time at all', JSON.stringify({ one: { ...calibration, decodeMs: Infinity } })],
    ['bytes', Buffer.from([0xff, 0xfe, 0x00]).toString('latin1')],
  ])('damaged to %s it is as if there were none, and the next one replaces it', async (_name, content) => {
    const path = join(temporaryFolder(), 'calibrations.json');
    writeFileSync(path, content, 'latin1');
    expect(await readCalibration(path, 'one')).toBeNull();
    await writeCalibration(path, 'one', calibration);
    expect(await readCalibration(path, 'one')).toEqual(calibration);
    expect(() => JSON.parse(readFileSync(path, 'utf8')) as unknown).not.toThrow();
  });

  it('a folder that cannot be written costs the file and nothing else', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'file', 'calibrations.json');
    writeFileSync(join(folder, 'file'), 'no folder');
    chmodSync(join(folder, 'file'), 0o400);
    await writeCalibration(path, 'one', calibration);
    expect(existsSync(path)).toBe(false);
  });

  it('it belongs to one model and one library', () => {
    const key = calibrationKey('a', '3.22.1');
    expect(calibrationKey('a', '3.22.1')).toBe(key);
    expect(new Set([key, calibrationKey('b', '3.22.1'), calibrationKey('a', '3.23.0')]).size).toBe(3);
    expect(key).toMatch(/^[0-9a-f]{64}$/);
  });
});
