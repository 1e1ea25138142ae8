// @ts-check
/**
 * Whether the package in dist/ is the one that the project would make now, for the tests that try it.
 */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { bundledNode, projectRoot } from '../setup/paths.mjs';
import { runOrFail } from '../setup/processes.mjs';
import { step } from '../setup/progress.mjs';

/** What a package is made from, once the app is built. */
const sources = ['out', 'resources', 'scripts/packaging', 'electron-builder.yml', 'package.json', 'package-lock.json'];

/** Written when a package is done. */
const lastFile = join(projectRoot, 'dist', 'builder-debug.yml');

/**
 * Makes the package if there is none, or an older one. Only Debian's children on x64 can, of those that run the tests.
 * @param {{ withDeb: boolean }} options
 */
export async function ensurePackage({ withDeb }) {
  if (process.platform !== 'linux' || process.arch !== 'x64' || !existsSync('/usr/bin/dpkg-deb')) return;
  if (isCurrent() && (!withDeb || readdirSync(join(projectRoot, 'dist')).some((name) => name.endsWith('.deb')))) return;
  const targets = withDeb ? ['dir', 'deb'] : ['dir'];
  await step('Making the package to test', () =>
    runOrFail(bundledNode, [join(projectRoot, 'scripts', 'package.mjs'), ...targets], {
      cwd: projectRoot,
      failure: 'The package to test could not be made',
    }),
  );
}

function isCurrent() {
  const made = statSync(lastFile, { throwIfNoEntry: false });
  return made !== undefined && sources.every((source) => newestIn(join(projectRoot, source)) <= made.mtimeMs);
}

/**
 * @param {string} path of a file or a folder
 * @returns {number} when something in it was last written
 */
function newestIn(path) {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(0, ...readdirSync(path).map((name) => newestIn(join(path, name))));
}
