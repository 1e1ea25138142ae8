import { parentPort, workerData } from 'node:worker_threads';
import { toErrorReport } from '../../preload/contract/errors.ts';
import { performBackupTask, type BackupOrder, type BackupTaskReply } from './backup-tasks.ts';
import { claimDatabase } from './claim.ts';
import { closeDatabase, openDatabase } from './connection.ts';
import { createOperations } from './operations.ts';
import type {
  DatabaseOperations,
  PreparedRestore,
  WorkerGreeting,
  WorkerOptions,
  WorkerReply,
  WorkerRequest,
} from './protocol.ts';
import { restorePrepared } from './restore.ts';
import { toDatabaseError } from './sqlite-errors.ts';
import { noteOpened, noteStanding } from './standing.ts';
import { withTemporary } from './temporary.ts';

/** The database thread: opens the file, greets, then answers requests strictly one after the other. */
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
  const operations = withTemporary(createOperations(db, Date.now, claim.held));
  let isNoted = !claim.held;
  /** With the first change the log holds what the file does not. */
  const noteWriting = (): void => {
    if (isNoted || db.prepare('SELECT total_changes()').pluck().get() === 0) return;
    isNoted = true;
    note(() => noteOpened(databasePath, Date.now()));
  };
  const perform = async ({ id, operation, args }: WorkerRequest): Promise<void> => {
    if (operation === 'close') {
      closeDatabase(db);
      // What could not be folded into the file is still in the log, which this says nothing of.
      if (claim.held) note(() => noteStanding(databasePath, { isOpen: false }));
      claim.release();
      answer({ id, ok: true, value: undefined });
      port.close();
      return;
    }
    try {
      if (operation === 'restorePrepared') {
        await restorePrepared(db, args[0] as PreparedRestore);
        answer({ id, ok: true, value: undefined });
        return;
      }
      answer({ id, ok: true, value: dispatch(operations, operation, args) });
      noteWriting();
    } catch (thrown) {
      answer({ id, ok: false, error: toErrorReport(toDatabaseError(thrown)) });
    }
  };
  // While a restore takes its time, what is asked meanwhile waits behind it, and is answered from what was restored.
  let turn = Promise.resolve();
  port.on('message', (request: WorkerRequest) => {
    turn = turn.then(() => perform(request));
  });
  greet({ opened: true });
  noteWriting();
}

/** A full disk that keeps a note from being written must not keep anybody from their conversations. */
function note(write: () => void): void {
  try {
    write();
  } catch {
    // The next start knows a little less.
  }
}

/** Does one piece of work on copies of the database, and ends with it. */
async function serveTask(port: NonNullable<typeof parentPort>, order: BackupOrder): Promise<void> {
  const answer = (reply: BackupTaskReply): void => port.postMessage(reply);
  try {
    const value = await performBackupTask(order, (fraction) => {
      answer({ fraction });
    });
    answer({ ok: true, value });
  } catch (thrown) {
    answer({ ok: false, error: toErrorReport(toDatabaseError(thrown)) });
  }
}

function dispatch(operations: DatabaseOperations, name: string, args: unknown[]): unknown {
  // Own keys only: `constructor` and its like are no operations.
  if (!Object.hasOwn(operations, name)) throw new Error(`no database operation is called ${name}`);
  // The client's types tie names to arguments; across the thread boundary they are plain data again.
  const operation = operations[name as keyof DatabaseOperations] as (...args: unknown[]) => unknown;
  return operation(...args);
}

/** Entry of the database thread, and of the short-lived threads that work on copies beside it. */
if (parentPort === null) throw new Error('the database worker runs as a worker thread only');
const options = workerData as WorkerOptions | BackupOrder;
if ('task' in options) void serveTask(parentPort, options);
else serve(parentPort, options);
