import { loadLlamaModel } from '../../main/engine/process/llama.ts';
import type { EngineModel } from '../../main/engine/process/model.ts';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { startEngine, type Engine, type GenerationEnd } from '../../main/engine/client.ts';
import { inspectModelFile, type InspectionOptions } from '../../main/engine/inspection-client.ts';
import { modelContextTokens, type GenerationUsage, type LoadedModel, type Turn } from '../../main/engine/protocol.ts';
import type { AppError } from '../../preload/contract/errors.ts';
import type { ModelFacts, PromptFormat } from '../../preload/contract/library.ts';
import { presets, type SamplingParameters } from '../../preload/contract/presets.ts';
import type { DeviceStep } from '../../preload/contract/settings.ts';

const root = join(import.meta.dirname, '..', '..');
const engineEntry = join(root, 'main', 'engine', 'process', 'index.ts');
const inspectionEntry = join(root, 'main', 'engine', 'process', 'inspection.ts');
export const guidePath = join(root, 'resources', 'guide-model', 'guide.gguf');

/** As the guide is meant to be asked in tests: the most probable word each time. */
export const greedy: SamplingParameters = {
  ...presets.k50,
  temperature: 0,
  topK: null,
  topP: null,
  repetitionPenalty: 1,
};

export interface RealEngine extends Engine {
  /** Resolves when the process is gone. */
  gone: Promise<AppError | null>;
}

export interface StartOptions {
  heartbeatCheckMs?: number;
  addonFolder?: string | null;
}

/** A real engine process, ended when the test ends. */
export function startRealEngine(options: StartOptions = {}): RealEngine {
  const { promise: gone, resolve } = Promise.withResolvers<AppError | null>();
  const engine = startEngine({ nodePath: process.execPath, entryPath: engineEntry, onGone: resolve, ...options });
  onTestFinished(() => engine.shutDown());
  return { ...engine, gone };
}

export interface LoadChoice {
  stateFolder?: string;
  modelSha256?: string;
  promptFormat?: PromptFormat | null;
  limitBytes?: number;
  device?: DeviceStep;
}

export function loadModel(engine: Engine, modelPath = guidePath, choice: LoadChoice = {}): Promise<LoadedModel> {
  const { stateFolder, modelSha256 = 'a'.repeat(64), promptFormat = null, limitBytes = 1024 ** 3 } = choice;
  const { device = 'cpu' } = choice;
  return engine.load(
    {
      modelPath,
      modelSha256,
      promptFormat,
      contextTokens: modelContextTokens,
      device,
      ignoreMemory: false,
      cache: stateFolder === undefined ? null : { folder: stateFolder, stateLimitBytes: limitBytes },
    },
    { onProgress: () => undefined, onDevice: () => undefined },
  );
}

export interface Question {
  conversationId: string;
  turns: Turn[];
  answerId: string;
  answerSoFar?: string;
  parameters?: SamplingParameters;
  seed?: number;
}

export interface Asked {
  end: Promise<GenerationEnd>;
  cancel: () => void;
  text: () => string;
  /** Resolves when it begins to read the prompt. */
  reading: Promise<void>;
  /** Resolves when this many pieces of text have come. */
  pieces: (count: number) => Promise<void>;
}

export function ask(engine: Engine, question: Question): Asked {
  let text = '';
  let pieces = 0;
  const reading = Promise.withResolvers<undefined>();
  const waiting: { count: number; resolve: () => void }[] = [];
  const generation = engine.generate(
    { answerSoFar: '', parameters: greedy, seed: 1, ...question },
    {
      onReading: () => reading.resolve(undefined),
      onText: (piece) => {
        text += piece;
        pieces += 1;
        for (const { count, resolve } of waiting) if (pieces >= count) resolve();
      },
    },
  );
  return {
    ...generation,
    reading: reading.promise,
    text: () => text,
    pieces: (count) =>
      pieces >= count ? Promise.resolve() : new Promise((resolve) => waiting.push({ count, resolve })),
  };
}

export interface Answer extends GenerationUsage {
  text: string;
  stopReason: GenerationEnd['stopReason'];
}

/** Asks and waits for the end. */
export async function answer(engine: Engine, question: Question): Promise<Answer> {
  const asked = ask(engine, question);
  const { usage, stopReason } = await asked.end;
  if (usage === null) throw new Error('The answer ended before anything was read.');
  return { ...usage, text: asked.text(), stopReason };
}

export function processExists(pid: number | undefined): boolean {
  if (pid === undefined) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** A model in this process, without an engine around it; the guide's unless told. */
export function loadPlainly(
  contextTokens: number,
  modelPath = guidePath,
  promptFormat: PromptFormat | null = null,
): Promise<EngineModel> {
  return loadLlamaModel({
    modelPath,
    modelSha256: null,
    promptFormat,
    contextTokens,
    device: 'cpu',
    ignoreMemory: false,
    cache: null,
    onProgress: () => undefined,
    onDevice: () => undefined,
  });
}

/** Looks at a file as the app does before it is added. */
export function inspect(path: string, limits: Partial<InspectionOptions> = {}): Promise<ModelFacts> {
  const { signal } = new AbortController();
  return inspectModelFile({ nodePath: process.execPath, entryPath: inspectionEntry, path, signal, ...limits });
}
