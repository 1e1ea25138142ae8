import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { ask, longQuestion, openEngine } from './bench-engine.ts';
import { ownModel } from './raw-loop.ts';
import { benchArguments, median, note, report, rounded } from './report.ts';

/**
 * How soon the first word of the next answer comes in a conversation of about 512 tokens after a restart: with its state
 * restored from disk, against reading it again, in turns. Loading the model is in neither figure.
 *
 * npm run bench -- reopen [--model FILE] [--rounds 3] [--json]
 */

const bar = 20;
const conversationTokens = 512;

const options = benchArguments();
const modelPath = options.modelPath === null ? ownModel() : resolve(options.modelPath);
const folder = mkdtempSync(join(tmpdir(), 'oasst-bench-'));
const conversationId = randomUUID();

/** Finds the number of words that makes a question of the wanted length in this model's tokens. */
async function writeConversation(): Promise<{
  turns: { id: string; role: 'prompter' | 'assistant'; text: string }[];
  tokens: number;
}> {
  const { engine } = await openEngine(modelPath, folder);
  const { draftTokens } = await engine.measure({ turns: [], draft: longQuestion(100, 0) });
  const words = Math.floor((100 * (conversationTokens - 10)) / draftTokens);
  const turns = [{ id: 'q1', role: 'prompter' as const, text: longQuestion(words, 0) }];
  const first = await ask(engine, conversationId, turns, { maxNewTokens: 8 });
  await engine.shutDown();
  const tokens = (first.usage?.promptTokens ?? 0) + (first.usage?.replyTokens ?? 0);
  return {
    turns: [...turns, first.turn, { id: 'q2', role: 'prompter', text: 'And then?' }],
    tokens,
  };
}

const { turns, tokens } = await writeConversation();
const restored: number[] = [];
const reread: number[] = [];
let reused = 0;
for (let round = 1; round <= (options.rounds ?? 3); round += 1) {
  for (const [times, cache] of [
    [restored, folder],
    [reread, null],
  ] as const) {
    const { engine } = await openEngine(modelPath, cache);
    const { firstTextMs, usage } = await ask(engine, conversationId, turns, { maxNewTokens: 4 });
    if (cache !== null) reused = usage?.reusedTokens ?? 0;
    times.push(firstTextMs);
    await engine.shutDown();
  }
  note(
    `round ${String(round)}: restored ${rounded(restored.at(-1) ?? 0, 0).toString()} ms, read again ${rounded(reread.at(-1) ?? 0, 0).toString()} ms`,
  );
}
rmSync(folder, { recursive: true, force: true });
const ratio = median(reread) / median(restored);
report(
  {
    name: 'reopen',
    pass: ratio >= bar && Math.max(...restored) <= Math.min(...reread),
    restoredMs: rounded(median(restored), 0),
    rereadMs: rounded(median(reread), 0),
    timesSooner: rounded(ratio, 1),
    conversationTokens: tokens,
    reusedTokens: reused,
    model: basename(modelPath),
  },
  options,
);
