import type { Engine, GenerationEnd, GenerationHandlers, StartEngine } from '../../main/engine/client.ts';
import type {
  GenerateRequest,
  GenerationUsage,
  LoadedModel,
  LoadRequest,
  PrepareRequest,
} from '../../main/engine/protocol.ts';
import type { StopReason } from '../../preload/contract/conversations.ts';
import { AppError } from '../../preload/contract/errors.ts';

type Asked = Omit<GenerateRequest, 'kind' | 'id'>;

/** One answer that a test writes by hand. */
export interface ScriptedGeneration {
  readonly request: Asked;
  /** Times that it was cancelled. */
  readonly cancels: () => number;
  reading(done: number, total: number, reused?: number): void;
  text(text: string): void;
  finish(stopReason?: StopReason, usage?: Partial<GenerationUsage>): void;
  fail(error: AppError): void;
}

export interface ScriptedEngine extends Engine {
  readonly loads: readonly Omit<LoadRequest, 'kind' | 'id'>[];
  /** What it was told to read ahead. */
  readonly prepared: readonly Omit<PrepareRequest, 'kind' | 'id'>[];
  /** The conversations of which it was told to save nothing. */
  readonly forgotten: readonly string[];
  /** The process dies. */
  crash(): void;
  readonly isGone: () => boolean;
}

export interface Script {
  /** Answers a load; throws what a bad file gives. */
  load?: (modelPath: string, onProgress: (fraction: number) => void) => Promise<LoadedModel>;
  /** The GPU on which models are loaded; none unless told. */
  gpu?: string;
  /** A cancelled answer never ends: the process hangs. */
  hangsOnCancel?: boolean;
}

export function loadedModel(modelPath: string): LoadedModel {
  return {
    name: `Model of ${modelPath}`,
    quantization: 'Q4_0',
    sizeBytes: 1000,
    contextTokens: 2048,
    threads: 2,
    gpu: null,
  };
}

const crash = (): AppError => new AppError('engine-crashed', 'The engine ended unexpectedly.', { exit: 'SIGKILL' });

/** Stands in for engine processes: a test says word for word what they do. The script may change while it runs. */
export function createScriptedEngines(script: Script = {}) {
  const engines: ScriptedEngine[] = [];
  const generations: ScriptedGeneration[] = [];
  const waiting: ((generation: ScriptedGeneration) => void)[] = [];

  const startEngine: StartEngine = ({ onGone }) => {
    const loads: Omit<LoadRequest, 'kind' | 'id'>[] = [];
    const prepared: Omit<PrepareRequest, 'kind' | 'id'>[] = [];
    const forgotten: string[] = [];
    const failures = new Set<(error: AppError) => void>();
    let gone = false;
    const leave = (error: AppError | null): void => {
      if (gone) return;
      gone = true;
      for (const fail of [...failures]) fail(error ?? new AppError('engine-crashed', 'The engine was closed.'));
      onGone(error);
    };

    const generate = (request: Asked, { onReading, onText }: GenerationHandlers) => {
      const { promise, resolve, reject } = Promise.withResolvers<GenerationEnd>();
      let ended = false;
      let cancels = 0;
      const settle = (outcome: () => void): void => {
        if (ended) return;
        ended = true;
        failures.delete(fail);
        outcome();
      };
      const fail = (error: AppError): void => settle(() => reject(error));
      failures.add(fail);
      const generation: ScriptedGeneration = {
        request,
        cancels: () => cancels,
        reading: (done, total, reused = 0) => onReading({ done, total, reused }),
        text: onText,
        finish(stopReason = 'end-of-text', usage = {}) {
          const counts = { promptTokens: 10, reusedTokens: 0, replyTokens: 5, promptMs: 100, replyMs: 50 };
          const firstVisibleTurnId = request.turns[0]?.id ?? '';
          settle(() => resolve({ stopReason, usage: { ...counts, firstVisibleTurnId, ...usage } }));
        },
        fail,
      };
      generations.push(generation);
      waiting.shift()?.(generation);
      if (gone) fail(crash());
      return {
        end: promise,
        cancel: () => {
          cancels += 1;
          if (script.hangsOnCancel !== true) generation.finish('stopped');
        },
      };
    };

    const engine: ScriptedEngine = {
      pid: undefined,
      loads,
      prepared,
      forgotten,
      isGone: () => gone,
      crash: () => leave(crash()),
      load: (request, { onProgress, onDevice }) =>
        new Promise((resolve, reject) => {
          loads.push(request);
          onDevice(script.gpu ?? null);
          failures.add(reject);
          const loading =
            script.load?.(request.modelPath, onProgress) ?? Promise.resolve(loadedModel(request.modelPath));
          void loading.then(resolve, reject).finally(() => failures.delete(reject));
        }),
      generate,
      measure: async ({ draft }) => ({
        historyTokens: 0,
        draftTokens: draft.length,
        limitTokens: 1536,
        firstVisibleTurnId: null,
        fits: true,
      }),
      prepare: (request) => void prepared.push(request),
      forget: (conversationIds) => void forgotten.push(...conversationIds),
      shutDown: async () => leave(null),
    };
    engines.push(engine);
    return engine;
  };

  let taken = 0;
  return {
    startEngine,
    script,
    engines,
    /** The next answer that the engine is asked for, in order. */
    async nextGeneration(): Promise<ScriptedGeneration> {
      const index = taken++;
      const known = generations[index];
      if (known !== undefined) return known;
      return new Promise((resolve) => waiting.push(resolve));
    },
    /** Answers asked for so far. */
    count: () => generations.length,
  };
}
