// @ts-check
/**
 * The engine for NVIDIA cards as an archive of its own, for the page of releases: node-llama-cpp's two CUDA packages are
 * larger than everything else of the app together, and few machines can use them. What the app has to know of the archive
 * goes into the package, so an archive has to be made before the package that is to offer it.
 */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';

import { nodeModules, projectRoot } from '../setup/paths.mjs';
import { SetupError } from '../setup/progress.mjs';

/** @typedef {import('./modules.mjs').Platform} Platform */

/**
 * @typedef {object} CudaArchive what the app reads of it (main/services/cuda-archive.ts)
 * @property {string} appVersion
 * @property {string} engineVersion
 * @property {NodeJS.Platform} os
 * @property {string} arch
 * @property {string} url
 * @property {number} sizeBytes
 * @property {string} sha256
 * @property {number} unpackedBytes
 */

const notePath = join(projectRoot, 'build', 'cuda-addon.json');
const distFolder = join(projectRoot, 'dist');
const packagesFolder = join(nodeModules, '@node-llama-cpp');

/** What electron-builder calls the systems in the names of files. @type {Partial<Record<NodeJS.Platform, string>>} */
const osNames = { linux: 'linux', win32: 'win' };

/** @param {string} folder of a package */
function readManifest(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}

/** @returns {string} the version that the engine needs its packages to have */
function engineVersion() {
  return readManifest(join(nodeModules, 'node-llama-cpp')).version;
}

/**
 * Makes the archive in `dist`, and notes what the app has to know of it. The same packages give the same bytes.
 * @param {Platform} platform
 * @returns {Promise<string>} its path
 * @throws {SetupError} when there is no such engine for this platform, or a package is missing or of another version
 */
export async function makeCudaAddon({ os, arch }) {
  const osName = osNames[os];
  if (osName === undefined || arch !== 'x64') throw new SetupError(`There is no CUDA engine for ${os} on ${arch}.`);
  const version = engineVersion();
  const names = [`${osName}-x64-cuda`, `${osName}-x64-cuda-ext`];
  for (const name of names) checkPackage(name, version);
  const files = names.flatMap((name) => filesOf(name)).sort();
  const app = readManifest(projectRoot);
  const fileName = `${app.name}-cuda-${app.version}-${osName}-x64.tar.gz`;
  const path = join(distFolder, fileName);
  mkdirSync(distFolder, { recursive: true });
  // Of a fresh clone there are no packages yet when this module is read.
  const { create } = await import('tar');
  await create({ file: path, cwd: packagesFolder, gzip: true, portable: true, noMtime: true }, files);
  /** @type {CudaArchive} */
  const note = {
    appVersion: app.version,
    engineVersion: version,
    os,
    arch,
    url: `${app.homepage}/releases/download/v${app.version}/${fileName}`,
    sizeBytes: statSync(path).size,
    sha256: await sha256Of(path),
    unpackedBytes: files.reduce((sum, file) => sum + statSync(join(packagesFolder, file)).size, 0),
  };
  mkdirSync(join(projectRoot, 'build'), { recursive: true });
  writeFileSync(notePath, `${JSON.stringify(note, null, 2)}\n`);
  return path;
}

/**
 * The note of the archive that was made for this version of the app, as long as the archive is there.
 * @param {Platform} platform
 * @returns {{ path: string, archiveName: string } | undefined}
 */
export function madeCudaAddon({ os, arch }) {
  if (!existsSync(notePath)) return undefined;
  /** @type {CudaArchive} */
  const note = JSON.parse(readFileSync(notePath, 'utf8'));
  const archiveName = note.url.slice(note.url.lastIndexOf('/') + 1);
  const isOurs =
    existsSync(join(distFolder, archiveName)) &&
    note.os === os &&
    note.arch === arch &&
    note.appVersion === readManifest(projectRoot).version &&
    note.engineVersion === engineVersion();
  return isOurs ? { path: notePath, archiveName } : undefined;
}

/**
 * @param {string} name
 * @param {string} version
 */
function checkPackage(name, version) {
  const folder = join(packagesFolder, name);
  const wanted = `@node-llama-cpp/${name} ${version}`;
  const how = 'npm ci installs it, as an optional dependency of node-llama-cpp.';
  if (!existsSync(folder)) throw new SetupError(`${wanted} is not installed, and the add-on is made of it. ${how}`);
  const found = readManifest(folder).version;
  if (found !== version) throw new SetupError(`The engine needs ${wanted}, and ${found} is installed. ${how}`);
}

/**
 * @param {string} name of a package
 * @returns {string[]} what it needs when it runs, and its licence, by the path in the archive
 */
function filesOf(name) {
  return readdirSync(join(packagesFolder, name), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'README.md')
    .map((entry) => relative(packagesFolder, join(entry.parentPath, entry.name)).split(sep).join('/'));
}

/**
 * @param {string} path
 * @returns {Promise<string>}
 */
async function sha256Of(path) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
