// @ts-check
/**
 * Makes `electron [switches] <app folder> [arguments]` work in the fallback runtime, which was packaged for one
 * application and therefore lacks Electron's own default app. It is copied to <runtime>/resources/app.
 *
 * It is an ES module on purpose: Electron holds the `ready` event back until this module, and with it the app's main
 * module, has been evaluated. What has to be done before `ready` (registering schemes, the single instance lock) works
 * as in a real Electron.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

import { app } from 'electron';

/**
 * Functions that Electron gives its default app and leaves out of its documentation.
 * @typedef {object} AppInternals
 * @property {(version: string) => void} setVersion
 * @property {(path: string) => void} setAppPath
 * @property {(name: string) => void} [setDesktopName] on Linux
 */
const internals = /** @type {AppInternals} */ (/** @type {unknown} */ (app));

/** @returns {{ target: string | undefined, preloads: string[], wantsVersion: boolean }} */
function readArguments() {
  const args = process.argv.slice(1);
  /** @type {string[]} */
  const preloads = [];
  let wantsVersion = false;
  for (let index = 0; index < args.length; index += 1) {
    const argument = args[index] ?? '';
    if (argument === '-r' || argument === '--require') {
      index += 1;
      const module = args[index];
      if (module !== undefined) preloads.push(module);
    } else if (argument.startsWith('--require=')) {
      preloads.push(argument.slice('--require='.length));
    } else if (argument === '-v' || argument === '--version') {
      wantsVersion = true;
    } else if (!argument.startsWith('-')) {
      return { target: argument, preloads, wantsVersion };
    }
  }
  return { target: undefined, preloads, wantsVersion };
}

/**
 * Does what Electron's default app does before it runs an app folder, and answers the file to run.
 * @param {string} folder
 * @returns {string}
 */
function adoptAppFolder(folder) {
  const packageFile = join(folder, 'package.json');
  const description = existsSync(packageFile) ? JSON.parse(readFileSync(packageFile, 'utf8')) : {};
  const name = description.productName ?? description.name;
  if (typeof name === 'string') app.setName(name);
  if (typeof description.version === 'string') internals.setVersion(description.version);
  internals.setDesktopName?.(description.desktopName ?? `${app.getName()}.desktop`);
  internals.setAppPath(folder);
  return join(folder, description.main ?? 'index.js');
}

const { target, preloads, wantsVersion } = readArguments();
if (target === undefined) {
  if (wantsVersion) process.stdout.write(`v${process.versions['electron'] ?? ''}\n`);
  else process.stderr.write('Usage: electron [switches] <app folder or file> [arguments]\n');
  app.exit(wantsVersion ? 0 : 1);
} else {
  const path = resolve(target);
  Object.defineProperty(process, 'defaultApp', { configurable: false, enumerable: true, value: true });
  const requireHere = createRequire(join(process.cwd(), 'loader.cjs'));
  for (const module of preloads) requireHere(module);
  try {
    const isFolder = statSync(path).isDirectory();
    const mainFile = isFolder ? adoptAppFolder(path) : path;
    if (!isFolder) internals.setAppPath(dirname(path));
    await import(pathToFileURL(mainFile).href);
  } catch (error) {
    process.stderr.write(
      `The app in ${path} could not be started:\n${error instanceof Error ? (error.stack ?? '') : String(error)}\n`,
    );
    app.exit(1);
  }
}
