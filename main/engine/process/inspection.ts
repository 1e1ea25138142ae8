import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { toErrorReport } from '../../../preload/contract/errors.ts';
import type { InspectionReport } from '../protocol.ts';

/**
 * Entry of the inspection: a short-lived plain Node child that looks at one file nobody knows yet. llama.cpp may abort,
 * hang or take all memory over a damaged one, and a chat template is a program of its own; here that harms nothing else.
 *
 * Arguments: the file, and the most resident memory in bytes.
 */

const watchIntervalMs = 50;

/** Ends the process, from a thread of its own: the main one may be stuck in native code. */
function watchMemory(limitBytes: number): void {
  setInterval(() => {
    if (process.memoryUsage.rss() > limitBytes) process.kill(process.pid, 'SIGKILL');
  }, watchIntervalMs);
}

function report(message: InspectionReport): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined) resolve();
    else process.send(message, () => resolve());
  });
}

async function inspect(path: string, memoryLimitBytes: number): Promise<void> {
  new Worker(new URL(import.meta.url), { workerData: memoryLimitBytes }).unref();
  process.on('disconnect', () => process.exit(0));
  // It may have gone while this module was loading, before anybody listened.
  if (!process.connected) process.exit(0);
  try {
    const { inspectModel } = await import('./inspect-model.ts');
    const facts = await inspectModel(path, (preliminary) => report({ kind: 'so-far', facts: preliminary }));
    await report({ kind: 'inspected', facts });
  } catch (error) {
    await report({ kind: 'refused', error: toErrorReport(error) });
  }
  process.exit(0);
}

if (isMainThread) {
  const [path, memoryLimitBytes] = process.argv.slice(2);
  if (path === undefined) throw new Error('Which file?');
  await inspect(path, Number(memoryLimitBytes));
} else {
  watchMemory(workerData as number);
}
