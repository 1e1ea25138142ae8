// @ts-check
/**
 * A lock between processes: two set-ups started at the same moment must not fetch, unpack or install over each other.
 * The lock is a file with the owner's process id in it; the lock of a process that is gone counts as free.
 */
import { closeSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { note } from './progress.mjs';

/** A lock without an owner's name in it: its owner is just writing it, or was killed while doing so. */
const namelessLimitMs = 5_000;

/**
 * Does the work while holding the lock, after waiting for whoever holds it.
 * @template T
 * @param {string} lockFile
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(lockFile, work) {
  mkdirSync(dirname(lockFile), { recursive: true });
  let waiting = false;
  while (!tryToTake(lockFile)) {
    if (isStale(lockFile)) {
      breakLock(lockFile);
      continue;
    }
    if (!waiting) note(`Another set-up is running; waiting for it … (its lock is ${lockFile})`);
    waiting = true;
    await sleep(300);
  }
  const release = () => {
    rmSync(lockFile, { force: true });
  };
  process.once('exit', release);
  try {
    return await work();
  } finally {
    process.off('exit', release);
    release();
  }
}

/**
 * @param {string} lockFile
 * @returns {boolean} whether we hold it now
 */
function tryToTake(lockFile) {
  try {
    const handle = openSync(lockFile, 'wx');
    writeSync(handle, String(process.pid));
    closeSync(handle);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/**
 * @param {string} lockFile
 * @returns {boolean} whether the lock is there and its owner is not
 */
function isStale(lockFile) {
  try {
    const owner = Number.parseInt(readFileSync(lockFile, 'utf8'), 10);
    if (Number.isNaN(owner)) return Date.now() - statSync(lockFile).mtimeMs > namelessLimitMs;
    process.kill(owner, 0);
    return false;
  } catch (error) {
    // ESRCH: there is no such process. Otherwise it is somebody else's (EPERM), or was just released (ENOENT).
    return codeOf(error) === 'ESRCH';
  }
}

/**
 * Removes a stale lock. Somebody else may have broken it in the same moment and taken a fresh one; so it is first
 * moved aside, looked at again there, and given back if it is not stale after all.
 * @param {string} lockFile
 */
function breakLock(lockFile) {
  const aside = `${lockFile}.${String(process.pid)}.stale`;
  try {
    renameSync(lockFile, aside);
    if (isStale(aside)) rmSync(aside, { force: true });
    else renameSync(aside, lockFile);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}

/**
 * @param {unknown} error
 * @returns {string | undefined}
 */
function codeOf(error) {
  return /** @type {NodeJS.ErrnoException} */ (error).code;
}
