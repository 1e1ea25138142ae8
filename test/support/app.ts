import { _electron, type ElectronApplication, type Page } from '@playwright/test';
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { electronExecutable } from '../../scripts/setup/electron-runtime.mjs';
import { electronEnvironment, electronSwitches } from '../../scripts/setup/electron-launch.mjs';

/** The built app in a real Electron, on a data folder of its own. */

export const projectRoot = resolve(import.meta.dirname, '..', '..');

export interface LaunchOptions {
  dataFolder: string;
  modelPath?: string;
  colorScheme?: 'light' | 'dark';
}

export interface RunningApp {
  electron: ElectronApplication;
  window: Page;
  /** Lines of the console and errors of the page, which should stay empty. */
  pageErrors: string[];
  /** Quits as a person would, and waits until the process is gone. */
  quit(): Promise<void>;
  /** Ends main at once, as a power cut would; its children follow. */
  kill(): Promise<void>;
  enginePid(): number;
}

export function makeDataFolder(): string {
  return mkdtempSync(join(tmpdir(), 'oasst-desktop-e2e-'));
}

export function removeDataFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}

/** Goes before all other words for an Electron that Playwright starts. */
export const holdUntilConnected = ['-r', join(import.meta.dirname, 'hold-until-connected.cjs')];

/** The children of a process whose command line contains `part` (Linux). */
function childrenOf(pid: number, part: string): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((candidate) => {
      if (!Number.isInteger(candidate)) return false;
      try {
        const status = readFileSync(`/proc/${String(candidate)}/status`, 'utf8');
        const isChild = new RegExp(`^PPid:\\t${String(pid)}$`, 'm').test(status);
        return isChild && readFileSync(`/proc/${String(candidate)}/cmdline`, 'utf8').includes(part);
      } catch {
        return false;
      }
    });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Resolves once a process is gone; rejects after `limitMs`. */
export async function goneOf(pid: number, limitMs = 30_000): Promise<void> {
  const endMs = Date.now() + limitMs;
  while (isAlive(pid)) {
    if (Date.now() > endMs) throw new Error(`Process ${String(pid)} is still there.`);
    await new Promise((next) => setTimeout(next, 20));
  }
}

/** Starts the program again with these words, as another program would, and waits until that start has handed them over. */
export async function startAgain(dataFolder: string, ...words: string[]): Promise<void> {
  const args = [...electronSwitches(process.env), projectRoot, '--data', dataFolder, ...words];
  await promisify(execFile)(electronExecutable(), args, { env: electronEnvironment(process.env) });
}

/** Starts the app and waits for its first window. */
export async function launchApp({ dataFolder, modelPath, colorScheme }: LaunchOptions): Promise<RunningApp> {
  const electron = await _electron.launch({
    executablePath: electronExecutable(),
    args: [
      ...holdUntilConnected,
      ...electronSwitches(process.env),
      projectRoot,
      '--data',
      dataFolder,
      ...(modelPath === undefined ? [] : ['--model', modelPath]),
    ],
    env: Object.fromEntries(
      Object.entries(electronEnvironment(process.env)).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, value]],
      ),
    ),
    ...(colorScheme === undefined ? {} : { colorScheme }),
  });
  const pid = electron.process().pid;
  if (pid === undefined) throw new Error('Electron did not start.');
  const window = await electron.firstWindow();
  const pageErrors: string[] = [];
  window.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') pageErrors.push(message.text());
  });
  window.on('pageerror', (error) => pageErrors.push(error.message));
  await window.waitForLoadState();
  return {
    electron,
    window,
    pageErrors,
    async quit() {
      await electron.close();
      await goneOf(pid);
    },
    async kill() {
      process.kill(pid, 'SIGKILL');
      await goneOf(pid);
    },
    enginePid() {
      const [engine] = childrenOf(pid, 'engine.js');
      if (engine === undefined) throw new Error('There is no engine process.');
      return engine;
    },
  };
}
