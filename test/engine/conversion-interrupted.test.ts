import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { readGgufFileInfo } from 'node-llama-cpp';
import { describe, expect, it, onTestFinished } from 'vitest';
import { writeCheckpoint } from '../support/checkpoints.ts';
import { temporaryFolder } from '../support/database.ts';
import { convert } from './conversion-run.ts';

const runPath = fileURLToPath(new URL('./conversion-run.ts', import.meta.url));
const kills = 6;

/** Rows of whole blocks, and no tensor that needs padding. */
const shape = { layers: 10, width: 256, heads: 4, vocabularySize: 608, elementType: 'f16' } as const;

/** A checkpoint in two files. */
function checkpoint(): string {
  const folder = temporaryFolder();
  writeCheckpoint({ folder, ...shape, form: 'torch', shards: 2 });
  return folder;
}

/** Converts in a process of its own and kills it when it has told this many steps; returns how it ended. */
async function killAfter(steps: number, folder: string, outPath: string): Promise<'killed' | 'finished'> {
  const child = spawn(process.execPath, [runPath, folder, 'Q4_K_M', outPath], { stdio: ['ignore', 'pipe', 'inherit'] });
  const closed = once(child, 'close');
  let told = 0;
  createInterface({ input: child.stdout }).on('line', () => {
    told += 1;
    if (told === steps) child.kill('SIGKILL');
  });
  const [code, signal] = (await closed) as [number | null, string | null];
  if (signal === 'SIGKILL') return 'killed';
  expect(code).toBe(0);
  return 'finished';
}

/** Writes nonsense over every tensor of an unfinished file that its journal does not vouch for. */
async function spoilUnfinished(outPath: string): Promise<{ finished: number; spoilt: number }> {
  const finished = new Set(readFileSync(`${outPath}.journal`, 'utf8').split('\n').slice(1, -1));
  const path = `${outPath}.part`;
  const { fullTensorInfo: tensors = [] } = await readGgufFileInfo(path);
  const starts = tensors.map(({ fileOffset }) => Number(fileOffset)).sort((left, right) => left - right);
  const file = openSync(path, 'r+');
  for (const { name, fileOffset } of tensors) {
    if (finished.has(name)) continue;
    const start = Number(fileOffset);
    const end = starts.find((each) => each > start) ?? statSync(path).size;
    writeSync(file, Buffer.alloc(end - start, 0xff), 0, end - start, start);
  }
  closeSync(file);
  return { finished: finished.size, spoilt: tensors.length - finished.size };
}

/** A disk of `megabytes` in memory, gone when the test ends; null where it cannot be made. */
function mountSmallDisk(megabytes: number): { folder: string; fill(): void; makeRoom(): void } | null {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return null;
  const folder = temporaryFolder();
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder]);
  if (mounted.status !== 0) return null;
  onTestFinished(() => void spawnSync('umount', ['--lazy', folder]));
  const filler = join(folder, 'filler');
  return {
    folder,
    fill() {
      expect(() => writeFileSync(filler, Buffer.alloc(megabytes * 2 ** 20 + 1))).toThrow('ENOSPC');
    },
    makeRoom: () => rmSync(filler),
  };
}

