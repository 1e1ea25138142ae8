// @ts-check
/**
 * Finding the npm that started us, so that proxies, certificates and registries from the person's own npm
 * configuration hold for everything that the set-up fetches.
 */
import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

import { nodeModules } from './paths.mjs';
import { run, runOrFail } from './processes.mjs';

/**
 * The command line of npm, and the environment it has to run in: without node_modules/.bin on the PATH, since the
 * `node` there is one of the things that npm is going to replace.
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {{ command: string, args: string[], env: NodeJS.ProcessEnv }}
 */
export function npmCommand(env = process.env) {
  const binFolder = join(nodeModules, '.bin');
  const path = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== binFolder);
  const cleanEnv = { ...env, PATH: path.join(delimiter) };
  const execPath = env['npm_execpath'];
  const nodePath = env['npm_node_execpath'];
  if (execPath !== undefined && nodePath !== undefined && /npm-cli\.[cm]?js$/.test(execPath) && existsSync(nodePath)) {
    return { command: nodePath, args: [execPath], env: cleanEnv };
  }
  if (process.platform === 'win32') return { command: 'cmd.exe', args: ['/d', '/c', 'npm'], env: cleanEnv };
  return { command: 'npm', args: [], env: cleanEnv };
}

/**
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, failure: string }} options
 */
export function npm(args, options) {
  const command = npmCommand();
  return runOrFail(command.command, [...command.args, ...args], {
    ...options,
    env: { ...command.env, ...options.env },
  });
}

/**
 * npm brings node-gyp along; where that copy lies depends on how npm was installed.
 * @returns {Promise<string | undefined>} the path of node-gyp's script
 */
export async function bundledNodeGyp() {
  const candidates = [];
  const execPath = process.env['npm_execpath'];
  if (execPath !== undefined) candidates.push(join(dirname(execPath), '..'));
  const command = npmCommand();
  const root = await run(command.command, [...command.args, 'root', '--global'], { env: command.env }).catch(
    () => undefined,
  );
  if (root?.code === 0) candidates.push(join(root.stdout.trim(), 'npm'));
  return candidates
    .map((folder) => join(folder, 'node_modules', 'node-gyp', 'bin', 'node-gyp.js'))
    .find((file) => existsSync(file));
}
