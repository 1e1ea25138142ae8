// @ts-check
/**
 * Starting other programs: quietly, with their output kept for the error message, or in the foreground, with the
 * person's own terminal and signals passed on.
 */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';

import { SetupError } from './progress.mjs';

/**
 * @typedef {object} RunResult
 * @property {number | null} code exit code, null when a signal ended it
 * @property {NodeJS.Signals | null} signal
 * @property {string} stdout
 * @property {string} output stdout and stderr in the order they came
 */

/**
 * @typedef {object} RunOptions
 * @property {string} [cwd]
 * @property {NodeJS.ProcessEnv} [env]
 * @property {number} [timeoutMs] after this it is killed
 */

/**
 * Runs a program to its end and keeps what it printed. Never throws because of an exit code.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<RunResult>}
 */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...args], {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: options.timeoutMs,
      killSignal: 'SIGKILL',
    });
    let stdout = '';
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
      stdout += text;
      output += text;
    });
    child.stderr.setEncoding('utf8').on('data', (/** @type {string} */ text) => (output += text));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      resolve({ code, signal, stdout, output });
    });
  });
}

/**
 * Like {@link run}, but an exit code other than 0 is an error that shows the end of the output.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {RunOptions & { failure: string }} options `failure`: what to say, in plain words, when it fails
 * @returns {Promise<RunResult>}
 */
export async function runOrFail(command, args, options) {
  const result = await run(command, args, options).catch((/** @type {Error} */ error) => {
    throw new SetupError(`${options.failure}\n${error.message}`);
  });
  if (result.code === 0) return result;
  const why = result.signal === null ? `exit code ${String(result.code)}` : `ended by ${result.signal}`;
  throw new SetupError(`${options.failure} (${why}):\n${lastLines(result.output, 25)}`);
}

/**
 * @param {string} text
 * @param {number} count
 * @returns {string}
 */
export function lastLines(text, count) {
  return text.trimEnd().split('\n').slice(-count).join('\n');
}

/** @type {readonly NodeJS.Signals[]} */
const passedOn = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Runs a program in the foreground with our stdin, stdout and stderr, and answers its exit code. Ctrl+C reaches the
 * program by itself (the terminal sends it to the whole group); a signal sent to us alone is passed on.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<number>}
 */
export function runInForeground(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...args], { ...options, stdio: 'inherit' });
    /** @param {NodeJS.Signals} signal */
    const passOn = (signal) => {
      // From a terminal the child has had its own Ctrl+C already; a second one would mean "end at once" to many programs.
      if (signal === 'SIGINT' && process.stdin.isTTY) return;
      child.kill(signal);
    };
    for (const signal of passedOn) process.on(signal, passOn);
    const stopListening = () => {
      for (const signal of passedOn) process.off(signal, passOn);
    };
    child.on('error', (error) => {
      stopListening();
      reject(error);
    });
    child.on('close', (code, signal) => {
      stopListening();
      resolve(code ?? exitCodeOfSignal(signal));
    });
  });
}

/**
 * The exit code a shell would report for a program that a signal ended.
 * @param {NodeJS.Signals | null} signal
 * @returns {number}
 */
function exitCodeOfSignal(signal) {
  return signal === null ? 1 : 128 + constants.signals[signal];
}
