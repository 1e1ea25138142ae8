import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { goneOf } from './app.ts';
import { descendantsOf, executableName, start, unpacked, type Person } from './packaged.ts';

/** How long packages take to show their window, seen from outside: nothing but the screen is asked. */

const emptyTitle = 'Empty package';

const mainFile = `const { app, BrowserWindow } = require('electron');
app.whenReady().then(() => {
  const window = new BrowserWindow({ width: 1120, height: 800, show: false, webPreferences: { sandbox: true } });
  window.once('ready-to-show', () => window.show());
  window.loadURL('data:text/html,<!doctype html><title>${emptyTitle}</title><textarea></textarea>');
});
app.on('window-all-closed', () => app.quit());
`;

/** An archive of Electron: a header that says where each file lies, as a pickle of a pickle, and the files. */
function asarOf(files: Readonly<Record<string, string>>): Buffer {
  let offset = 0;
  const entries: Record<string, { size: number; offset: string }> = {};
  for (const [name, text] of Object.entries(files)) {
    const size = Buffer.byteLength(text);
    entries[name] = { size, offset: String(offset) };
    offset += size;
  }
  const json = Buffer.from(JSON.stringify({ files: entries }));
  const padded = Buffer.alloc(Math.ceil(json.length / 4) * 4);
  json.copy(padded);
  const sizes = Buffer.alloc(16);
  [4, padded.length + 8, padded.length + 4, json.length].forEach((size, index) => sizes.writeUInt32LE(size, index * 4));
  return Buffer.concat([sizes, padded, Buffer.from(Object.values(files).join(''))]);
}

/** The same Electron with the same fuses, and in it an app that is one empty window. */
export function makeEmptyPackage(): { executable: string; title: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'empty-package-'));
  execFileSync('chmod', ['755', folder]);
  for (const name of readdirSync(unpacked)) {
    if (name !== 'resources') execFileSync('cp', ['-a', join(unpacked, name), folder]);
  }
  const resources = join(folder, 'resources');
  mkdirSync(resources);
  writeFileSync(
    join(resources, 'app.asar'),
    asarOf({
      'package.json': JSON.stringify({ name: 'empty-package', version: '1.0.0', main: 'main.cjs' }),
      'main.cjs': mainFile,
    }),
  );
  return {
    executable: join(folder, executableName),
    title: emptyTitle,
    remove() {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const limitMs = 60_000;
/** A look takes some milliseconds itself. */
const lookEveryMs = 10;
/** After so long at rest Chromium has written the compiled code of a page to its cache. */
export const settledMs = 5000;

function isOnScreen({ env }: Person, title: string): boolean {
  const { status } = spawnSync('xdotool', ['search', '--onlyvisible', '--name', title], {
    env: { ...process.env, ...env },
    stdio: 'ignore',
  });
  return status === 0;
}

/**
 * Milliseconds from the start of a program until its window is on the screen under its title. Both apps show a window when
 * its first frame is painted, so what is there can be seen.
 *
 * @param restMs how long the app is left alone before it is ended
 */
export async function untilShown(person: Person, executable: string, title: string, restMs: number): Promise<number> {
  const startedMs = performance.now();
  const app = start(person, executable, []);
  // Its own waiting (`--sync`) looks twice a second only.
  while (!isOnScreen(person, title)) {
    if (performance.now() - startedMs > limitMs) throw new Error(`No window "${title}" within ${String(limitMs)} ms.`);
    await wait(lookEveryMs);
  }
  const tookMs = performance.now() - startedMs;
  await wait(restMs);
  const all = descendantsOf(app.pid);
  const main = all.find(({ line }) => line.startsWith(executable) && !line.includes('--type='));
  process.kill(main?.pid ?? app.pid, 'SIGTERM');
  await app.ended;
  // The next start would find the lock of one that is still leaving.
  for (const { pid } of all) await goneOf(pid);
  return tookMs;
}
