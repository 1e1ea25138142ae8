import { spawn } from 'node:child_process';
import { AppError } from '../../preload/contract/errors.ts';
import { heartbeatIntervalMs, type EngineEvent, type EngineRequest } from './protocol.ts';

/** Heartbeats that may be missing in a row. Counted in ticks, not by the clock: a sleeping computer misses none. */
const missedHeartbeatsAllowed = 15;
const usualShutDownLimitMs = 20_000;
const keptLogLines = 40;

export interface EngineProcessOptions {
  /** A plain Node binary, never Electron's (see `process/index.ts`). */
  nodePath: string;
  /** The engine's entry: built JavaScript, or its TypeScript source under Node 24. */
  entryPath: string;
  /** Folder of an add-on with engines that are tried before the app's own. */
  addonFolder?: string | null;
  onEvent: (event: EngineEvent) => void;
  /** Called once, when the process is gone: `null` after a shut-down that was asked for. */
  onGone: (error: AppError | null) => void;
  /** Time between two looks at the heartbeats, and the longest time a shut-down may take; tests shorten both. */
  heartbeatCheckMs?: number;
  shutDownLimitMs?: number;
}

export interface EngineProcess {
  readonly pid: number | undefined;
  send(request: EngineRequest): void;
  /** Asks the process to save and leave, ends it by force after 20 s; resolves when it is gone. */
  shutDown(): Promise<void>;
  /** Ends it at once. */
  kill(reason: AppError): void;
}

function crashOf(code: number | null, signal: NodeJS.Signals | null, log: readonly string[]): AppError {
  return new AppError(
    'engine-crashed',
    'The engine that runs the model ended unexpectedly. What it had written so far is kept; ask again to restart it.',
    { exit: signal ?? String(code), log: log.join('\n').slice(-2000) },
  );
}

/** Starts an engine process and watches over it until it is gone. */
export function startEngineProcess(options: EngineProcessOptions): EngineProcess {
  const { nodePath, entryPath, addonFolder = null, onEvent, onGone } = options;
  // JSON, not structured clones: the two ends may be different versions of V8.
  const child = spawn(nodePath, addonFolder === null ? [entryPath] : [entryPath, addonFolder], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'json',
    env: { ...process.env, ELECTRON_RUN_AS_NODE: undefined, NODE_OPTIONS: undefined },
    windowsHide: true,
  });
  const log: string[] = [];
  let missedHeartbeats = 0;
  let reasonToEnd: AppError | null = null;
  let expected = false;
  let gone = false;
  let announceGone = (): void => undefined;
  const goneSoon = new Promise<void>((resolve) => {
    announceGone = resolve;
  });

  const kill = (reason: AppError): void => {
    reasonToEnd ??= reason;
    child.kill('SIGKILL');
  };

  const watch = setInterval(() => {
    missedHeartbeats += 1;
    if (missedHeartbeats > missedHeartbeatsAllowed) {
      kill(
        new AppError(
          'engine-stalled',
          'The engine that runs the model stopped responding and was ended. What it had written so far is kept.',
        ),
      );
    }
  }, options.heartbeatCheckMs ?? heartbeatIntervalMs);
  watch.unref();

  const leave = (error: AppError | null): void => {
    if (gone) return;
    gone = true;
    clearInterval(watch);
    announceGone();
    onGone(expected && reasonToEnd === null ? null : (reasonToEnd ?? error));
  };

  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    log.push(...text.split('\n').filter((line) => line !== ''));
    log.splice(0, Math.max(0, log.length - keptLogLines));
  });
  child.on('message', (event: EngineEvent) => {
    missedHeartbeats = 0;
    if (event.kind !== 'heartbeat') onEvent(event);
  });
  child.on('error', (error) => {
    leave(new AppError('engine-failed', 'The engine could not be started.', { cause: error.message }));
  });
  child.on('exit', (code, signal) => {
    leave(crashOf(code, signal, log));
  });

  return {
    pid: child.pid,
    send(request) {
      // A write to a process that just died fails; its exit is reported on its own.
      if (child.connected) child.send(request, () => undefined);
    },
    async shutDown() {
      if (gone) return;
      expected = true;
      if (child.connected) child.send({ kind: 'shut-down', id: 0 } satisfies EngineRequest, () => undefined);
      const limit = setTimeout(() => child.kill('SIGKILL'), options.shutDownLimitMs ?? usualShutDownLimitMs);
      await goneSoon;
      clearTimeout(limit);
    },
    kill,
  };
}
