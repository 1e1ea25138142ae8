import { spawn, type ChildProcess } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { basename, resolve } from 'node:path';
import { ask, openEngine } from './bench-engine.ts';
import { ownModel, question, rawInChild } from './raw-loop.ts';
import { benchArguments, median, note, report, rounded } from './report.ts';

/**
 * How fast the app writes while another process keeps one core busy, against a plain loop with each fixed number of
 * threads under the same load, in turns. The busy process starts before each measurement, as it would in life.
 *
 * npm run bench -- busy [--model FILE] [--rounds 3] [--json]
 */

const bar = 0.9;
const tokens = 96;
const limitMs = 40_000;

/** A process that does nothing but keep a core busy. */
function keepCoreBusy(): ChildProcess {
  return spawn(process.execPath, ['-e', 'for (;;) {}'], { stdio: 'ignore' });
}

async function underLoad<T>(work: () => Promise<T>): Promise<T> {
  const busy = keepCoreBusy();
  try {
    return await work();
  } finally {
    busy.kill('SIGKILL');
  }
}

async function rateOfApp(modelPath: string): Promise<number> {
  const { engine } = await openEngine(modelPath, null);
  try {
    const turns = [{ id: 'question', role: 'prompter' as const, text: question }];
    const { usage } = await underLoad(() => ask(engine, 'busy', turns, { maxNewTokens: tokens }));
    return usage === null ? 0 : ((usage.replyTokens - 1) / usage.replyMs) * 1000;
  } finally {
    await engine.shutDown();
  }
}

const options = benchArguments();
const modelPath = options.modelPath === null ? ownModel() : resolve(options.modelPath);
const rounds = options.rounds ?? 3;
const counts = Array.from({ length: availableParallelism() }, (_value, index) => index + 1);
const app: number[] = [];
const fixed = new Map<number, number[]>(counts.map((threads) => [threads, []]));
for (let round = 1; round <= rounds; round += 1) {
  app.push(await rateOfApp(modelPath));
  for (const threads of counts) {
    // The first token of the loop is not counted, and neither is the loading.
    const rate = await underLoad(() => rawInChild({ modelPath, tokens, threads, limitMs }));
    fixed.get(threads)?.push(rate);
  }
  note(
    `round ${String(round)}: app ${rounded(app.at(-1) ?? 0).toString()}, fixed ${counts.map((count) => `${String(count)}: ${rounded(fixed.get(count)?.at(-1) ?? 0).toString()}`).join(', ')}`,
  );
}
const byCount = counts.map((threads) => rounded(median(fixed.get(threads) ?? [])));
const best = Math.max(...byCount);
const ratio = median(app) / best;
report(
  {
    name: 'busy',
    pass: ratio >= bar,
    app: rounded(median(app)),
    fixedByThreads: byCount,
    bestFixed: best,
    ratioToBestFixed: rounded(ratio, 3),
    model: basename(modelPath),
    rounds,
  },
  options,
);
