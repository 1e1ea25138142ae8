import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import Database from 'better-sqlite3';
import { placesIn } from '../../main/services/data-folder.ts';
import { createRandom } from '../support/random.ts';

/**
 * Kills the app, and its engine before it (SIGKILL, SIGSTOP, SIGSEGV), at random moments while it answers, edits, moves
 * and deletes. Afterwards the file is compared with everything that was acknowledged, in this life and in those before.
 *
 * npm run fault -- store [--times 300] [--seed N] [--json]
 */

const allowedLossMs = 250;
const longestLifeMs = 5_000;
const engineSignals = ['SIGKILL', 'SIGSTOP', 'SIGSEGV'] as const;
const processFile = fileURLToPath(new URL('./store-process.ts', import.meta.url));

interface Line {
  begin?: string[];
  end?: string[];
  facts?: Record<string, unknown>;
  shown?: string;
  length?: number;
  atMs?: number;
}

/** What must be in the file: the newest acknowledged value of everything, in all lives so far. */
const known = new Map<string, unknown>();

/** What one life of the app told. */
function createLife() {
  const open = new Map<string, number>();
  const shown: { id: string; length: number; atMs: number }[] = [];
  let acknowledged = 0;
  return {
    shown,
    /** What was about to change when it ended. */
    isOpen: (key: string): boolean => (open.get(key) ?? 0) > 0,
    acknowledged: () => acknowledged,
    read({ begin, end, facts, shown: id, length, atMs }: Line): void {
      for (const key of begin ?? []) open.set(key, (open.get(key) ?? 0) + 1);
      for (const key of end ?? []) open.set(key, (open.get(key) ?? 1) - 1);
      for (const [key, value] of Object.entries(facts ?? {})) known.set(key, value);
      if (facts !== undefined) acknowledged += 1;
      if (id !== undefined && length !== undefined && atMs !== undefined) shown.push({ id, length, atMs });
    },
  };
}

const queries: Record<string, string> = {
  title: 'SELECT title FROM conversations WHERE id = ?',
  place: 'SELECT json_array(is_pinned, is_archived, folder_id) FROM conversations WHERE id = ?',
  trashed: 'SELECT deleted_at IS NOT NULL FROM conversations WHERE id = ?',
  folder: 'SELECT name FROM folders WHERE id = ?',
  draft: 'SELECT text FROM drafts WHERE conversation_id = ?',
  question: 'SELECT text FROM messages WHERE id = ?',
  answer: 'SELECT text FROM messages WHERE id = ?',

  rating: 'SELECT rating FROM messages WHERE id = ?',
  gone: 'SELECT count(*) FROM deleted_branches WHERE root_id = ?',
};

function stored(db: Database.Database, key: string): unknown {
  const [kind = '', id = ''] = key.split(' ');
  const value = db
    .prepare<[string]>(queries[kind] ?? '')
    .pluck()
    .get(id);
  if (kind === 'place') return typeof value === 'string' ? JSON.parse(value) : undefined;
  return kind === 'trashed' || kind === 'gone' ? value === 1 : value;
}

function engineOf(pid: number): number | null {
  const read = (path: string): string => {
    try {
      return readFileSync(path, 'utf8');
    } catch {
      return '';
    }
  };
  const children = read(`/proc/${String(pid)}/task/${String(pid)}/children`)
    .trim()
    .split(' ')
    .map(Number);
  return children.find((child) => read(`/proc/${String(child)}/cmdline`).includes('engine/process')) ?? null;
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It is gone already.
  }
}

interface Outcome {
  unreadable: boolean;
  lost: string[];
  lostMs: number;
  acknowledged: number;
  duringText: boolean;
  engineSignal: string | null;
}

