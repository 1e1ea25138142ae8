import { availableParallelism } from 'node:os';
import { toErrorReport, AppError } from '../../../preload/contract/errors.ts';
import type { Job, JobEvent, JobProgress, JobRequest, JobResults } from '../protocol.ts';
import { installAddon } from './addon/install-addon.ts';
import { convertFolder } from './conversion.ts';
import { hashFile } from './hash-file.ts';
import { install } from './install.ts';
import { measureMemory } from './memory-speed.ts';

/**
 * Entry of an installation process: a plain Node child of main that does one long job and exits. Whatever it has
 * finished lies in the job's folder, so it may be killed at any time and started again.
 */

/** Sources run as they are under Node 24; in the app everything is bundled beside this file. */
const isSource = import.meta.url.endsWith('.ts');

/** Where the code of a worker thread lies. */
function workerUrl(source: string, built: string): URL {
  return new URL(isSource ? source : built, import.meta.url);
}

const quantizeWorkerUrl = workerUrl('./quantization/worker.ts', './quantize-worker.js');
const memoryWorkerUrl = workerUrl('./memory-speed-worker.ts', './memory-speed-worker.js');

function send(event: JobEvent): void {
  if (process.connected) process.send?.(event);
}

/** Main need not hear of every block and every slice. */
const tellEveryMs = 100;
let told = { atMs: -Infinity, phase: '' };
function tell(progress: JobProgress): void {
  const atMs = performance.now();
  if (atMs - told.atMs < tellEveryMs && told.phase === progress.phase && progress.fraction < 1) return;
  told = { atMs, phase: progress.phase };
  send({ kind: 'progress', progress });
}

/** Progress of a job that fetches nothing. */
function alone(phase: JobProgress['phase'], fraction: number): JobProgress {
  return { phase, fetchedBytes: 0, totalBytes: 0, fraction };
}

const threads = availableParallelism();

function run(job: Job, signal: AbortSignal): Promise<JobResults[keyof JobResults]> {
  switch (job.kind) {
    case 'install':
      return install(job, { threads, workerUrl: quantizeWorkerUrl, signal, onProgress: tell });
    case 'convert':
      return convertFolder({
        ...job,
        threads,
        workerUrl: quantizeWorkerUrl,
        signal,
        onProgress: ({ doneWeights, totalWeights }) => tell(alone('converting', doneWeights / totalWeights)),
        onRead: (fraction) => tell(alone('verifying', fraction)),
      });
    case 'hash':
      return hashFile(job.path, job.copyTo, signal, (fraction) => tell(alone('verifying', fraction))).then(
        (sha256) => ({
          sha256,
        }),
      );
    case 'addon':
      return installAddon(job, { signal, onProgress: tell }).then(() => null);
    case 'measure-memory':
      return measureMemory(threads, memoryWorkerUrl).then((bytesPerSecond) => ({ bytesPerSecond }));
  }
}

const stop = new AbortController();

async function work(job: Job): Promise<void> {
  try {
    send({ kind: 'done', result: await run(job, stop.signal) });
  } catch (error) {
    send({ kind: 'failed', error: toErrorReport(error) });
  }
  // Answers that were sent are delivered before the channel closes; nothing else is left to do.
  process.disconnect();
}

process.on('message', (request: JobRequest) => {
  if (request.kind === 'start') void work(request.job);
  else stop.abort(new AppError('cancelled', 'It was stopped. What was finished is kept.'));
});
process.on('disconnect', () => process.exit(0));
// It may have gone while this module was loading, before anybody listened.
if (!process.connected) process.exit(0);
process.on('SIGINT', () => undefined);
