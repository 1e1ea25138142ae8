// @ts-check
/**
 * A SQLite binding that loads in the chosen Electron and in the project's own Node.
 *
 * better-sqlite3 brings prebuilt bindings for Node-API 10. An Electron of Node-API 9 (33.x) accepts such a file and
 * then crashes in it, so for such an Electron the binding is built from source against the "experimental" Node-API,
 * which both generations run. The result is kept per user: a second clone does not build again.
 */
import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, statSync } from 'node:fs';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { ensureDebianPackages, packagesForCompiling } from './debian-packages.mjs';
import { withLock } from './lock.mjs';
import { bundledNodeGyp, npmCommand } from './npm.mjs';
import { bundledNode, nodeModules, userCacheFolder } from './paths.mjs';
import { run, runOrFail } from './processes.mjs';
import { SetupError, step } from './progress.mjs';
import { hashOf, readStamp, writeStamp } from './stamps.mjs';

const packageFolder = join(nodeModules, 'better-sqlite3');
const bindingInPackage = join(packageFolder, 'build', 'Release', 'better_sqlite3.node');
/** The Node-API version that the prebuilt bindings ask for. */
const prebuiltNodeApi = 10;
/** Changes when the way of building changes, so that bindings built the old way are not used any more. */
const recipe = 'napi-experimental-1';
const stampName = 'sqlite-binding';

/** Opens a database, uses full-text search and lets the garbage collector run over statements: what crashes, crashes here. */
const trial = `
const Database = require(process.argv[1]);
for (let round = 0; round < 20; round += 1) {
  const db = new Database(':memory:');
  db.exec('CREATE VIRTUAL TABLE words USING fts5(word)');
  const insert = db.prepare('INSERT INTO words VALUES (?)');
  for (let i = 0; i < 50; i += 1) insert.run('word' + i);
  for (let i = 0; i < 50; i += 1) db.prepare('SELECT count(*) AS n FROM words WHERE words MATCH ?').get('word' + i);
  db.function('twice', (x) => x * 2);
  if (db.prepare('SELECT twice(21) AS n').get().n !== 42) throw new Error('wrong answer');
  if (typeof gc === 'function') gc();
  if (round % 2 === 0) db.close();
}
if (typeof gc === 'function') for (let i = 0; i < 5; i += 1) gc();
`;

/**
 * Makes sure that the binding fits.
 * @param {string} electron the chosen Electron's executable
 */
export async function ensureSqliteBinding(electron) {
  const key = stampKey(electron);
  if (readStamp(stampName) === key) return;
  await withLock(join(userCacheFolder(), 'sqlite.lock'), async () => {
    const nodeApi = await nodeApiOf(electron);
    if (nodeApi >= prebuiltNodeApi) rmSync(join(packageFolder, 'build'), { recursive: true, force: true });
    else await ensureBuilt();
    await tryBinding(bundledNode, "the project's Node");
    await tryBinding(electron, 'Electron');
    // Read again: the binding may have come into being just now.
    writeStamp(stampName, stampKey(electron));
  });
}

/**
 * What the answer depends on: which Electron, which better-sqlite3, and which binding lies in the package.
 * @param {string} electron
 * @returns {string}
 */
function stampKey(electron) {
  const built = statSync(bindingInPackage, { throwIfNoEntry: false });
  const electronStat = statSync(electron);
  const binding = built === undefined ? 'prebuilt' : `${built.size} ${built.mtimeMs}`;
  return hashOf(
    [electron, electronStat.size, electronStat.mtimeMs, betterSqliteVersion(), recipe, binding].map(String).join('\n'),
  );
}

