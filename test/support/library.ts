import { join } from 'node:path';
import type { ModelFacts } from '../../preload/contract/library.ts';
import { AppError } from '../../preload/contract/errors.ts';
import type { JobOptions, RunningJob, StartJob } from '../../main/installation/client.ts';
import type { Job, JobProgress, JobResults } from '../../main/installation/protocol.ts';

export const cataloguePath = join(import.meta.dirname, '..', '..', 'resources', 'model-catalogue.json');

/** Facts of a small Open-Assistant model; tests change what they look at. */
export function modelFacts(change: Partial<ModelFacts> = {}): ModelFacts {
  return {
    name: 'A model',
    architecture: 'gptneox',
    quantization: 'Q4_K_M',
    sizeBytes: 1000,
    layers: 2,
    width: 64,
    stateBytesPerToken: 512,
    contextTokens: 2048,
    vocabularySize: 600,
    promptFormat: { kind: 'open-assistant' },
    withoutFormat: null,
    ...change,
  };
}

/** A job that a test does by hand. */
export interface ScriptedJob {
  readonly job: Job;
  readonly options: JobOptions;
  readonly isStopped: () => boolean;
  progress(change: Partial<JobProgress>): void;
  done(result: JobResults[keyof JobResults]): void;
  fail(error: AppError): void;
}

/** Stands in for installation processes: a test says what they do. Measuring the memory is answered at once. */
export function createScriptedJobs() {
  const jobs: ScriptedJob[] = [];
  const waiting: ((job: ScriptedJob) => void)[] = [];
  const startJob: StartJob = <J extends Job>(job: J, options: JobOptions): RunningJob<JobResults[J['kind']]> => {
    const { promise, resolve, reject } = Promise.withResolvers<JobResults[J['kind']]>();
    promise.catch(() => undefined);
    let stopped = false;
    const scripted: ScriptedJob = {
      job,
      options,
      isStopped: () => stopped,
      progress: (change) =>
        options.onProgress({ phase: 'downloading', fetchedBytes: 0, totalBytes: 0, fraction: 0, ...change }),
      done: (result) => resolve(result as JobResults[J['kind']]),
      fail: reject,
    };
    if (job.kind === 'measure-memory') scripted.done({ bytesPerSecond: 40e9 });
    else {
      jobs.push(scripted);
      waiting.shift()?.(scripted);
    }
    return {
      result: promise,
      stop: async () => {
        stopped = true;
        reject(new AppError('cancelled', 'It was stopped.'));
      },
    };
  };
  let taken = 0;
  return {
    startJob,
    jobs,
    /** The next job that is asked for, in order. */
    async next(): Promise<ScriptedJob> {
      const known = jobs[taken++];
      return known ?? new Promise((resolve) => waiting.push(resolve));
    },
  };
}
