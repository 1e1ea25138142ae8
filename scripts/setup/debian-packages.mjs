// @ts-check
/**
 * The Debian packages that the project needs, on Debian and its children (wherever there is apt-get): as root they are
 * installed, anybody else gets the one line to paste. Other systems are left alone.
 */
import { statSync } from 'node:fs';

import { userCacheFolder } from './paths.mjs';
import { run, runOrFail } from './processes.mjs';
import { SetupError, step } from './progress.mjs';
import { hashOf, readStamp, writeStamp } from './stamps.mjs';

/**
 * A package, under the names it goes by: Debian 13 and Ubuntu 24.04 renamed some (…t64).
 * @typedef {readonly [name: string, ...otherNames: string[]]} PackageNames
 */

/** What Electron needs to open a window. @type {readonly PackageNames[]} */
export const packagesForWindows = [
  ['libgtk-3-0', 'libgtk-3-0t64'],
  ['libnss3'],
  ['libasound2', 'libasound2t64'],
  ['libgbm1'],
  ['libxss1'],
  ['libatk-bridge2.0-0', 'libatk-bridge2.0-0t64'],
  ['libdrm2'],
  ['libxtst6'],
  ['dbus'],
  ['dbus-x11'],
];

/** What the tests need besides: a display of their own and a hand on it, and eyes for PDFs. @type {readonly PackageNames[]} */
export const packagesForTests = [['xvfb'], ['xdotool'], ['poppler-utils']];

/** What making packages needs. @type {readonly PackageNames[]} */
export const packagesForPackaging = [['p7zip-full', '7zip'], ['dpkg-dev'], ['xz-utils']];

/** What building the SQLite binding needs. @type {readonly PackageNames[]} */
export const packagesForCompiling = [['python3'], ['make'], ['g++']];

const dpkgStatusFile = '/var/lib/dpkg/status';

/**
 * Makes sure that the packages are installed.
 * @param {readonly PackageNames[]} wanted
 */
export async function ensureDebianPackages(wanted) {
  const status = statSync(dpkgStatusFile, { throwIfNoEntry: false });
  if (process.platform !== 'linux' || status === undefined) return;
  const stampName = `debian-${hashOf(JSON.stringify(wanted)).slice(0, 12)}`;
  if (readStamp(stampName, userCacheFolder()) === stampKey()) return;
  const missing = await missingNow(wanted);
  if (missing.length > 0) await install(missing);
  writeStamp(stampName, stampKey(), userCacheFolder());
}

/** @returns {string} changes whenever a package is installed or removed */
function stampKey() {
  return String(statSync(dpkgStatusFile).mtimeMs);
}

/**
 * @param {readonly PackageNames[]} wanted
 * @returns {Promise<PackageNames[]>}
 */
async function missingNow(wanted) {
  const result = await run('dpkg-query', ['-W', '-f=${db:Status-Status}\\t${Package}\\t${Provides}\\n']).catch(
    () => undefined,
  );
  if (result?.code !== 0) return [];
  return missingPackages(wanted, result.stdout);
}

/**
 * @param {readonly PackageNames[]} wanted
 * @param {string} dpkgList lines of "status, tab, package, tab, what it provides"
 * @returns {PackageNames[]} those that are installed under none of their names
 */
export function missingPackages(wanted, dpkgList) {
  /** @type {Set<string>} */
  const installed = new Set();
  for (const line of dpkgList.split('\n')) {
    const [status, name, provides] = line.split('\t');
    if (status !== 'installed' || name === undefined) continue;
    installed.add(name);
    for (const provided of (provides ?? '').split(',')) {
      const providedName = provided.trim().split(/[\s(:]/)[0];
      if (providedName !== undefined && providedName !== '') installed.add(providedName);
    }
  }
  return wanted.filter((names) => !names.some((name) => installed.has(name)));
}

/**
 * @param {readonly PackageNames[]} missing
 */
async function install(missing) {
  if (process.getuid?.() !== 0) {
    const names = await installableNames(missing);
    throw new SetupError(
      `Some system packages are missing. Please run this line, then the same command again:\n\n` +
        `  sudo apt-get update && sudo apt-get install -y ${names.join(' ')}\n`,
    );
  }
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const failure = 'The system packages could not be installed';
  const shown = missing.map((names) => names[0]).join(' ');
  await step(`Installing system packages (${shown})`, async () => {
    await runOrFail('apt-get', ['update', '-q'], { env, failure });
    const names = await installableNames(missing);
    await runOrFail('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...names], { env, failure });
  });
}

/**
 * The name under which this system's package source has each package.
 * @param {readonly PackageNames[]} packages
 * @returns {Promise<string[]>}
 */
async function installableNames(packages) {
  const policy = await run('apt-cache', ['policy', ...packages.flat()], { env: { ...process.env, LC_ALL: 'C' } }).catch(
    () => undefined,
  );
  return chooseNames(packages, policy?.stdout ?? '');
}

/**
 * @param {readonly PackageNames[]} packages
 * @param {string} policy what `apt-cache policy` says
 * @returns {string[]}
 */
export function chooseNames(packages, policy) {
  const available = new Set(
    [...policy.matchAll(/^(\S+):\n {2}Installed: .*\n {2}Candidate: (?!\(none\))/gm)].map((match) => match[1]),
  );
  return packages.map((names) => names.find((name) => available.has(name)) ?? names[0]);
}