/** @returns {string} */
function betterSqliteVersion() {
  return String(JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')).version);
}

/**
 * @param {string} electron
 * @returns {Promise<number>}
 */
async function nodeApiOf(electron) {
  const result = await run(electron, ['-p', 'process.versions.napi'], { env: asNode(), timeoutMs: 60_000 });
  const version = Number.parseInt(result.stdout, 10);
  if (Number.isNaN(version)) throw new SetupError(`${electron} does not start:\n${result.output.slice(-2000)}`);
  return version;
}

/** Puts the binding built from source into the package, building it unless this user has it already. */
async function ensureBuilt() {
  const name = `better-sqlite3-${betterSqliteVersion()}-${recipe}-${process.platform}-${process.arch}.node`;
  const kept = join(userCacheFolder(), name);
  if (!existsSync(kept)) {
    await ensureDebianPackages(packagesForCompiling);
    await step('Building the SQLite binding for this Electron (a minute, once per user)', () => build(kept));
  }
  mkdirSync(dirname(bindingInPackage), { recursive: true });
  const temporary = `${bindingInPackage}.${process.pid}.tmp`;
  copyFileSync(kept, temporary);
  renameSync(temporary, bindingInPackage);
}

/**
 * Builds in a copy of the package, so that a build that was interrupted leaves nothing in node_modules.
 * @param {string} target
 */
async function build(target) {
  const folder = mkdtempSync(join(userCacheFolder(), 'building-sqlite-'));
  try {
    const copy = join(folder, 'node_modules', 'better-sqlite3');
    cpSync(packageFolder, copy, { recursive: true, filter: (path) => !/[\\/](build|prebuilds)$/.test(path) });
    cpSync(join(nodeModules, 'node-addon-api'), join(folder, 'node_modules', 'node-addon-api'), { recursive: true });
    const nodeGyp = await nodeGypCommand();
    await runOrFail(nodeGyp.command, [...nodeGyp.args, 'rebuild', ...headersArgument(), '--', '-Dforce_build=1'], {
      cwd: copy,
      env: {
        ...withoutNodeDir(nodeGyp.env),
        CXXFLAGS: '-UNAPI_VERSION -DNAPI_EXPERIMENTAL',
        MAKEFLAGS: '-j2',
      },
      failure: 'The SQLite binding could not be built',
    });
    const temporary = `${target}.${process.pid}.tmp`;
    copyFileSync(join(copy, 'build', 'Release', 'better_sqlite3.node'), temporary);
    renameSync(temporary, target);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * npm's own node-gyp; npx fetches one where npm came without.
 * @returns {Promise<{ command: string, args: string[], env: NodeJS.ProcessEnv }>}
 */
async function nodeGypCommand() {
  const npm = npmCommand();
  const script = await bundledNodeGyp();
  if (script !== undefined) return { command: process.execPath, args: [script], env: npm.env };
  return { ...npm, args: [...npm.args, 'exec', '--yes', '--package=node-gyp@12', '--', 'node-gyp'] };
}

/**
 * The headers that came with the project's Node, so that node-gyp does not download any.
 * @returns {string[]}
 */
function headersArgument() {
  const name = `node-${process.platform}-${process.arch}`;
  const folders = [
    join(nodeModules, 'node', 'node_modules', name),
    join(nodeModules, name),
    join(dirname(process.execPath), '..'),
  ];
  const found = folders.find((folder) => existsSync(join(folder, 'include', 'node', 'node_api.h')));
  return found === undefined ? [] : [`--nodedir=${found}`];
}

/**
 * node-gyp lets `npm_config_nodedir` win over its own argument.
 * @param {NodeJS.ProcessEnv} env
 * @returns {NodeJS.ProcessEnv}
 */
function withoutNodeDir(env) {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !/^npm_(config|package_config_node_gyp)_nodedir$/i.test(name)),
  );
}

/**
 * @param {string} executable
 * @param {string} name
 */
async function tryBinding(executable, name) {
  await runOrFail(executable, ['--expose-gc', '-e', trial, packageFolder], {
    env: asNode(),
    timeoutMs: 120_000,
    failure: `The SQLite binding does not work in ${name}`,
  });
}

/** @returns {NodeJS.ProcessEnv} an environment in which Electron's executable behaves like Node */
function asNode() {
  return { ...process.env, ELECTRON_RUN_AS_NODE: '1' };
}
