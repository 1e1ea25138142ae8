import { Worker } from 'node:worker_threads';
import { AppError, toErrorReport } from '../../preload/contract/errors.ts';
import type { BackupOrder, BackupTaskName, BackupTaskReply, BackupTasks } from './backup-tasks.ts';
import { toDatabaseError } from './sqlite-errors.ts';

export interface BackupTaskOptions {
  onProgress?: ((fraction: number) => void) | undefined;
  /** Ends the thread; whatever it had begun is left as a part file. */
  signal?: AbortSignal | undefined;
}

/** Does a task in a thread of its own. Rejects with an `AppError`, `cancelled` when the signal fires. */
export type RunBackupTask = <K extends BackupTaskName>(
  task: K,
  input: BackupTasks[K]['input'],
  options?: BackupTaskOptions,
) => Promise<BackupTasks[K]['output']>;

/** @param workerUrl the module of the database's thread, which does these tasks as well */
export function createBackupRunner(workerUrl: URL): RunBackupTask {
  return (task, input, { onProgress, signal } = {}) =>
    new Promise((resolve, reject) => {
      const order = { task, input } as BackupOrder;
      const worker = new Worker(workerUrl, { name: `backup-${task}`, workerData: order });
      let outcome = (): void => reject(new AppError('internal', 'The work on the backup ended before it was done.'));
      const stop = (): void => {
        outcome = () => reject(new AppError('cancelled', 'It was cancelled. No unfinished file was left.'));
        void worker.terminate();
      };
      worker.on('message', (reply: BackupTaskReply) => {
        if ('fraction' in reply) onProgress?.(reply.fraction);
        // The task's name says what it answers with.
        else if (reply.ok) outcome = () => resolve(reply.value as BackupTasks[typeof task]['output']);
        else outcome = () => reject(AppError.fromReport(reply.error));
      });
      worker.on('error', (thrown) => {
        outcome = () => reject(AppError.fromReport(toErrorReport(toDatabaseError(thrown))));
      });
      // Told when the thread is gone: until then it may hold files open.
      worker.on('exit', () => {
        signal?.removeEventListener('abort', stop);
        outcome();
      });
      signal?.addEventListener('abort', stop);
      if (signal?.aborted === true) stop();
    });
}