describe('a conversion', () => {
  it.skipIf(process.platform === 'win32')(
    `killed ${kills} times at random goes on and ends with the same bytes (SIGKILL; skipped on Windows)`,
    async () => {
      const folder = checkpoint();
      const wholePath = join(folder, 'whole.gguf');
      await convert(folder, 'Q4_K_M', wholePath);
      const outPath = join(folder, 'killed.gguf');
      let finishedBefore = 0;
      let killed = 0;
      for (; killed < kills; killed += 1) {
        // On a busy machine it may get to the end before the kill does.
        if ((await killAfter(1 + Math.floor(Math.random() * 10), folder, outPath)) === 'finished') break;
        expect(existsSync(outPath), 'nothing half under the final name').toBe(false);
        const { finished, spoilt } = await spoilUnfinished(outPath);
        expect(spoilt).toBeGreaterThan(0);
        expect(finished, 'what was finished stays finished').toBeGreaterThanOrEqual(finishedBefore);
        finishedBefore = finished;
      }
      expect(killed).toBeGreaterThan(2);
      expect(finishedBefore).toBeGreaterThan(0);
      expect(await killAfter(Infinity, folder, outPath)).toBe('finished');
      expect(readFileSync(outPath).equals(readFileSync(wholePath))).toBe(true);
      expect((await readdir(folder)).filter((name) => name.startsWith('killed'))).toEqual(['killed.gguf']);
    },
  );

  it('that was cancelled leaves nothing under the final name and goes on from there', async () => {
    const folder = checkpoint();
    const wholePath = join(folder, 'whole.gguf');
    const whole = await convert(folder, 'Q6_K', wholePath);
    const outPath = join(folder, 'cancelled.gguf');
    const stop = new AbortController();
    let steps = 0;
    const cancelled = convert(folder, 'Q6_K', outPath, {
      signal: stop.signal,
      onProgress: () => {
        steps += 1;
        if (steps === 40) stop.abort();
      },
    });
    await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
    expect(existsSync(outPath)).toBe(false);

    let stepsLeft = 0;
    const shares: number[] = [];
    const finished = await convert(folder, 'Q6_K', outPath, {
      onProgress: ({ doneWeights, totalWeights }) => {
        stepsLeft += 1;
        shares.push(doneWeights / totalWeights);
      },
    });
    expect(stepsLeft, 'only what was left was converted').toBeLessThanOrEqual(12 * shape.layers + 4 - 40 + 2);
    expect(shares).toEqual(shares.toSorted((left, right) => left - right));
    expect(shares.at(-1)).toBe(1);
    expect(finished).toEqual(whole);
    expect(readFileSync(outPath).equals(readFileSync(wholePath))).toBe(true);
  });

  it('does not go on with the beginning of another one', async () => {
    const folder = checkpoint();
    const outPath = join(folder, 'model.gguf');
    const started = (type: 'Q4_0' | 'Q8_0') => {
      const stop = new AbortController();
      return convert(folder, type, outPath, { signal: stop.signal, onProgress: () => stop.abort() });
    };
    await expect(started('Q4_0')).rejects.toMatchObject({ code: 'cancelled' });
    const { sha256 } = await convert(folder, 'Q8_0', outPath);
    expect(sha256).toBe((await convert(folder, 'Q8_0', join(folder, 'again.gguf'))).sha256);

    // The same shapes, other weights.
    await expect(started('Q8_0')).rejects.toMatchObject({ code: 'cancelled' });
    writeCheckpoint({ folder, ...shape, form: 'torch', shards: 2, seed: 2 });
    const other = await convert(folder, 'Q8_0', outPath);
    expect(other.sha256).not.toBe(sha256);
    expect(other.sha256).toBe((await convert(folder, 'Q8_0', join(folder, 'again.gguf'))).sha256);
  });

  it('that was killed between its last steps is finished by the next one without any weights', async () => {
    const folder = checkpoint();
    const outPath = join(folder, 'model.gguf');
    const stop = new AbortController();
    const atTheEnd = convert(folder, 'Q4_0', outPath, { signal: stop.signal, onRead: () => stop.abort() });
    await expect(atTheEnd).rejects.toMatchObject({ code: 'cancelled' });
    const journal = readFileSync(`${outPath}.journal`);
    const whole = await convert(folder, 'Q4_0', outPath, { onProgress: () => expect.unreachable() });
    writeFileSync(`${outPath}.journal`, journal);
    expect(await convert(folder, 'Q4_0', outPath, { onProgress: () => expect.unreachable() })).toEqual(whole);
    expect(existsSync(`${outPath}.journal`)).toBe(false);
  });
});

describe('a full disk', () => {
  it('is told, keeps what is converted, and the conversion goes on when there is room', async (ctx) => {
    const disk = mountSmallDisk(16);
    if (disk === null) return ctx.skip('only root on Linux can make a small disk');
    const folder = checkpoint();
    const whole = await convert(folder, 'Q8_0', join(folder, 'whole.gguf'));
    const outPath = join(disk.folder, 'model.gguf');
    let isFilled = false;
    const filled = convert(folder, 'Q8_0', outPath, {
      onProgress: () => {
        if (!isFilled) disk.fill();
        isFilled = true;
      },
    });
    await expect(filled).rejects.toMatchObject({ code: 'disk-full' });
    expect(existsSync(outPath)).toBe(false);
    disk.makeRoom();
    expect(await convert(folder, 'Q8_0', outPath)).toEqual(whole);

    rmSync(outPath);
    disk.fill();
    await expect(convert(folder, 'Q8_0', outPath), 'told before any work').rejects.toMatchObject({
      code: 'disk-full',
      message: expect.stringMatching(/takes \d+\.\d MB, and the disk has 0\.0 MB left/) as string,
    });
    expect(await readdir(disk.folder)).toEqual(['filler']);
  });
});
