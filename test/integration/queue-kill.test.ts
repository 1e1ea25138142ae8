import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { closeDatabase, openDatabase } from '../../main/database/connection.ts';
import { createOperations } from '../../main/database/operations.ts';
import { completeOutcome, newTurn, temporaryDatabasePath } from '../support/database.ts';

const loop = fileURLToPath(new URL('./queue-loop.ts', import.meta.url));
const kills = 20;
const longestLifeMs = 60;

/** Runs the loop, kills it at a random moment after its first question, and returns the last one it acknowledged. */
async function askUntilKilled(args: string[]): Promise<number> {
  const child = spawn(process.execPath, [loop, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (said += chunk));
  const closed = once(child, 'close');
  await Promise.race([once(child.stdout, 'data'), closed]);
  await pause(Math.random() * longestLifeMs);
  child.kill('SIGKILL');
  const [, signal] = (await closed) as [number | null, string | null];
  expect(signal).toBe('SIGKILL');
  return Number(said.slice(0, said.lastIndexOf('\n')).split('\n').at(-1));
}

it.skipIf(process.platform === 'win32')(
  `a process killed ${kills} times at random neither loses nor doubles a waiting question (SIGKILL; skipped on Windows)`,
  async () => {
    const path = temporaryDatabasePath();
    const begin = openDatabase(path);
    const turn = newTurn({ text: 'first' });
    const { conversationId } = turn;
    createOperations(begin).startTurn(turn);
    createOperations(begin).finishAnswer(completeOutcome(turn.answerId));
    closeDatabase(begin);

    let next = 1;
    for (let round = 0; round < kills; round++) {
      const before = openDatabase(path);
      createOperations(before).interruptUnfinished();
      const leaf = createOperations(before).getCurrentLeaf(conversationId);
      closeDatabase(before);
      const last = await askUntilKilled([path, conversationId, leaf?.id ?? '', String(next)]);

      const after = openDatabase(path);
      const asked = after
        .prepare<[string], string>(`SELECT text FROM messages WHERE conversation_id = ? AND role = 'prompter'`)
        .pluck()
        .all(conversationId);
      const waiting = createOperations(after).getQueue(conversationId);
      const found = [...asked, ...waiting.map(({ text }) => text)].filter((text) => text !== 'first').map(Number);
      const written = Math.max(...found);
      expect(written, 'at most one was being added when it died').toBeOneOf([last, last + 1]);
      expect(found.toSorted((a, b) => a - b)).toEqual(Array.from({ length: written }, (_value, index) => index + 1));
      expect(after.pragma('quick_check', { simple: true })).toBe('ok');
      closeDatabase(after);
      next = written + 1;
    }
    expect(next).toBeGreaterThan(kills);
  },
  120_000,
);
