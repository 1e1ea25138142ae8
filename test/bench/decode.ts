import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { openCore } from '../../main/core.ts';
import { appPlaces } from '../../main/places.ts';
import type { Message } from '../../preload/contract/conversations.ts';
import { presets } from '../../preload/contract/presets.ts';
import { findBestThreads, ownModel, question, rawInChild, root } from './raw-loop.ts';
import { benchArguments, median, note, report, rounded } from './report.ts';

/**
 * How fast the app writes, against node-llama-cpp without an app: the whole path from the model through the engine's
 * process, the events and the database, and beside it a plain loop in a process of its own, once with the library's
 * defaults and once with the number of threads that is best on this machine. Only one model is in memory at a time, the
 * three take turns, and only the reply is measured: the tokens after its first one.
 *
 * npm run bench -- decode [--model FILE] [--rounds 3] [--json]
 */

const bar = 0.97;

/** From here on a token takes so long that a round ends early. */
const largeModelBytes = 2e9;
const largeModelTokens = 96;
/** Ends a round on a machine that is too busy for all of its tokens. The library's defaults may need forever. */
const roundLimitMs = 45_000;
const defaultArmLimitMs = 15_000;

/** Tokens per second of the app, from the engine's own counts, after `tokens` of them. */
async function decodeInApp(
  modelPath: string,
  dataFolder: string,
  tokens: number,
): Promise<{ rate: number; threads: number | null }> {
  const core = await openCore({ ...appPlaces(root, 'sources'), dataFolder, modelOverride: modelPath });
  try {
    await core.models.ensureLoaded();
    let pieces = 0;
    let startedMs = Infinity;
    const message = await new Promise<Message>((resolveMessage, reject) => {
      core.onGenerationEvent((event) => {
        if (event.kind === 'finished') resolveMessage(event.message);
        if (event.kind !== 'text') return;
        pieces += 1;
        if (pieces === 1) startedMs = performance.now();
        // A large model's pieces are single tokens, told at once: its answer ends with the one that is told last.
        const isEnough = tokens < presets.k50.maxNewTokens && pieces >= tokens;
        if (isEnough || performance.now() - startedMs > roundLimitMs)
          void core.generations.stop({ messageId: event.messageId });
      });
      core.generations.start({ conversationId: null, text: question, presetId: 'k50', seed: 1 }).catch(reject);
    });
    const { replyTokens, replyMs } = message.generation ?? {};
    if (message.status === 'failed' || replyTokens == null || replyMs == null) {
      throw new Error(`The app gave no answer: ${message.errorCode ?? message.status}.`);
    }
    return { rate: ((replyTokens - 1) / replyMs) * 1000, threads: core.models.status().threads };
  } finally {
    await core.dispose();
  }
}

async function main(): Promise<void> {
  const options = benchArguments();
  const modelPath = options.modelPath === null ? ownModel() : resolve(options.modelPath);
  const isLarge = statSync(modelPath).size > largeModelBytes;
  const tokens = isLarge ? largeModelTokens : presets.k50.maxNewTokens;
  const rounds = options.rounds ?? 3;
  const dataFolder = mkdtempSync(join(tmpdir(), 'oasst-bench-'));
  let appThreads: number | null = null;
  const rates = { app: [] as number[], rawBest: [] as number[], rawDefault: [] as number[] };
  try {
    const bestThreads = await findBestThreads(modelPath, isLarge ? 24 : 256);
    for (let round = 1; round <= rounds; round += 1) {
      const app = await decodeInApp(modelPath, dataFolder, tokens);
      const rawBest = await rawInChild({ modelPath, tokens, threads: bestThreads, limitMs: roundLimitMs });
      const rawDefault = await rawInChild({ modelPath, tokens, threads: null, limitMs: defaultArmLimitMs });
      rates.app.push(app.rate);
      appThreads = app.threads;
      rates.rawBest.push(rawBest);
      rates.rawDefault.push(rawDefault);
      const figures = [app.rate, rawBest, rawDefault].map((rate) => rate.toFixed(2));
      note(
        `round ${round}: app ${figures[0]}, plain loop ${figures[1]}, with the library's defaults ${figures[2]} tokens/s`,
      );
    }
    const [app, rawBest, rawDefault] = [median(rates.app), median(rates.rawBest), median(rates.rawDefault)];
    const ratioToBest = app / rawBest;
    report(
      {
        name: 'decode',
        pass: ratioToBest >= bar,
        app: rounded(app),
        rawDefault: rounded(rawDefault),
        rawBest: rounded(rawBest),
        ratioToBest: rounded(ratioToBest, 3),
        bestThreads,
        appThreads,
        model: basename(modelPath),
        tokensPerRound: tokens,
        ratios: rates.app.map((rate, round) => rounded(rate / (rates.rawBest[round] ?? NaN), 3)),
      },
      options,
    );
  } finally {
    rmSync(dataFolder, { recursive: true, force: true });
  }
}

await main();
