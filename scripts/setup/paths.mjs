// @ts-check
/**
 * Where everything lies that the scripts read or make. One place, so that no script guesses a path of its own.
 */
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project folder: the one that holds package.json. */
export const projectRoot = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

export const nodeModules = join(projectRoot, 'node_modules');

/** Notes on what is already set up. They lie inside node_modules, so that `npm ci` throws them away together with it. */
export const stampFolder = join(nodeModules, '.oasst-setup');

/** Held while something inside the project folder is made: node_modules, out/. It may not lie in what is replaced. */
export const projectLock = join(projectRoot, '.cache', 'setup.lock');

/** The Node that comes with the project (npm package `node`): it runs the TypeScript sources as they are. */
export const bundledNode =
  process.platform === 'win32'
    ? join(nodeModules, 'node', 'bin', 'node.exe')
    : join(nodeModules, 'node', 'bin', 'node');

/**
 * What is dear to fetch or to build is kept per user, so that a second clone does not fetch or build it again.
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {string}
 */
export function userCacheFolder(env = process.env) {
  const base = env['XDG_CACHE_HOME'];
  return join(base !== undefined && base !== '' ? base : join(homedir(), '.cache'), 'oasst-desktop');
}
