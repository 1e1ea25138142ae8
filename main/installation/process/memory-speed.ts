import { Worker } from 'node:worker_threads';

/** What each thread reads over and over: more than any processor's cache. */
export const bufferBytes = 192 * 1024 ** 2;

/** What one thread measured, with all others at work at the same time. */
export interface ThreadSpeed {
  bytesPerSecond: number;
}

/**
 * How fast `threads` cores together read from memory. Writing a token reads all weights once, so this says how fast a model
 * can be at best before it is there to be tried.
 *
 * @param workerUrl of `memory-speed-worker.ts`
 */
export async function measureMemory(threads: number, workerUrl: URL): Promise<number> {
  const speeds = await Promise.all(
    Array.from(
      { length: threads },
      () =>
        new Promise<number>((resolve, reject) => {
          const worker = new Worker(workerUrl);
          worker.once('message', ({ bytesPerSecond }: ThreadSpeed) => resolve(bytesPerSecond));
          worker.once('error', reject);
        }),
    ),
  );
  return speeds.reduce((sum, speed) => sum + speed, 0);
}
