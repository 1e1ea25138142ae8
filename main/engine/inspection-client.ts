import { spawn } from 'node:child_process';
import { AppError } from '../../preload/contract/errors.ts';
import type { ModelFacts } from '../../preload/contract/library.ts';
import type { InspectionReport } from './protocol.ts';

const usualTimeLimitMs = 20_000;
/** The largest vocabularies in use, with llama.cpp around them, take a third of this. */
const usualMemoryLimitBytes = 1.5 * 1024 ** 3;

export interface InspectionOptions {
  /** A plain Node binary, and the entry of the inspection: built JavaScript, or its TypeScript source under Node 24. */
  nodePath: string;
  entryPath: string;
  /** The file to look at. */
  path: string;
  timeLimitMs?: number;
  memoryLimitBytes?: number;
  /** Gives it up. */
  signal: AbortSignal;
}

function stopped(details: Record<string, string>): AppError {
  return new AppError(
    'model-unreadable',
    'This file made the reader stop. It is damaged or not made for this app; nothing else was affected.',
    details,
  );
}

/**
 * Looks at a model file in a process of its own, which is gone when this settles.
 *
 * @throws AppError `model-missing`, `model-unreadable`, `model-unsupported`, `cancelled`, or `engine-failed` when the
 *   process cannot be started
 */
export function inspectModelFile(options: InspectionOptions): Promise<ModelFacts> {
  const { nodePath, entryPath, path, signal } = options;
  const { timeLimitMs = usualTimeLimitMs, memoryLimitBytes = usualMemoryLimitBytes } = options;
  const { promise, resolve, reject } = Promise.withResolvers<ModelFacts>();
  const cancelled = (): AppError => new AppError('cancelled', 'Looking at the file was given up. Nothing was changed.');
  if (signal.aborted) return Promise.reject(cancelled());

  const child = spawn(nodePath, [entryPath, path, String(memoryLimitBytes)], {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    serialization: 'json',
    env: { ...process.env, ELECTRON_RUN_AS_NODE: undefined, NODE_OPTIONS: undefined },
    windowsHide: true,
  });
  /** What is known should the chat template, the last thing that is looked at, end the process. */
  let soFar: ModelFacts | null = null;
  let outcome: (() => void) | null = null;

  const kill = (): boolean => child.kill('SIGKILL');
  const giveUp = (): void => {
    outcome ??= () => {
      reject(cancelled());
    };
    kill();
  };
  const limit = setTimeout(kill, timeLimitMs);
  signal.addEventListener('abort', giveUp, { once: true });

  const leave = (otherwise: () => void): void => {
    clearTimeout(limit);
    signal.removeEventListener('abort', giveUp);
    (outcome ?? otherwise)();
  };

  child.on('message', (report: InspectionReport) => {
    switch (report.kind) {
      case 'so-far':
        soFar = report.facts;
        break;
      case 'inspected':
        outcome ??= () => {
          resolve(report.facts);
        };
        break;
      case 'refused': {
        const error = AppError.fromReport(report.error);
        // What nobody foresaw came from the file all the same.
        outcome ??= () => {
          reject(error.code === 'internal' ? stopped({ cause: String(error.details['cause']) }) : error);
        };
        break;
      }
    }
  });
  child.on('error', (error) => {
    leave(() => {
      reject(new AppError('engine-failed', 'The file could not be looked at.', { cause: error.message }));
    });
  });
  child.on('exit', (code, exitSignal) => {
    leave(() => {
      if (soFar === null) reject(stopped({ exit: exitSignal ?? String(code) }));
      else resolve(soFar);
    });
  });
  return promise;
}
