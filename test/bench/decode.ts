import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { openCore } from '../../main/core.ts';
import { appPlaces } from '../../main/places.ts';
import type { Message } from '../../preload/contract/conversations.ts';
import { presets } from '../../preload/contract/presets.ts';
import { writeSyntheticGguf } from '../support/synthetic-gguf.ts';
import { benchArguments, median, note, report, rounded } from './report.ts';

/**
 * How fast the app writes, against node-llama-cpp without an app: the whole path from the model through the engine's
 * process, the events and the database, and beside it a plain loop in a process of its own, once with the library's
 * defaults and once with the number of threads that is best on this machine. Only one model is in memory at a time, the
 * three take turns, and only the reply is measured: the tokens after its first one.
 */

const root = resolve(import.meta.dirname, '..', '..');
const bar = 0.97;
const question = 'Tell me a story about a lighthouse, and do not stop before I tell you to.';
const { temperature, topK, topP, repetitionPenalty } = presets.k50;

/** From here on a token takes so long that a round ends early. */
const largeModelBytes = 2e9;
const largeModelTokens = 96;
/** Ends a round on a machine that is too busy for all of its tokens. The library's defaults may need forever. */
const roundLimitMs = 45_000;
const defaultArmLimitMs = 15_000;
const trialLimitMs = 6_000;

interface RawJob {
  modelPath: string;
  tokens: number;
  /** Null leaves threads to the library. */
  threads: number | null;
  limitMs: number;
}

/** Tokens per second of a plain loop. Runs in a process of its own. */
async function decodeRaw({ modelPath, tokens, threads, limitMs }: RawJob): Promise<number> {
  const { getLlama, LlamaLogLevel } = await import('node-llama-cpp');
  const llama = await getLlama({
    gpu: false,
    build: 'never',
    logLevel: LlamaLogLevel.error,
    ...(threads === null ? {} : { maxThreads: threads }),
  });
  const model = await llama.loadModel({ modelPath, gpuLayers: 0 });
  const context = await model.createContext({ contextSize: 2048, ...(threads === null ? {} : { threads }) });
  const window = model.tokenize(`<|prompter|>${question}<|endoftext|><|assistant|>`, true);
  const reply = context.getSequence().evaluate(window.slice(), {
    temperature,
    topK: topK ?? 0,
    topP: topP ?? 1,
    repeatPenalty: { penalty: repetitionPenalty, punishTokens: () => window },
  });
  let written = 0;
  let startedMs = 0;
  let endedMs = 0;
  for await (const token of reply) {
    window.push(token);
    written += 1;
    endedMs = performance.now();
    if (written === 1) startedMs = endedMs;
    else if (written >= tokens || endedMs - startedMs > limitMs) break;
  }
  return ((written - 1) / (endedMs - startedMs)) * 1000;
}

/** Runs `decodeRaw` in a plain Node process. */
function rawInChild(job: RawJob): Promise<number> {
  return new Promise((resolveRate, reject) => {
    const args = [import.meta.filename, '--raw', JSON.stringify(job)];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.on('error', reject);
    child.on('close', (code) => {
      const rate = Number(output.trim().split('\n').at(-1));
      if (code === 0 && Number.isFinite(rate)) resolveRate(rate);
      else reject(new Error(`The plain loop ended with exit code ${String(code)}.`));
    });
  });
}

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

/** A model of middle size that writes without end, made once. */
function ownModel(): string {
  const path = join(root, 'node_modules', '.cache', 'oasst-desktop', 'decode-16x1280.gguf');
  if (!existsSync(path)) {
    note('Writing a synthetic model of 250 MB …');
    writeSyntheticGguf({ path, layers: 16, width: 1280, heads: 20, vocabularySize: 50_288 });
  }
  return path;
}

async function findBestThreads(modelPath: string, tokens: number): Promise<number> {
  let best = { threads: 1, rate: 0 };
  const counts = Array.from({ length: availableParallelism() }, (_value, index) => index + 1);
  // Twice each, in turns: another program may get in the way of one try.
  for (const threads of [...counts, ...counts]) {
    const rate = await rawInChild({ modelPath, tokens, threads, limitMs: trialLimitMs });
    note(`plain loop, ${threads} thread${threads === 1 ? '' : 's'}: ${rate.toFixed(2)} tokens/s`);
    if (rate > best.rate) best = { threads, rate };
  }
  return best.threads;
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

const [mode, job] = process.argv.slice(2);
if (mode === '--raw' && job !== undefined) {
  const rate = await decodeRaw(JSON.parse(job) as RawJob);
  process.stdout.write(`${rate}\n`, () => process.exit(0));
} else {
  await main();
}
