// @ts-check
/**
 * Lays out what goes into the package, in build/package:
 *
 *   app/        what Electron runs, for app.asar: main, preloads, pages
 *   resources/  what lies beside it: the engine with a plain Node, the guide model, icons, lists
 *   icons/      the app's icon in the form that each system wants
 *   terminal/   the command of the terminal
 */
import { chmodSync, copyFileSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

import { bundledNode, projectRoot } from '../setup/paths.mjs';
import { madeCudaAddon } from './cuda-addon.mjs';
import { icnsOf, icoOf } from './icon-containers.mjs';
import { copyModules } from './modules.mjs';

/** @typedef {import('./modules.mjs').Platform} Platform */

export const stageFolder = join(projectRoot, 'build', 'package');

const built = join(projectRoot, 'out');

/** What Electron runs; the rest of out/main runs in plain Node. */
const electronEntry = 'index.js';
const nodeEntries = [
  'cli.js',
  'database-worker.js',
  'engine.js',
  'inspection.js',
  'installation.js',
  'quantize-worker.js',
  'memory-speed-worker.js',
];

/**
 * Needs the built app in out/.
 * @param {Platform} platform
 */
export function stagePackage(platform) {
  rmSync(stageFolder, { recursive: true, force: true });
  const manifest = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8'));
  stageApp(manifest);
  stageResources(manifest, platform);
  stageIcons();
  stageTerminal(platform);
}

/** @param {Record<string, unknown>} manifest */
function stageApp(manifest) {
  const app = join(stageFolder, 'app');
  copyCode([electronEntry], join(app, 'out', 'main'));
  cpSync(join(built, 'preload'), join(app, 'out', 'preload'), { recursive: true });
  cpSync(join(built, 'renderer'), join(app, 'out', 'renderer'), { recursive: true });
  const { name, productName, version, description, license, type, main, author, homepage, desktopName } = manifest;
  const own = { name, productName, version, description, license, type, main, author, homepage, desktopName };
  writeFileSync(join(app, 'package.json'), JSON.stringify(own, null, 2));
}

/**
 * @param {Record<string, unknown>} manifest
 * @param {Platform} platform
 */
function stageResources({ name, version, type }, platform) {
  const resources = join(stageFolder, 'resources');
  const engine = join(resources, 'engine');
  copyCode(nodeEntries, join(engine, 'main'));
  copyModules(join(engine, 'node_modules'), platform);
  const node = join(engine, basename(bundledNode));
  copyFileSync(bundledNode, node);
  chmodSync(node, 0o755);
  // Tells Node that the code beside it are modules, and the terminal which version it is.
  writeFileSync(join(resources, 'package.json'), JSON.stringify({ name, version, type }, null, 2));
  mkdirSync(join(resources, 'guide-model'));
  for (const file of [join('guide-model', 'guide.gguf'), 'model-catalogue.json']) {
    copyFileSync(join(projectRoot, 'resources', file), join(resources, file));
  }
  const cudaAddon = madeCudaAddon(platform);
  if (cudaAddon !== undefined) copyFileSync(cudaAddon.path, join(resources, 'cuda-addon.json'));
  cpSync(join(projectRoot, 'resources', 'icons'), join(resources, 'icons'), {
    recursive: true,
    filter: (path) => !/[\\/]app$|\.svg$/.test(path),
  });
  for (const file of ['THIRD_PARTY.md', 'LICENSE']) copyFileSync(join(projectRoot, file), join(resources, file));
}

function stageIcons() {
  const icons = join(stageFolder, 'icons');
  const source = join(projectRoot, 'resources', 'icons', 'app');
  cpSync(source, icons, { recursive: true });
  const images = readdirSync(source).map((file) => ({
    size: Number.parseInt(file, 10),
    png: readFileSync(join(source, file)),
  }));
  images.sort((left, right) => left.size - right.size);
  writeFileSync(join(icons, 'icon.ico'), icoOf(images.filter(({ size }) => size <= 256)));
  writeFileSync(join(icons, 'icon.icns'), icnsOf(images));
}

/**
 * The command of the terminal, which needs no window: `oasst`. In the folder of the app it finds the engine beside it; the
 * one that a Linux package puts on the path leads there.
 * @param {Platform} platform
 */
function stageTerminal({ os }) {
  const inApp = join(stageFolder, 'resources', 'bin');
  mkdirSync(inApp, { recursive: true });
  if (os === 'win32') {
    writeFileSync(join(inApp, 'oasst.cmd'), '@"%~dp0..\\engine\\node.exe" "%~dp0..\\engine\\main\\cli.js" %*\r\n');
    return;
  }
  const script = `#!/bin/sh
# The terminal of OASST Desktop: the same conversations and models, without a window.
here=$(dirname "$(readlink -f "$0" 2>/dev/null || echo "$0")")
exec "$here/../engine/node" "$here/../engine/main/cli.js" "$@"
`;
  writeScript(join(inApp, 'oasst'), script);
  writeScript(
    join(stageFolder, 'terminal', 'oasst'),
    `#!/bin/sh\nexec '/opt/OASST Desktop/resources/bin/oasst' "$@"\n`,
  );
}

/**
 * @param {string} path
 * @param {string} text
 */
function writeScript(path, text) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  chmodSync(path, 0o755);
}

/**
 * Copies entries of the main build, and the chunks that they share.
 * @param {readonly string[]} entries
 * @param {string} target
 */
function copyCode(entries, target) {
  const from = join(built, 'main');
  const waiting = [...entries];
  const copied = new Set();
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (copied.has(file)) continue;
    copied.add(file);
    mkdirSync(dirname(join(target, file)), { recursive: true });
    copyFileSync(join(from, file), join(target, file));
    const code = readFileSync(join(from, file), 'utf8');
    // An entry names a chunk with its folder, a chunk names its neighbour.
    for (const [, path = ''] of code.matchAll(/["']\.\/((?:chunks\/)?[\w.-]+\.js)["']/g)) {
      waiting.push(file.startsWith('chunks/') && !path.startsWith('chunks/') ? `chunks/${path}` : path);
    }
  }
}
