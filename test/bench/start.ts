import { _electron } from '@playwright/test';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { electronEnvironment, electronSwitches } from '../../scripts/setup/electron-launch.mjs';
import { electronExecutable } from '../../scripts/setup/electron-runtime.mjs';
import { goneOf, holdUntilConnected, makeDataFolder, projectRoot, removeDataFolder } from '../support/app.ts';
import { makeEmptyPackage, settledMs, untilShown } from '../support/packaged-start.ts';
import { executableName, makePerson, packageObstacle, unpacked } from '../support/packaged.ts';

/**
 * From the start of the process to a window that can be typed into, against an Electron window with nothing in it, in
 * turns. Both are driven the same way, so what the driver costs is in both figures.
 *
 * With --packaged it is the package of dist/, as an ordinary user with the sandbox on and without any driver, against the
 * same Electron with an empty app, from the start of the process to a painted window on the screen.
 *
 * npm run bench -- start [--packaged] [--rounds 7] [--json]
 */
export const needsElectron = true;

const limitRatio = 1.5;
/**
 * Starts of each that are not counted: the first makes the database and lets Chromium take note of the scripts, the second
 * lets it keep them compiled. Both are left alone until that is done, as any use leaves them.
 */
const warmUps = 2;

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
    args: [...holdUntilConnected, ...electronSwitches(process.env), ...args],
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
  options: {
    packaged: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '7' },
    json: { type: 'boolean', default: false },
  },
});

interface Rivals {
  app(restMs: number): Promise<number>;
  empty(restMs: number): Promise<number>;
  remove(): void;
}

function builtRivals(): Rivals {
  const emptyApp = makeEmptyApp();
  const dataFolder = makeDataFolder();
  return {
    app: () => measure([projectRoot, '--data', dataFolder], 'textarea:enabled'),
    empty: () => measure([emptyApp], 'textarea'),
    remove() {
      rmSync(emptyApp, { recursive: true, force: true });
      removeDataFolder(dataFolder);
    },
  };
}

async function packagedRivals(): Promise<Rivals> {
  const obstacle = packageObstacle();
  if (obstacle !== null) throw new Error(`The package cannot be measured: ${obstacle}.`);
  const empty = makeEmptyPackage();
  const person = await makePerson();
  return {
    app: (restMs) => untilShown(person, join(unpacked, executableName), 'OASST Desktop', restMs),
    empty: (restMs) => untilShown(person, empty.executable, empty.title, restMs),
    remove() {
      person.leave();
      empty.remove();
    },
  };
}

const rivals = values.packaged ? await packagedRivals() : builtRivals();
const appMs: number[] = [];
const emptyMs: number[] = [];
try {
  for (let round = 1 - warmUps; round <= Number(values.rounds); round += 1) {
    const restMs = round < 1 ? settledMs : 0;
    const empty = await rivals.empty(restMs);
    const app = await rivals.app(restMs);
    if (round < 1) continue;
    emptyMs.push(empty);
    appMs.push(app);
  }
} finally {
  rivals.remove();
}

const ratio = median(appMs) / median(emptyMs);
const result = {
  name: values.packaged ? 'start of the package' : 'start',
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
