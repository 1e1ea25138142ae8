import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { dirname } from 'node:path';
import { readCpu } from './cpu-load.ts';
import type { CpuReading } from './thread-governor.ts';

/** What a short trial found out about one model on one machine. Times in milliseconds per token. */
export interface Calibration {
  decodeThreads: number;
  readThreads: number;
  decodeMs: number;
  readMs: number;
}

/** Decodes this often per thread count, after one time that does not count. */
const decodeTrials = 3;
const readTrialTokens = 16;
/** A count that is this much slower than the best so far is not tried to the end. */
const hopeless = 2;
/** More than this share of one core used by others makes a trial worthless for later. */
const calmShare = 0.3;

/** Counts worth trying: all cores, all but one, the physical ones, half of them, one; largest first. */
export function threadCandidates(availableCores: number, mathCores: number): number[] {
  const wanted = [availableCores, availableCores - 1, mathCores, Math.ceil(mathCores / 2), 1];
  return [...new Set(wanted)].filter((count) => count >= 1 && count <= availableCores).sort((a, b) => b - a);
}

/**
 * Tries each thread count on the real model.
 *
 * @param read reads this many tokens with this many threads; resolves with the milliseconds it took
 */
export async function calibrate(
  candidates: readonly number[],
  read: (tokens: number, threads: number) => Promise<number>,
): Promise<Calibration> {
  const best = { decodeThreads: 1, readThreads: 1, decodeMs: Infinity, readMs: Infinity };
  for (const threads of candidates) {
    let decodeMs = Infinity;
    await read(1, threads);
    for (let trial = 0; trial < decodeTrials; trial += 1) {
      decodeMs = Math.min(decodeMs, await read(1, threads));
      if (decodeMs > best.decodeMs * hopeless) break;
    }
    if (decodeMs < best.decodeMs) Object.assign(best, { decodeThreads: threads, decodeMs });
    if (decodeMs > best.decodeMs * hopeless) continue;
    const readMs = (await read(readTrialTokens, threads)) / readTrialTokens;
    if (readMs < best.readMs) Object.assign(best, { readThreads: threads, readMs });
  }
  return best;
}

/** Whether other processes left the machine alone between two readings. */
export function wasCalm(before: CpuReading, after: CpuReading): boolean {
  const othersMs = after.busyMs - before.busyMs - (after.ownMs - before.ownMs);
  return othersMs < calmShare * (after.atMs - before.atMs);
}

/** Names a machine and a model for which a calibration holds. */
export function calibrationKey(modelSha256: string, libraryVersion: string): string {
  const models = cpus().map(({ model }) => model);
  return createHash('sha256')
    .update(JSON.stringify([modelSha256, libraryVersion, models]))
    .digest('hex');
}

function isCalibration(value: unknown): value is Calibration {
  if (typeof value !== 'object' || value === null) return false;
  const fields: unknown[] = ['decodeThreads', 'readThreads', 'decodeMs', 'readMs'].map((key): unknown =>
    Reflect.get(value, key),
  );
  return fields.every((field) => typeof field === 'number' && field > 0);
}

async function readAll(path: string): Promise<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'));
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

/** The stored calibration, or null when there is none that makes sense. */
export async function readCalibration(path: string, key: string): Promise<Calibration | null> {
  const value = (await readAll(path))[key];
  return isCalibration(value) ? value : null;
}

/** Stores a calibration beside those of other models. Losing it costs a new trial, so failures are ignored. */
export async function writeCalibration(path: string, key: string, calibration: Calibration): Promise<void> {
  try {
    const all = { ...(await readAll(path)), [key]: calibration };
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writeFile(`${path}.part`, JSON.stringify(all), { mode: 0o600 });
    await rename(`${path}.part`, path);
  } catch {
    // A full or read-only disk: the next load tries again.
  }
}

export interface PaceOptions {
  /** What to use without a trial. */
  usualThreads: number;
  candidates: readonly number[];
  /** Where the outcome is kept, and under which name; null when it cannot be. */
  stored: { file: string; key: string } | null;
  /** Reads this many tokens into an empty sequence; resolves with the milliseconds it took. */
  read: (tokens: number, threads: number) => Promise<number>;
}

/**
 * The thread counts to use: known from before, or tried now. At least one token is read in any case, which brings the
 * weights into memory, so that the first answer is as quick as the next.
 */
export async function findPace({ usualThreads, candidates, stored, read }: PaceOptions): Promise<Calibration> {
  const assumed = { decodeThreads: usualThreads, readThreads: usualThreads, decodeMs: 1, readMs: 1 };
  await read(1, usualThreads);
  if (usualThreads === 1 || stored === null) return assumed;
  const known = await readCalibration(stored.file, stored.key);
  if (known !== null) return known;
  const before = readCpu();
  const found = await calibrate(candidates, read);
  if (!wasCalm(before, readCpu())) return assumed;
  await writeCalibration(stored.file, stored.key, found);
  return found;
}
