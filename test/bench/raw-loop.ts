import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { presets } from '../../preload/contract/presets.ts';
import { writeSyntheticGguf } from '../support/synthetic-gguf.ts';
import { note } from './report.ts';

/**
 * node-llama-cpp without an app, for comparison: a plain loop in a process of its own. Run as a script it is that
 * process.
 */

export const root = resolve(import.meta.dirname, '..', '..');
export const question = 'Tell me a story about a lighthouse, and do not stop before I tell you to.';
const { temperature, topK, topP, repetitionPenalty } = presets.k50;

const trialLimitMs = 6_000;

export interface RawJob {
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
export function rawInChild(job: RawJob): Promise<number> {
  return new Promise((resolveRate, reject) => {
    const args = [import.meta.filename, JSON.stringify(job)];
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

/** A model of middle size that writes without end, made once. */
export function ownModel(): string {
  const path = join(root, 'node_modules', '.cache', 'oasst-desktop', 'decode-16x1280.gguf');
  if (!existsSync(path)) {
    note('Writing a synthetic model of 250 MB …');
    writeSyntheticGguf({ path, layers: 16, width: 1280, heads: 20, vocabularySize: 50_288 });
  }
  return path;
}

/** The fixed number of threads with which the plain loop is quickest. */
export async function findBestThreads(modelPath: string, tokens: number): Promise<number> {
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

if (import.meta.main) {
  const rate = await decodeRaw(JSON.parse(process.argv[2] ?? '') as RawJob);
  process.stdout.write(`${String(rate)}\n`, () => process.exit(0));
}
