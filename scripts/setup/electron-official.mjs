// @ts-check
/**
 * The Electron that belongs to the `electron` npm package. The package holds no binary: its own install script fetches
 * one from GitHub. On a closed network that fails, which is remembered, so that the next start does not wait again.
 */
import { existsSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';

import { bundledNode, nodeModules, userCacheFolder } from './paths.mjs';
import { lastLines, run } from './processes.mjs';
import { note } from './progress.mjs';
import { readStamp, writeStamp } from './stamps.mjs';

const electronPackage = join(nodeModules, 'electron');
const failureStamp = 'official-electron-failed';
/** Long enough for 110 MB over a slow line. */
const installTimeoutMs = 15 * 60_000;
const probeTimeoutMs = 5_000;

/** @returns {string | undefined} the version of the electron package, undefined when it is not installed */
export function officialVersion() {
  try {
    /** @type {unknown} */
    const version = JSON.parse(readFileSync(join(electronPackage, 'package.json'), 'utf8')).version;
    return typeof version === 'string' ? version : undefined;
  } catch {
    return undefined;
  }
}

/** @returns {string | undefined} the executable, when the package's own install has been done */
export function officialExecutable() {
  try {
    const installed = readFileSync(join(electronPackage, 'dist', 'version'), 'utf8')
      .trim()
      .replace(/^v/, '');
    const executable = join(electronPackage, 'dist', readFileSync(join(electronPackage, 'path.txt'), 'utf8').trim());
    return installed === officialVersion() && existsSync(executable) ? executable : undefined;
  } catch {
    return undefined;
  }
}

/**
 * @returns {boolean} whether fetching this very version has failed before; `OASST_RETRY_ELECTRON=1` forgets that
 */
export function officialHasFailedBefore() {
  return (
    process.env['OASST_RETRY_ELECTRON'] !== '1' && readStamp(failureStamp, userCacheFolder()) === officialVersion()
  );
}

/**
 * Runs the electron package's install script.
 * @returns {Promise<string | undefined>} the executable, or undefined when it could not be fetched
 */
export async function installOfficial() {
  const version = officialVersion() ?? 'unknown';
  process.stderr.write(`Fetching Electron ${version} from GitHub … `);
  const startedAt = Date.now();
  const problem = (await unreachable()) ?? (await runInstallScript());
  const executable = officialExecutable();
  if (executable !== undefined) {
    note(`done in ${Math.round((Date.now() - startedAt) / 1000)} s`);
    return executable;
  }
  note(`not possible (${problem ?? 'the install script left no Electron'})`);
  writeStamp(failureStamp, version, userCacheFolder());
  return undefined;
}

/**
 * Asks whether GitHub answers at all, because on some closed networks the attempt would hang for minutes. Skipped
 * where the download goes another way (a mirror or a proxy).
 * @returns {Promise<string | undefined>} what is in the way
 */
function unreachable() {
  const elsewhere = [
    'ELECTRON_MIRROR',
    'npm_config_electron_mirror',
    'HTTPS_PROXY',
    'https_proxy',
    'ALL_PROXY',
    'npm_config_https_proxy',
  ];
  if (elsewhere.some((name) => (process.env[name] ?? '') !== '')) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    const socket = connect({ host: 'github.com', port: 443 });
    /** @param {string | undefined} problem */
    const finish = (problem) => {
      socket.destroy();
      resolve(problem);
    };
    socket.setTimeout(probeTimeoutMs, () => {
      finish('github.com does not answer');
    });
    socket.on('connect', () => {
      finish(undefined);
    });
    socket.on('error', () => {
      finish('github.com cannot be reached');
    });
  });
}

/** @returns {Promise<string | undefined>} the end of its output when it failed */
async function runInstallScript() {
  const result = await run(bundledNode, [join(electronPackage, 'install.js')], {
    cwd: electronPackage,
    timeoutMs: installTimeoutMs,
  });
  if (result.code === 0) return undefined;
  if (result.signal !== null) return 'it took too long';
  const error = /^\w*Error: .*$/m.exec(result.output)?.[0] ?? lastLines(result.output, 1);
  return error.slice(0, 200);
}
