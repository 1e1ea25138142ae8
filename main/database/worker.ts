import { parentPort, workerData } from 'node:worker_threads';
import { toErrorReport } from '../../preload/contract/errors.ts';
import { claimDatabase } from './claim.ts';
import { closeDatabase, openDatabase } from './connection.ts';
import { createOperations } from './operations.ts';
import type { DatabaseOperations, WorkerGreeting, WorkerOptions, WorkerReply, WorkerRequest } from './protocol.ts';
import { toDatabaseError } from './sqlite-errors.ts';

/** Entry of the database thread: opens the file, greets, then answers requests strictly one after the other. */
function serve(port: NonNullable<typeof parentPort>, { databasePath }: WorkerOptions): void {
  const greet = (greeting: WorkerGreeting) => port.postMessage(greeting);
  const answer = (reply: WorkerReply) => port.postMessage(reply);

  let db: ReturnType<typeof openDatabase>;
  try {
    db = openDatabase(databasePath);
  } catch (thrown) {
    // Without a listener on the port the thread now ends by itself.
    greet({ opened: false, error: toErrorReport(thrown) });
    return;
  }

  const claim = claimDatabase(databasePath);
  const operations = createOperations(db, Date.now, claim.held);
  port.on('message', ({ id, operation, args }: WorkerRequest) => {
    if (operation === 'close') {
      closeDatabase(db);
      claim.release();
      answer({ id, ok: true, value: undefined });
      port.close();
      return;
    }
    try {
      answer({ id, ok: true, value: dispatch(operations, operation, args) });
    } catch (thrown) {
      answer({ id, ok: false, error: toErrorReport(toDatabaseError(thrown)) });
    }
  });
  greet({ opened: true });
}

function dispatch(operations: DatabaseOperations, name: string, args: unknown[]): unknown {
  // Own keys only: `constructor` and its like are no operations.
  if (!Object.hasOwn(operations, name)) throw new Error(`no database operation is called ${name}`);
  // The client's types tie names to arguments; across the thread boundary they are plain data again.
  const operation = operations[name as keyof DatabaseOperations] as (...args: unknown[]) => unknown;
  return operation(...args);
}

if (parentPort === null) throw new Error('the database worker runs as a worker thread only');
serve(parentPort, workerData as WorkerOptions);
