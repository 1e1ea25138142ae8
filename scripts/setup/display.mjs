// @ts-check
/**
 * A screen for windows: the person's own, or an invisible one (Xvfb) for tests on a machine without.
 */
import { spawn } from 'node:child_process';

import { SetupError } from './progress.mjs';

const screen = '1440x1000x24';
const startTimeoutMs = 20_000;

/**
 * @param {NodeJS.ProcessEnv} env
 * @param {NodeJS.Platform} [platform]
 * @returns {boolean} whether a window could be shown
 */
export function hasDisplay(env, platform = process.platform) {
  if (platform !== 'linux') return true;
  return (env['DISPLAY'] ?? '') !== '' || (env['WAYLAND_DISPLAY'] ?? '') !== '';
}

/**
 * Does the work with a display: the one that DISPLAY names, or an Xvfb that is started for it and ended after it.
 * @template T
 * @param {(env: NodeJS.ProcessEnv) => Promise<T>} work gets the environment to run programs in
 * @returns {Promise<T>}
 */
export async function withDisplay(work) {
  if (process.platform !== 'linux' || (process.env['DISPLAY'] ?? '') !== '') return work({ ...process.env });
  const display = await startXvfb();
  process.once('exit', display.end);
  try {
    // Without WAYLAND_DISPLAY: a program that prefers Wayland would show its windows on the person's own screen.
    const { WAYLAND_DISPLAY: _, ...env } = process.env;
    return await work({ ...env, DISPLAY: display.name });
  } finally {
    process.off('exit', display.end);
    display.end();
    await display.ended;
  }
}

/**
 * @returns {Promise<{ name: string, end: () => void, ended: Promise<void> }>}
 */
async function startXvfb() {
  // Xvfb picks a free number by itself and writes it to file descriptor 3. It gets a process group of its own, so that
  // Ctrl+C lets the programs on it end first.
  const server = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', screen, '-nolisten', 'tcp', '-noreset'], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let complaint = '';
  server.stderr?.setEncoding('utf8').on('data', (/** @type {string} */ text) => (complaint += text));
  /** @type {Promise<void>} */
  const ended = new Promise((resolve) => {
    server.once('close', () => {
      resolve();
    });
    server.once('error', () => {
      resolve();
    });
  });
  const end = () => {
    server.kill('SIGTERM');
  };
  /** @type {Promise<string>} */
  const number = new Promise((resolve, reject) => {
    /** @param {string} reason */
    const fail = (reason) => {
      reject(new SetupError(`No display for the tests: ${reason}\n${complaint.trim()}`.trimEnd()));
    };
    const timer = setTimeout(() => {
      fail('Xvfb did not start in time.');
    }, startTimeoutMs);
    let text = '';
    server.stdio[3]?.on('data', (/** @type {Buffer} */ chunk) => {
      text += chunk.toString();
      if (!text.includes('\n')) return;
      clearTimeout(timer);
      resolve(text.trim());
    });
    server.once('error', () => {
      clearTimeout(timer);
      fail('Xvfb is not installed (Debian, Ubuntu: apt-get install xvfb).');
    });
    server.once('close', () => {
      clearTimeout(timer);
      fail('Xvfb ended at once.');
    });
  });
  try {
    return { name: `:${await number}`, end, ended };
  } catch (error) {
    end();
    throw error;
  }
}
