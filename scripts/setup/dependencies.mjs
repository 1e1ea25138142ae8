// @ts-check
/**
 * node_modules, as package-lock.json wants it, with a working Node of the project's own inside.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { withLock } from './lock.mjs';
import { npm } from './npm.mjs';
import { bundledNode, nodeModules, projectLock, projectRoot } from './paths.mjs';
import { run } from './processes.mjs';
import { SetupError, step } from './progress.mjs';
import { hashOf, readStamp, writeStamp } from './stamps.mjs';

const stampName = 'dependencies';
const lockFile = join(projectRoot, 'package-lock.json');

/** node-llama-cpp would otherwise try to fetch or to compile llama.cpp; its prebuilt packages are all we want. */
const quietInstall = { NODE_LLAMA_CPP_SKIP_DOWNLOAD: 'true' };

/** Makes sure that the dependencies are installed. */
export async function ensureDependencies() {
  if (isCurrent()) return;
  await withLock(projectLock, async () => {
    if (isCurrent()) return;
    if (!installedByHand()) await install();
    await ensureBundledNode();
    writeStamp(stampName, stampKey());
  });
}

/** @returns {boolean} */
function isCurrent() {
  return readStamp(stampName) === stampKey() && isExecutableFile(bundledNode);
}

/** @returns {string} */
function stampKey() {
  return `${process.platform}-${process.arch} ${hashOf(readFileSync(lockFile))}`;
}

/**
 * Somebody who ran `npm ci` or `npm install` themselves need not wait for it again: npm's own record of what it
 * installed tells whether it is what package-lock.json asks for.
 * @returns {boolean}
 */
function installedByHand() {
  const record = join(nodeModules, '.package-lock.json');
  if (!existsSync(record)) return false;
  return lockIsSatisfied(readFileSync(lockFile, 'utf8'), readFileSync(record, 'utf8'));
}

/**
 * @typedef {{ version?: string, integrity?: string, optional?: boolean }} LockedPackage
 */

/**
 * Whether npm's record of an installation holds every package of the lock file, and nothing in another version.
 * Packages that are optional (for another system, mostly) may be absent.
 * @param {string} lock content of package-lock.json
 * @param {string} record content of node_modules/.package-lock.json
 * @returns {boolean}
 */
export function lockIsSatisfied(lock, record) {
  const wanted = packagesOf(lock);
  const installed = packagesOf(record);
  for (const [path, wants] of Object.entries(wanted)) {
    if (path === '') continue;
    const has = installed[path];
    if (has === undefined ? wants.optional !== true : !isSamePackage(wants, has)) return false;
  }
  return Object.keys(installed).every((path) => path in wanted);
}

/**
 * @param {LockedPackage} one
 * @param {LockedPackage} other
 * @returns {boolean}
 */
function isSamePackage(one, other) {
  return one.version === other.version && one.integrity === other.integrity;
}

/**
 * @param {string} lock
 * @returns {Record<string, LockedPackage>}
 */
function packagesOf(lock) {
  return /** @type {{ packages?: Record<string, LockedPackage> }} */ (JSON.parse(lock)).packages ?? {};
}

/** Runs npm ci and shows how many of the packages have arrived. */
async function install() {
  const folders = Object.keys(packagesOf(readFileSync(lockFile, 'utf8'))).filter((path) => path !== '');
  await step(`Installing ${String(folders.length)} packages (npm ci)`, async (report) => {
    const timer = setInterval(() => {
      const arrived = folders.filter((folder) => existsSync(join(projectRoot, folder, 'package.json')));
      report(arrived.length / folders.length);
    }, 1000);
    try {
      await npm(['ci', '--no-audit', '--no-fund', '--loglevel', 'error'], {
        cwd: projectRoot,
        env: quietInstall,
        failure: 'The packages could not be installed',
      });
    } finally {
      clearInterval(timer);
    }
  });
}

/**
 * The npm package `node` puts its binary in place with an install script, which some npm configurations forbid.
 */
async function ensureBundledNode() {
  if (await bundledNodeRuns()) return;
  await step('Putting the Node of the project in place', () =>
    npm(['rebuild', 'node', '--ignore-scripts=false', '--loglevel', 'error'], {
      cwd: projectRoot,
      failure: 'The Node of the project (npm package "node") could not be put in place',
    }),
  );
  if (await bundledNodeRuns()) return;
  throw new SetupError(
    `The Node of the project does not run: ${bundledNode}\n` +
      'Delete the folder node_modules and run the command again. If that does not help, this system may be too old for it.',
  );
}

/** @returns {Promise<boolean>} */
async function bundledNodeRuns() {
  if (!isExecutableFile(bundledNode)) return false;
  const result = await run(bundledNode, ['--version'], { timeoutMs: 30_000 }).catch(() => undefined);
  return result?.code === 0;
}

/**
 * @param {string} file
 * @returns {boolean}
 */
function isExecutableFile(file) {
  const stat = statSync(file, { throwIfNoEntry: false });
  // 0o111: any of the three rights to execute. Windows has no such rights.
  return stat?.isFile() === true && (process.platform === 'win32' || (stat.mode & 0o111) !== 0);
}
