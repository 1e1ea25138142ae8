import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { closeDatabase, openDatabase } from '../../main/database/connection.ts';
import { createOperations } from '../../main/database/operations.ts';
import { newTurn, temporaryDatabasePath } from '../support/database.ts';

const loop = fileURLToPath(new URL('./database-save-loop.ts', import.meta.url));
const kills = 20;
const longestLifeMs = 120;

/** Runs the loop, kills it at a random moment after its first save, and returns the last save it acknowledged. */
async function saveUntilKilled(path: string, answerId: string): Promise<number> {
  const child = spawn(process.execPath, [loop, path, answerId], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (said += chunk));
  const closed = once(child, 'close');
  await Promise.race([once(child.stdout, 'data'), closed]);
  await pause(Math.random() * longestLifeMs);
  child.kill('SIGKILL');
  const [, signal] = (await closed) as [number | null, string | null];
  expect(signal).toBe('SIGKILL');
  // What follows the last line break was cut off by the kill.
  const lines = said.slice(0, said.lastIndexOf('\n')).split('\n');
  return Number(lines.at(-1));
}

it.skipIf(process.platform === 'win32')(
  `a process killed ${kills} times at random loses no save that it acknowledged (SIGKILL; skipped on Windows)`,
  async () => {
    const path = temporaryDatabasePath();
    let acknowledged = 0;
    for (let round = 0; round < kills; round++) {
      const turn = newTurn();
      const before = openDatabase(path);
      createOperations(before).startTurn(turn);
      closeDatabase(before);

      const last = await saveUntilKilled(path, turn.answerId);
      const after = openDatabase(path);
      const { text, status } = createOperations(after).getMessage(turn.answerId);
      const saved = Number(text.split(' ')[0]);
      expect(status).toBe('generating');
      expect(saved, 'at most one save was under way when it died').toBeOneOf([last, last + 1]);
      expect(text).toBe(`${saved} ${'word '.repeat(saved % 2_000)}`);
      expect(after.pragma('quick_check', { simple: true })).toBe('ok');
      expect(createOperations(after).interruptUnfinished()).toBe(1);
      closeDatabase(after);
      acknowledged += last;
    }
    expect(acknowledged).toBeGreaterThan(kills);
  },
  120_000,
);
