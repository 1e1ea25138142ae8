import { spawn } from 'node:child_process';
import { AppError } from '../../preload/contract/errors.ts';
import type { Job, JobEvent, JobProgress, JobRequest, JobResults } from './protocol.ts';

/** How processes for long work are started. */
export interface JobProcessOptions {
  /** A plain Node binary. */
  nodePath: string;
  /** Entry of the installation process: built JavaScript, or its TypeScript source under Node 24. */
  entryPath: string;
}

export interface RunningJob<Result> {
  /** Rejects with what failed; with `cancelled` after `stop`. */
  result: Promise<Result>;
  /** Ends the job at the next safe place; what is finished stays in its folder. Resolves when the process is gone. */
  stop(): Promise<void>;
}

export interface JobOptions {
  onProgress: (progress: JobProgress) => void;
  /** A proxy for whatever is fetched; null leaves the environment as it is. */
  proxyUrl: string | null;
}

/** Starts a job in a process of its own. */
export type StartJob = <J extends Job>(job: J, options: JobOptions) => RunningJob<JobResults[J['kind']]>;

/** A process that was told to stop gets this long before it is ended by force. */
const stopLimitMs = 10_000;
const keptLogChars = 4_000;

function environment(proxyUrl: string | null): NodeJS.ProcessEnv {
  const proxy = proxyUrl === null ? {} : { HTTP_PROXY: proxyUrl, HTTPS_PROXY: proxyUrl, NO_PROXY: '' };
  return {
    ...process.env,
    ...proxy,
    NODE_USE_ENV_PROXY: '1',
    ELECTRON_RUN_AS_NODE: undefined,
    NODE_OPTIONS: undefined,
  };
}

/** Makes the function that starts jobs. */
export function createJobStarter({ nodePath, entryPath }: JobProcessOptions): StartJob {
  return <J extends Job>(job: J, { onProgress, proxyUrl }: JobOptions): RunningJob<JobResults[J['kind']]> => {
    const child = spawn(nodePath, [entryPath], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      serialization: 'json',
      env: environment(proxyUrl),
      windowsHide: true,
    });
    const { promise, resolve, reject } = Promise.withResolvers<JobResults[J['kind']]>();
    const gone = Promise.withResolvers<undefined>();
    let stopped = false;
    let log = '';

    const send = (request: JobRequest): void => {
      if (child.connected) child.send(request, () => undefined); // A write to a dead process is told by its exit.
    };
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      log = (log + text).slice(-keptLogChars);
    });
    child.on('message', (event: JobEvent) => {
      if (event.kind === 'progress') onProgress(event.progress);
      if (event.kind === 'done') resolve(event.result as JobResults[J['kind']]);
      if (event.kind === 'failed') reject(AppError.fromReport(event.error));
    });
    child.on('error', (error) => {
      reject(new AppError('internal', 'The process for this work could not be started.', { cause: error.message }));
      gone.resolve(undefined);
    });
    child.on('exit', (code, signal) => {
      gone.resolve(undefined);
      // After an answer this changes nothing.
      reject(
        stopped
          ? new AppError('cancelled', 'It was stopped. What was finished is kept.')
          : new AppError(
              'internal',
              'The process that did this work ended unexpectedly. What was finished is kept; start it again to go on.',
              { exit: signal ?? String(code), log },
            ),
      );
    });
    promise.catch(() => undefined); // Whoever wants to know awaits `result`.
    send({ kind: 'start', job });

    return {
      result: promise,
      async stop() {
        stopped = true;
        send({ kind: 'stop' });
        const limit = setTimeout(() => child.kill('SIGKILL'), stopLimitMs);
        await gone.promise;
        clearTimeout(limit);
      },
    };
  };
}
