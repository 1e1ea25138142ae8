import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { startEngine, type Engine, type GenerationEnd } from '../../main/engine/client.ts';
import { loadLlamaModel } from '../../main/engine/process/llama.ts';
import type { EngineModel } from '../../main/engine/process/model.ts';
import type { LoadedModel, Turn } from '../../main/engine/protocol.ts';
import { presets, type SamplingParameters } from '../../preload/contract/presets.ts';
import { root } from './raw-loop.ts';

/** The app's engine process, driven directly. */

export interface BenchEngine {
  engine: Engine;
  model: LoadedModel;
  loadMs: number;
}

export async function openEngine(modelPath: string, cacheFolder: string | null): Promise<BenchEngine> {
  const engine = startEngine({
    nodePath: process.execPath,
    entryPath: join(root, 'main', 'engine', 'process', 'index.ts'),
    onGone: () => undefined,
  });
  const startedMs = performance.now();
  const model = await engine.load(
    {
      modelPath,
      // Stands for the file's hash; the bench uses one file for one folder.
      modelSha256: 'b'.repeat(64),
      promptFormat: null,
      contextTokens: 2048,
      device: 'cpu',
      ignoreMemory: false,
      cache: cacheFolder === null ? null : { folder: cacheFolder, stateLimitBytes: 16e9 },
    },
    { onProgress: () => undefined, onDevice: () => undefined },
  );
  return { engine, model, loadMs: performance.now() - startedMs };
}

/** The model in this process, without an engine around it. */
export function loadPlainly(modelPath: string): Promise<EngineModel> {
  return loadLlamaModel({
    modelPath,
    modelSha256: null,
    promptFormat: null,
    contextTokens: 2048,
    device: 'cpu',
    ignoreMemory: false,
    cache: null,
    onProgress: () => undefined,
    onDevice: () => undefined,
  });
}

export interface AskResult extends GenerationEnd {
  /** The answer as the next question will have it before it: the engine knows its words again by this id. */
  turn: Turn;
  /** From the request to the first text. */
  firstTextMs: number;
}

export async function ask(
  engine: Engine,
  conversationId: string,
  turns: Turn[],
  parameters: Partial<SamplingParameters> = {},
): Promise<AskResult> {
  const answerId = randomUUID();
  let text = '';
  let firstTextMs = Number.NaN;
  const startedMs = performance.now();
  const generation = engine.generate(
    {
      conversationId,
      turns,
      answerId,
      answerSoFar: '',
      parameters: { ...presets.k50, ...parameters },
      seed: 1,
    },
    {
      onReading: () => undefined,
      onText: (piece) => {
        if (text === '') firstTextMs = performance.now() - startedMs;
        text += piece;
      },
    },
  );
  const end = await generation.end;
  return { ...end, turn: { id: answerId, role: 'assistant', text }, firstTextMs };
}

/** A question of about `words` words, different for each `index`, that any model spells with one or two tokens a word. */
export function longQuestion(words: number, index: number): string {
  const stock = ['time', 'house', 'water', 'light', 'stone', 'river', 'paper', 'green', 'night', 'bread'];
  return Array.from(
    { length: words },
    (_value, word) => stock[(word * 7 + index * 3 + (word % 5)) % stock.length],
  ).join(' ');
}
