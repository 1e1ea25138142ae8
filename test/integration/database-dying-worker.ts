import { parentPort } from 'node:worker_threads';
import type { WorkerGreeting, WorkerRequest } from '../../main/database/protocol.ts';

/** A database thread that opens nothing and answers nothing: it dies of its first request, in the way that names. */
parentPort?.on('message', ({ operation }: WorkerRequest) => {
  if (operation === 'getSettings') process.exit(7);
  if (operation === 'listConversations')
    throw Object.assign(new Error('page 3 is damaged'), { code: 'SQLITE_CORRUPT' });
  if (operation === 'close') parentPort?.close();
});
parentPort?.postMessage({ opened: true } satisfies WorkerGreeting);
