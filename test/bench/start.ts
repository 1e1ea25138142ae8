import { _electron } from '@playwright/test';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { electronEnvironment, electronSwitches } from '../../scripts/setup/electron-launch.mjs';
import { electronExecutable } from '../../scripts/setup/electron-runtime.mjs';
import { goneOf, makeDataFolder, projectRoot, removeDataFolder } from '../support/app.ts';

/**
 * From the start of the process to a window that can be typed into, against an Electron window with nothing in it, in
 * turns. Both are driven the same way, so what the driver costs is in both figures.
 *
 * npm run bench -- start [--rounds 7] [--json]
 */
export const needsElectron = true;

const limitRatio = 1.5;

function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Milliseconds from spawning Electron until `selector` is on its first page. */
async function measure(args: string[], selector: string): Promise<number> {
  const env = Object.entries(electronEnvironment(process.env)).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  const startedMs = performance.now();
  const electron = await _electron.launch({
    executablePath: electronExecutable(),
    args: [...electronSwitches(process.env), ...args],
    env: Object.fromEntries(env),
  });
  const window = await electron.firstWindow();
  await window.locator(selector).waitFor({ state: 'visible' });
  const tookMs = performance.now() - startedMs;
  const pid = electron.process().pid;
  await electron.close();
  if (pid !== undefined) await goneOf(pid);
  return tookMs;
}

function makeEmptyApp(): string {
  const folder = mkdtempSync(join(tmpdir(), 'empty-electron-'));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'empty', version: '1.0.0', main: 'main.cjs' }));
  writeFileSync(
    join(folder, 'main.cjs'),
    `const { app, BrowserWindow } = require('electron');
app.setPath('userData', __dirname + '/data');
app.whenReady().then(() => {
  const window = new BrowserWindow({ width: 1120, height: 800, show: false, webPreferences: { sandbox: true } });
  window.once('ready-to-show', () => window.show());
  window.loadFile('index.html');
});
app.on('window-all-closed', () => app.quit());
`,
  );
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>Empty</title><textarea></textarea>');
  return folder;
}

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '7' }, json: { type: 'boolean', default: false } },
});
const emptyApp = makeEmptyApp();
const dataFolder = makeDataFolder();
const appMs: number[] = [];
const emptyMs: number[] = [];
// The first start of each fills caches and makes the database; it is not counted.
for (let round = 0; round <= Number(values.rounds); round += 1) {
  const empty = await measure([emptyApp], 'textarea');
  const app = await measure([projectRoot, '--data', dataFolder], 'textarea:enabled');
  if (round === 0) continue;
  emptyMs.push(empty);
  appMs.push(app);
}
rmSync(emptyApp, { recursive: true, force: true });
removeDataFolder(dataFolder);

const ratio = median(appMs) / median(emptyMs);
const result = {
  name: 'start',
  pass: ratio <= limitRatio,
  appMs: Math.round(median(appMs)),
  emptyMs: Math.round(median(emptyMs)),
  ratio: Math.round(ratio * 100) / 100,
  limitRatio,
  rounds: appMs.length,
};
if (values.json) process.stdout.write(`${JSON.stringify(result)}\n`);
else console.table(result);
process.exitCode = result.pass ? 0 : 1;
