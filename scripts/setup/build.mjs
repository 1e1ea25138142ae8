// @ts-check
/**
 * The built app in out/, made again when something that it is made of has changed.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { withLock } from './lock.mjs';
import { bundledNode, nodeModules, projectLock, projectRoot } from './paths.mjs';
import { runOrFail } from './processes.mjs';
import { step } from './progress.mjs';
import { keyOfFiles, readStamp, writeStamp } from './stamps.mjs';

const stampName = 'build';

/** Everything that can change what comes out. */
const inputs = [
  'main',
  'preload',
  'renderer',
  'resources',
  'electron.vite.config.ts',
  'svelte.config.js',
  'tsconfig.json',
  'tsconfig.base.json',
  'tsconfig.node.json',
  'tsconfig.web.json',
  'package.json',
  'package-lock.json',
];

/** The start of the app, of its window and of its bridge: without one of them there is nothing to start. */
const outputs = ['out/main/index.js', 'out/preload', 'out/renderer'];

/** Makes sure that out/ is up to date. */
export async function ensureBuild() {
  if (isCurrent(keyOfFiles(projectRoot, inputs))) return;
  await withLock(projectLock, async () => {
    const key = keyOfFiles(projectRoot, inputs);
    if (!isCurrent(key)) await build(key);
  });
}

/**
 * Builds in any case.
 * @param {string} [key] of the inputs as they are now
 */
export async function build(key = keyOfFiles(projectRoot, inputs)) {
  await step('Building the app', () =>
    runOrFail(bundledNode, [join(nodeModules, 'electron-vite', 'bin', 'electron-vite.js'), 'build'], {
      cwd: projectRoot,
      failure: 'The app could not be built',
    }),
  );
  writeStamp(stampName, key);
}

/**
 * @param {string} key
 * @returns {boolean}
 */
function isCurrent(key) {
  return readStamp(stampName) === key && outputs.every((path) => existsSync(join(projectRoot, path)));
}
