// @ts-check
/**
 * `npm run licences`: writes THIRD_PARTY.md, the licences of everything that ships. With `--check` it only says whether the
 * file is up to date.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { projectRoot } from './setup/paths.mjs';

/** What ends up in the app: its native dependencies, and what is bundled into main, preload and renderer. */
const shipped = [
  'better-sqlite3',
  'node-llama-cpp',
  'koffi',
  '@huggingface/jinja',
  'electron',
  'node',
  '@fontsource-variable/atkinson-hyperlegible-mono',
  '@fontsource-variable/atkinson-hyperlegible-next',
  'bits-ui',
  'dompurify',
  'electron-updater',
  'highlight.js',
  'marked',
  'svelte',
  'tar',
  'uuid',
  'zod',
];

/** Parts that no npm package stands for. */
const otherParts = [
  ['llama.cpp and ggml', 'MIT', 'The ggml authors; compiled into the binaries of node-llama-cpp'],
  ['SQLite', 'public domain', 'compiled into better-sqlite3'],
  [
    'Chromium and its parts',
    'BSD-3-Clause and others',
    'in Electron, which carries the full list as LICENSES.chromium.html',
  ],
  ['Node.js', 'MIT and others', 'the engine runs in it; nodejs.org/LICENSE'],
  ['GPT-NeoX tokenizer vocabulary', 'Apache-2.0', 'EleutherAI; inside the guide model'],
];

/**
 * @typedef {{ version?: string, license?: string, dependencies?: Record<string, string>, optional?: boolean }} LockedPackage
 * @typedef {{ name: string, version: string, license: string, text: string }} Part
 */

/** @returns {Record<string, LockedPackage>} */
function readLock() {
  const lock = /** @type {{ packages: Record<string, LockedPackage> }} */ (
    JSON.parse(readFileSync(join(projectRoot, 'package-lock.json'), 'utf8'))
  );
  return lock.packages;
}

/**
 * The folder in which Node finds a package, seen from another one.
 * @param {Record<string, LockedPackage>} packages
 * @param {string} name
 * @param {string} from
 * @returns {string | undefined}
 */
function resolvePackage(packages, name, from) {
  const parents = from.split('/node_modules/');
  while (parents.length > 0) {
    const path = `${parents.join('/node_modules/')}/node_modules/${name}`;
    if (packages[path] !== undefined) return path;
    parents.pop();
  }
  return packages[`node_modules/${name}`] === undefined ? undefined : `node_modules/${name}`;
}

/** @returns {string[]} the folders of all that ships and of what it needs, without what other systems need */
function closure() {
  const packages = readLock();
  const found = new Set();
  const waiting = shipped.map((name) => `node_modules/${name}`);
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (found.has(path)) continue;
    found.add(path);
    for (const name of Object.keys(packages[path]?.dependencies ?? {})) {
      if (name.startsWith('@types/')) continue;
      const next = resolvePackage(packages, name, path);
      if (next !== undefined) waiting.push(next);
    }
  }
  return [...found].sort();
}

/**
 * @param {string} folder
 * @returns {string} the text of the licence file, or nothing
 */
function licenceText(folder) {
  const path = join(projectRoot, folder);
  if (!existsSync(path)) return '';
  const file = readdirSync(path).find((name) => /^(licen[cs]e|copying)(\.(md|txt|mit))?$/i.test(name));
  return file === undefined ? '' : readFileSync(join(path, file), 'utf8').replace(/\r\n/g, '\n').trim();
}

/** @returns {Part[]} */
function collectParts() {
  const packages = readLock();
  return closure().map((folder) => {
    const { version = '', license = 'see its text' } = packages[folder] ?? {};
    const name = folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length);
    return { name, version, license, text: licenceText(folder) };
  });
}

/**
 * @param {Part[]} parts
 * @returns {string}
 */
function render(parts) {
  /** @type {Map<string, string[]>} */
  const byText = new Map();
  for (const { name, text } of parts) {
    if (text !== '') byText.set(text, [...(byText.get(text) ?? []), name]);
  }
  const rows = parts.map(({ name, version, license }) => `| ${name} | ${version} | ${license} |`);
  const texts = [...byText].map(
    ([text, names]) => `### ${[...new Set(names)].join(', ')}\n\n\`\`\`\`text\n${text}\n\`\`\`\``,
  );
  return [
    '# Third-party software',
    'What ships with OASST Desktop besides its own code. Written by `npm run licences`; do not edit.',
    ['| part | licence | note |', '| --- | --- | --- |', ...otherParts.map((part) => `| ${part.join(' | ')} |`)].join(
      '\n',
    ),
    ['| package | version | licence |', '| --- | --- | --- |', ...rows].join('\n'),
    '## Texts',
    ...texts,
    '',
  ].join('\n\n');
}

const file = join(projectRoot, 'THIRD_PARTY.md');
const content = render(collectParts());
if (process.argv.includes('--check')) {
  const isCurrent = existsSync(file) && readFileSync(file, 'utf8') === content;
  if (!isCurrent) process.stderr.write('THIRD_PARTY.md is out of date: run `npm run licences`.\n');
  process.exitCode = isCurrent ? 0 : 1;
} else {
  writeFileSync(file, content);
}
