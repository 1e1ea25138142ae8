// @ts-check
/**
 * The npm packages that run inside the installed app, without what only their authors need.
 */
import { cpSync, existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';

import { nodeModules, projectRoot } from '../setup/paths.mjs';

/**
 * @typedef {object} Platform
 * @property {NodeJS.Platform} os
 * @property {string} arch
 */

/** Packages that are found by name at run time: everything else is bundled. */
const roots = ['better-sqlite3', 'node-llama-cpp', 'koffi', '@huggingface/jinja'];

/** What a package has for its authors, compilers and readers, by path inside it. */
const leftOut = [
  /\.(d\.[cm]?ts|map|md|markdown|ts|tsbuildinfo|gyp|gypi|c|cc|cpp|h|hpp|yml)$/i,
  /^(docs|example|examples|benchmark|\.github)\//,
  /(^|\/)(test|tests|__tests__|__mocks__)\//,
];

/** The same for single packages. @type {Readonly<Record<string, readonly RegExp[]>>} */
const leftOutOf = {
  // The sources of llama.cpp and what builds them. The app never builds them.
  'node-llama-cpp': [/^llama\/.+(?<!\.json)$/, /^templates\//],
  'better-sqlite3': [/^(prebuilds|build|deps|src)\//],
  // What it runs lies among its sources.
  koffi: [/^(build|lib\/native|vendor|tools|web|doc|src\/koffi\/src\/abi)\//, /^src\/.*\.(?!c?js$)[^./]+$/],
};

/** Never needed at run time, although a package lists them: they compile. */
const buildTools = new Set(['cmake-js', 'node-addon-api', 'node-gyp']);

/**
 * The native parts of this platform. CUDA is an add-on (cuda-addon.mjs): it is larger than everything else together.
 * @param {Platform} platform
 * @returns {string[]}
 */
function nativePackages({ os, arch }) {
  const llamaOs = os === 'darwin' ? 'mac' : os === 'win32' ? 'win' : 'linux';
  const engines =
    os === 'darwin'
      ? [arch === 'arm64' ? 'mac-arm64-metal' : 'mac-x64']
      : [`${llamaOs}-${arch}`, `${llamaOs}-${arch}-vulkan`];
  return [...engines.map((name) => `@node-llama-cpp/${name}`), `@koromix/koffi-${os}-${arch}`];
}

/**
 * Copies the packages into `target`, each to the place that it has in the project, so that every version finds its own.
 * @param {string} target a `node_modules` folder
 * @param {Platform} platform
 * @throws {Error} when a native part of this platform is not installed
 */
export function copyModules(target, platform) {
  const natives = nativePackages(platform).filter((name) => {
    // A system without a Vulkan build of llama.cpp runs on the processor.
    if (existsSync(join(nodeModules, name)) || name.endsWith('-vulkan')) return existsSync(join(nodeModules, name));
    throw new Error(`${name} is not installed, and the package needs it.`);
  });
  for (const folder of closureOf([...roots, ...natives]))
    copyPackage(folder, join(target, relative(nodeModules, folder)));
  const binding = sqliteBinding(platform);
  cpSync(binding.from, join(target, 'better-sqlite3', binding.to));
}

/**
 * The folders of these packages and of all that they need.
 * @param {readonly string[]} names
 * @returns {Set<string>}
 */
function closureOf(names) {
  /** @type {Set<string>} */
  const found = new Set();
  const waiting = names.map((name) => ({ name, from: projectRoot }));
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const folder = resolvePackage(next.name, next.from);
    if (folder === undefined || found.has(folder)) continue;
    found.add(folder);
    const { dependencies = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    for (const name of Object.keys(dependencies)) {
      if (!buildTools.has(name) && !name.startsWith('@types/')) waiting.push({ name, from: folder });
    }
  }
  return found;
}

/**
 * The folder in which Node finds a package, seen from another one.
 * @param {string} name
 * @param {string} from
 * @returns {string | undefined}
 */
function resolvePackage(name, from) {
  for (let folder = from; folder.startsWith(projectRoot); folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name);
    if (existsSync(join(candidate, 'package.json'))) return candidate;
  }
  return undefined;
}

/**
 * @param {string} folder
 * @param {string} target
 */
function copyPackage(folder, target) {
  const name = relative(nodeModules, folder).split(sep).join('/');
  const unwanted = [...leftOut, ...(leftOutOf[name] ?? [])];
  cpSync(folder, target, {
    recursive: true,
    dereference: true,
    filter: (path) => {
      const inside = relative(folder, path).split(sep).join('/');
      // Packages inside this one are copied for themselves.
      if (inside === 'node_modules' || inside.startsWith('node_modules/')) return false;
      if (inside === '' || /^licen[cs]e/i.test(inside)) return true;
      const tested = statSync(path).isDirectory() ? `${inside}/` : inside;
      return !unwanted.some((pattern) => pattern.test(tested));
    },
  });
}

/**
 * Where SQLite's binding lies in its package: the one that was built for this Electron, else the one it came with.
 * @param {Platform} platform
 * @returns {{ from: string, to: string }}
 */
function sqliteBinding({ os, arch }) {
  const built = join('build', 'Release', 'better_sqlite3.node');
  const prebuilt = join('prebuilds', `${os}-${arch}.node`);
  const inside = existsSync(join(nodeModules, 'better-sqlite3', built)) ? built : prebuilt;
  return { from: join(nodeModules, 'better-sqlite3', inside), to: inside };
}
