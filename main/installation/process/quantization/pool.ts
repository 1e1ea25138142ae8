import { Worker } from 'node:worker_threads';
import { AppError } from '../../../../preload/contract/errors.ts';
import { loadGgml, type Ggml } from './ggml.ts';
import type { Slice, SliceReply } from './slice.ts';

export interface QuantizationPool {
  /**
   * Converts all slices, as many at a time as there are threads; the next one is taken when a thread is free. When one
   * fails or the signal fires, no further one is begun. Settles only when no thread is at work any more.
   *
   * @throws AppError `cancelled`, `checkpoint-unreadable` or `disk-full`; the first failure
   */
  convert<T extends Slice>(slices: Iterable<T>, signal: AbortSignal, onConverted: (slice: T) => void): Promise<void>;
  /** Ends the threads. */
  close(): Promise<void>;
}

/** One thread; it has one slice at a time. */
function createThread(workerUrl: URL) {
  const worker = new Worker(workerUrl, { name: 'quantization' });
  let end: Error | null = null;
  let settle: ((reply: SliceReply | Error) => void) | null = null;

  function endWith(error: Error): void {
    end ??= error;
    settle?.(end);
  }
  worker.on('message', (reply: SliceReply) => settle?.(reply));
  worker.on('error', (thrown) => endWith(thrown instanceof Error ? thrown : new Error(String(thrown))));
  worker.on('exit', (code) => endWith(new Error(`a quantization thread ended with exit code ${code}`)));

  return {
    convert(slice: Slice): Promise<void> {
      return new Promise((resolve, reject) => {
        if (end !== null) {
          reject(end);
          return;
        }
        settle = (reply) => {
          settle = null;
          if (reply instanceof Error) reject(reply);
          else if (reply.ok) resolve();
          else reject(AppError.fromReport(reply.error));
        };
        worker.postMessage(slice);
      });
    },
    async close(): Promise<void> {
      await worker.terminate();
    },
  };
}

/**
 * The library ends the process when it is loaded again after it was unloaded, which happens with the last thread that
 * uses it. So this thread holds it too, and never lets it go.
 */
let held: Ggml | null = null;

/**
 * @param workerUrl the module of a thread: the source `worker.ts`, or what it was built into
 * @param threads how many; as many as there are physical cores is best
 */
export function createQuantizationPool(workerUrl: URL, threads: number): QuantizationPool {
  held ??= loadGgml();
  const pool = Array.from({ length: threads }, () => createThread(workerUrl));
  return {
    async convert(slices, signal, onConverted) {
      const queue = slices[Symbol.iterator]();
      let hasFailed = false;
      const results = await Promise.allSettled(
        pool.map(async (thread) => {
          try {
            while (!hasFailed && !signal.aborted) {
              const next = queue.next();
              if (next.done === true) return;
              await thread.convert(next.value);
              onConverted(next.value);
            }
          } catch (thrown) {
            hasFailed = true;
            throw thrown;
          }
        }),
      );
      const failure = results.find((result) => result.status === 'rejected');
      if (failure !== undefined) throw failure.reason;
      if (signal.aborted) {
        throw new AppError('cancelled', 'The conversion was stopped. What is converted so far is kept.');
      }
    },
    async close() {
      await Promise.all(pool.map((thread) => thread.close()));
    },
  };
}
