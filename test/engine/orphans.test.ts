import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';

const root = join(import.meta.dirname, '..', '..');

/** Starts a process as the app does, and is gone before that has loaded its code; prints its id. */
const hastyParent = `
  const { spawn } = require('node:child_process');
  const [entry, ...args] = process.argv.slice(1);
  const stdio = ['ignore', 'ignore', 'ignore', 'ipc'];
  const child = spawn(process.execPath, [entry, ...args], { stdio, detached: true });
  console.log(child.pid);
  setTimeout(() => process.exit(0), 50);
`;

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

it.each([
  ['the engine', ['main', 'engine', 'process', 'index.ts']],
  ['an installation', ['main', 'installation', 'process', 'index.ts']],
])('%s ends by itself when the app is gone before it listens', async (_what, path) => {
  const entry = join(root, ...path);
  const pid = Number(execFileSync(process.execPath, ['-e', hastyParent, entry], { encoding: 'utf8' }));
  onTestFinished(() => {
    if (isAlive(pid)) process.kill(pid, 'SIGKILL');
  });
  while (isAlive(pid)) await wait(20);
  expect(isAlive(pid)).toBe(false);
});
