import { statSync } from 'node:fs';
import { AppError } from '../../preload/contract/errors.ts';
import type { StopReason } from '../../preload/contract/conversations.ts';
import type {
  EngineEvent,
  GenerateRequest,
  GenerationUsage,
  LoadedModel,
  LoadRequest,
  MeasureRequest,
  PrepareRequest,
  WindowMeasure,
} from './protocol.ts';
import { startEngineProcess, type EngineProcess, type EngineProcessOptions } from './supervisor.ts';

/** Longest silence while an answer is due. One piece of a prompt on a busy machine takes far less. */
const silenceLimitMs = 180_000;

/**
 * Longest silence before the first weights of a model are told of. Damaged headers can hang llama.cpp, which still lets
 * the process send its heartbeats. But a good file may be silent as well: its pages are brought into memory before the
 * first tensor counts, which takes as long as the disk needs for all of it. So the limit grows with the file, at less
 * than any disk reads, and ends a hang over a small file soon and over a large one at all.
 */
const headerLimitMs = 30_000;
const slowestDiskBytesPerMs = 2_000;

function loadLimitMs(modelPath: string): number {
  const sizeBytes = statSync(modelPath, { throwIfNoEntry: false })?.size ?? 0;
  return headerLimitMs + sizeBytes / slowestDiskBytesPerMs;
}

export interface GenerationEnd {
  stopReason: StopReason;
  usage: GenerationUsage | null;
}

export interface LoadHandlers {
  onProgress: (fraction: number) => void;
  /** Told where the model is being loaded before it is; null is the processor. */
  onDevice: (gpu: string | null) => void;
}

export interface GenerationHandlers {
  onReading: (progress: { done: number; total: number; reused: number }) => void;
  onText: (text: string) => void;
}

export interface EngineGeneration {
  /** Rejects with an `AppError` when the engine fails, dies or falls silent. */
  end: Promise<GenerationEnd>;
  /** Stops it; `end` resolves within milliseconds with reason `stopped`. Repeating it is harmless. */
  cancel(): void;
}

/** One engine process with one model, from start to end. */
export interface Engine {
  readonly pid: number | undefined;
  load(request: Omit<LoadRequest, 'kind' | 'id'>, handlers: LoadHandlers): Promise<LoadedModel>;
  generate(request: Omit<GenerateRequest, 'kind' | 'id'>, handlers: GenerationHandlers): EngineGeneration;
  /** How a draft would fit the window. */
  measure(request: Omit<MeasureRequest, 'kind' | 'id'>): Promise<WindowMeasure>;
  /** Reads ahead what a question will begin with; given up as soon as anything is asked. */
  prepare(request: Omit<PrepareRequest, 'kind' | 'id'>): void;
  /** Lets nothing of these conversations be on disk from now on. */
  forget(conversationIds: readonly string[]): void;
  /** Saves states, frees the memory, ends the process. */
  shutDown(): Promise<void>;
}

export type StartEngine = (options: { onGone: (error: AppError | null) => void }) => Engine;

interface Pending {
  onEvent: (event: EngineEvent) => void;
  fail: (error: AppError) => void;
}

/** Starts an engine process and speaks its protocol. */
export function startEngine(options: Omit<EngineProcessOptions, 'onEvent'>): Engine {
  const pending = new Map<number, Pending>();
  let nextId = 1;
  /** Why no request can be answered any more; null while the process lives. */
  let end: AppError | null = null;

  const engineProcess: EngineProcess = startEngineProcess({
    ...options,
    onEvent: (event) => {
      if (event.kind !== 'heartbeat') pending.get(event.id)?.onEvent(event);
    },
    onGone: (error) => {
      end = error ?? new AppError('engine-crashed', 'The engine was closed.');
      for (const request of [...pending.values()]) request.fail(end);
      options.onGone(error);
    },
  });

  /** Waits for the end of a request; `take` returns a value when an event is the end. */
  const settle = <T>(id: number, take: (event: EngineEvent) => T | undefined, limitMs: number | null): Promise<T> =>
    new Promise((resolve, reject) => {
      if (end !== null) {
        reject(end);
        return;
      }
      let silence: NodeJS.Timeout | undefined;
      const close = (): void => {
        clearTimeout(silence);
        pending.delete(id);
      };
      const listen = (): void => {
        clearTimeout(silence);
        if (limitMs === null) return;
        silence = setTimeout(() => {
          engineProcess.kill(
            new AppError(
              'engine-stalled',
              'The model has not written anything for three minutes and was ended. What it had written is kept.',
            ),
          );
        }, limitMs);
      };
      listen();
      pending.set(id, {
        fail: (error) => {
          close();
          reject(error);
        },
        onEvent: (event) => {
          listen();
          if (event.kind === 'failed') {
            close();
            reject(AppError.fromReport(event.error));
            return;
          }
          const value = take(event);
          if (value === undefined) return;
          close();
          resolve(value);
        },
      });
    });

  return {
    pid: engineProcess.pid,
    load(request, { onProgress, onDevice }) {
      const id = nextId++;
      const headerLimit = setTimeout(() => {
        engineProcess.kill(
          new AppError(
            'model-unreadable',
            'This file made llama.cpp stop before it read any weights, and the engine was ended. Choose another file.',
          ),
        );
      }, loadLimitMs(request.modelPath));
      const loaded = settle(
        id,
        (event) => {
          if (event.kind === 'device') onDevice(event.gpu);
          if (event.kind === 'load-progress') {
            clearTimeout(headerLimit);
            onProgress(event.fraction);
          }
          return event.kind === 'loaded' ? event.model : undefined;
        },
        null,
      );
      engineProcess.send({ kind: 'load', id, ...request });
      return loaded.finally(() => {
        clearTimeout(headerLimit);
      });
    },
    generate(request, { onReading, onText }) {
      const id = nextId++;
      const end = settle<GenerationEnd>(
        id,
        (event) => {
          if (event.kind === 'reading') onReading({ done: event.done, total: event.total, reused: event.reused });
          if (event.kind === 'text') onText(event.text);
          return event.kind === 'generated' ? { stopReason: event.stopReason, usage: event.usage } : undefined;
        },
        silenceLimitMs,
      );
      engineProcess.send({ kind: 'generate', id, ...request });
      return {
        end,
        cancel: () => {
          engineProcess.send({ kind: 'cancel', id });
        },
      };
    },
    measure(request) {
      const id = nextId++;
      const measured = settle(id, (event) => (event.kind === 'measured' ? event.measure : undefined), silenceLimitMs);
      engineProcess.send({ kind: 'measure', id, ...request });
      return measured;
    },
    prepare(request) {
      engineProcess.send({ kind: 'prepare', id: nextId++, ...request });
    },
    forget(conversationIds) {
      engineProcess.send({ kind: 'forget', id: nextId++, conversationIds });
    },
    shutDown: () => engineProcess.shutDown(),
  };
}
