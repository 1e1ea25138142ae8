// @ts-check
/**
 * Runs one script of a folder of the tests (measurements, injected faults) by its name, with what it needs set up.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { ensureDependencies } from './dependencies.mjs';
import { withDisplay } from './display.mjs';
import { electronEnvironment } from './electron-launch.mjs';
import { setUpEverything } from './full-setup.mjs';
import { bundledNode, projectRoot } from './paths.mjs';
import { runInForeground } from './processes.mjs';

/**
 * @param {string} folder relative to the project
 * @param {string} command how people call it, for the list of names
 * @param {readonly string[]} args name and arguments of the script
 * @returns {Promise<number>} the exit code
 */
export async function launchScript(folder, command, args) {
  const [name, ...scriptArgs] = args;
  const names = scriptNames(join(projectRoot, folder), command);
  if (name === undefined || !names.includes(name)) {
    if (name !== undefined) process.stderr.write(`There is no "${name}" in ${folder}.\n`);
    process.stderr.write(`Usage: ${command} -- NAME [arguments]\n`);
    process.stderr.write(names.length === 0 ? `${folder} is empty.\n` : `NAME is one of: ${names.join(', ')}\n`);
    return 1;
  }
  const file = join(projectRoot, folder, `${name}.ts`);
  if (!needsElectron(readFileSync(file, 'utf8'))) {
    await ensureDependencies();
    return runInForeground(bundledNode, [file, ...scriptArgs]);
  }
  await setUpEverything({ forTests: true });
  return withDisplay((env) => runInForeground(bundledNode, [file, ...scriptArgs], { env: electronEnvironment(env) }));
}

/**
 * A script says so itself, by `export const needsElectron = true`. It is read and not imported, for importing it
 * would run it.
 * @param {string} source
 * @returns {boolean}
 */
export function needsElectron(source) {
  return /^export const needsElectron = true\b/m.test(source);
}

/**
 * What can be called: files that say at their top how. What they share does not.
 * @param {string} folder
 * @param {string} command
 * @returns {string[]}
 */
function scriptNames(folder, command) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && !name.endsWith('.d.ts'))
    .map((name) => name.slice(0, -'.ts'.length))
    .filter((name) => readFileSync(join(folder, `${name}.ts`), 'utf8').includes(`${command} -- ${name}`))
    .sort();
}