async function liveOnce(folder: string, seed: number, random: () => number): Promise<Outcome> {
  const args = [processFile, '--folder', folder, '--seed', String(seed)];
  const app = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const { pid } = app;
  if (pid === undefined) throw new Error('The app could not be started.');
  const life = createLife();
  const lines = createInterface({ input: app.stdout });
  lines.on('line', (line) => life.read(JSON.parse(line) as Line));
  const ended = Promise.all([once(app, 'exit'), once(lines, 'close')]);
  await Promise.race([once(lines, 'line'), ended]);

  const lifeMs = random() * longestLifeMs;
  const engineSignal = random() < 0.5 ? (engineSignals[Math.floor(random() * engineSignals.length)] ?? null) : null;
  const beforeMs = engineSignal === null ? 0 : random() * lifeMs;
  await pause(beforeMs);
  const attacked = engineSignal === null ? null : engineOf(pid);
  if (attacked !== null && engineSignal !== null) signal(attacked, engineSignal);
  await pause(lifeMs - beforeMs);
  const engine = engineOf(pid);
  const killedMs = Date.now();
  app.kill('SIGKILL');
  await ended;
  for (const left of [attacked, engine]) if (left !== null) signal(left, 'SIGKILL');
  return compare(folder, life, killedMs, attacked === null ? null : engineSignal);
}

function compare(
  folder: string,
  life: ReturnType<typeof createLife>,
  killedMs: number,
  engineSignal: string | null,
): Outcome {
  const outcome: Outcome = {
    ...{ unreadable: false, lost: [], lostMs: 0, acknowledged: life.acknowledged(), engineSignal },
    duringText: life.shown.some(({ atMs }) => killedMs - atMs < allowedLossMs),
  };
  try {
    const db = new Database(placesIn(folder).databasePath, { fileMustExist: true });
    try {
      outcome.unreadable = db.pragma('quick_check', { simple: true }) !== 'ok';
      for (const [key, value] of known) {
        const found = stored(db, key);
        const isSame = JSON.stringify(found) === JSON.stringify(value);
        // What was being changed may be either; from now on it is what it is.
        if (life.isOpen(key)) known.set(key, found);
        else if (!isSame) outcome.lost.push(`${key}: ${JSON.stringify(value)} is ${JSON.stringify(found)}`);
      }
      for (const { id, length, atMs } of life.shown) {
        const text = stored(db, `answer ${id}`);
        const isMissing = typeof text !== 'string' || text.length < length;
        if (isMissing && !known.has(`answer ${id}`)) outcome.lostMs = Math.max(outcome.lostMs, killedMs - atMs);
      }
      for (const { id } of life.shown) known.set(`answer ${id}`, stored(db, `answer ${id}`));
    } finally {
      db.close();
    }
  } catch (error) {
    process.stderr.write(`${String(error)}\n`);
    outcome.unreadable = true;
  }
  return outcome;
}

const { values } = parseArgs({
  options: {
    times: { type: 'string', default: '300' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
});
const times = Number(values.times);
const random = createRandom(Number(values.seed));
const folder = mkdtempSync(join(tmpdir(), 'oasst-store-'));
const outcomes: Outcome[] = [];
try {
  for (let index = 0; index < times; index += 1) {
    const outcome = await liveOnce(folder, Math.floor(random() * 1e9), random);
    outcomes.push(outcome);
    process.stderr.write(
      `life ${String(index + 1)} of ${String(times)}: ${String(outcome.acknowledged)} changes, ${String(known.size)} known, ` +
        `lost ${String(outcome.lostMs)} ms${outcome.unreadable ? ', UNREADABLE' : ''}\n`,
    );
    for (const line of outcome.lost.slice(0, 5)) process.stderr.write(`  LOST ${line}\n`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

const sum = (of: (outcome: Outcome) => number): number => outcomes.reduce((total, outcome) => total + of(outcome), 0);
const unreadable = sum((outcome) => Number(outcome.unreadable));
const lostChanges = sum(({ lost }) => lost.length);
const losses = outcomes.map(({ lostMs }) => lostMs).toSorted((left, right) => left - right);
const lostMsWorst = losses.at(-1) ?? 0;
const result = {
  name: 'store',
  pass: unreadable === 0 && lostChanges === 0 && lostMsWorst <= allowedLossMs,
  times,
  unreadable,
  acknowledgedChanges: sum(({ acknowledged }) => acknowledged),
  lostChanges,
  killsDuringText: sum(({ duringText }) => Number(duringText)),
  engineAttacks: sum(({ engineSignal }) => Number(engineSignal !== null)),
  lostMsMedian: losses[Math.floor(losses.length / 2)] ?? 0,
  lostMsWorst,
  allowedLossMs,
};
if (values.json) process.stdout.write(`${JSON.stringify(result)}\n`);
else console.table(result);
process.exitCode = result.pass ? 0 : 1;
