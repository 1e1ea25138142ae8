import { Worker } from 'node:worker_threads';
import { AppError, toErrorReport } from '../../preload/contract/errors.ts';
import type {
  DatabaseClient,
  OperationName,
  WorkerGreeting,
  WorkerOptions,
  WorkerReply,
  WorkerRequest,
} from './protocol.ts';
import { toDatabaseError } from './sqlite-errors.ts';

export interface DatabaseClientOptions {
  /** Absolute path of the database file; its folder exists. */
  databasePath: string;
  /** The worker's module: the source `worker.ts`, or what it was built into. */
  workerUrl: URL;
}

/** Every operation by name. A record, because forgetting one is then a compile error. */
const operationNames: Record<OperationName, true> = {
  listConversations: true,
  newestConversations: true,
  findConversations: true,
  getConversation: true,
  renameConversation: true,
  chooseConversationPreset: true,
  organiseConversations: true,
  deleteConversations: true,
  restoreConversations: true,
  listFolders: true,
  createFolder: true,
  renameFolder: true,
  deleteFolder: true,
  listTrash: true,
  restoreTrash: true,
  eraseTrash: true,
  purgeDeleted: true,
  scrubErased: true,
  rebuildTextIndexes: true,
  getBranchEnd: true,
  getEarlier: true,
  getHistory: true,
  getCurrentLeaf: true,
  getMessage: true,
  getSiblings: true,
  getTree: true,
  selectBranch: true,
  listUnfinishedBelow: true,
  deleteBranch: true,
  restoreBranch: true,
  forkBranch: true,
  rateAnswer: true,
  startTurn: true,
  startReplies: true,
  resumeAnswer: true,
  saveAnswerText: true,
  finishAnswer: true,
  interruptUnfinished: true,
  listDrafts: true,
  saveDraft: true,
  getQueue: true,
  addQueuedQuestion: true,
  changeQueuedQuestion: true,
  moveQueuedQuestion: true,
  removeQueuedQuestion: true,
  listTemporary: true,
  forgetTemporary: true,
  keepTemporary: true,
  addConversation: true,
  getSettings: true,
  changeSettings: true,
  findModelFile: true,
  saveModelFile: true,
  listModels: true,
  getModel: true,
  saveModel: true,
  deleteModel: true,
  measuredSpeed: true,
  listInstallations: true,
  saveInstallation: true,
  deleteInstallation: true,
  findText: true,
  listAnswerModels: true,
  listExportable: true,
  readConversations: true,
  stageImport: true,
  mergeStaged: true,
  dropStaged: true,
};

/**
 * Starts the database thread and resolves when the file is open and at the newest schema. Calls are answered in the
 * order they were made. When the thread dies, everything still unanswered and every later call rejects.
 *
 * @throws AppError `database-unreadable`, `database-newer`, `database-readonly`, `disk-full`, or `internal`
 */
export async function openDatabaseClient({ databasePath, workerUrl }: DatabaseClientOptions): Promise<DatabaseClient> {
  const options: WorkerOptions = { databasePath };
  const worker = new Worker(workerUrl, { name: 'database', workerData: options });
  await greetingOf(worker);
  const calls = createCalls(worker);

  const operations = Object.fromEntries(
    Object.keys(operationNames).map((name) => [name, (...args: unknown[]) => calls.send(name as OperationName, args)]),
  ) as unknown as Omit<DatabaseClient, 'restorePrepared' | 'close'>;

  let closing: Promise<void> | null = null;
  return {
    ...operations,
    async restorePrepared(input) {
      await calls.send('restorePrepared', [input]);
    },
    close() {
      closing ??= calls.close();
      return closing;
    },
  };
}

function greetingOf(worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (outcome: () => void) => {
      worker.off('message', onMessage).off('error', onError).off('exit', onExit);
      outcome();
    };
    const onMessage = (greeting: WorkerGreeting) =>
      settle(() => (greeting.opened ? resolve() : reject(AppError.fromReport(greeting.error))));
    const onError = (thrown: unknown) => settle(() => reject(asAppError(thrown)));
    const onExit = (exitCode: number) => settle(() => reject(deathOf(exitCode)));
    worker.on('message', onMessage).on('error', onError).on('exit', onExit);
  });
}

interface Waiting {
  resolve(value: unknown): void;
  reject(error: AppError): void;
}

/** Numbers requests, matches replies to them, and fails them all at once when the thread is gone. */
function createCalls(worker: Worker) {
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  /** Why no call can succeed any more; null while the thread lives. */
  let end: AppError | null = null;

  function endWith(error: AppError): void {
    end ??= error;
    for (const { reject } of waiting.values()) reject(end);
    waiting.clear();
  }

  worker.on('message', (reply: WorkerReply) => {
    const call = waiting.get(reply.id);
    if (call === undefined) return;
    waiting.delete(reply.id);
    if (reply.ok) call.resolve(reply.value);
    else call.reject(AppError.fromReport(reply.error));
  });
  worker.on('error', (thrown) => endWith(asAppError(thrown)));
  worker.on('messageerror', (thrown) => endWith(asAppError(thrown)));
  worker.on('exit', (exitCode) => endWith(deathOf(exitCode)));

  function send(operation: WorkerRequest['operation'], args: unknown[]): Promise<unknown> {
    if (end !== null) return Promise.reject(end);
    return new Promise((resolve, reject) => {
      const request: WorkerRequest = { id: ++lastId, operation, args };
      try {
        worker.postMessage(request);
        waiting.set(request.id, { resolve, reject });
      } catch (thrown) {
        reject(asAppError(thrown));
      }
    });
  }

  async function close(): Promise<void> {
    if (end !== null) return;
    const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
    const closed = send('close', []);
    end = new AppError('internal', 'The database is closed.', { cause: 'closed' });
    // A thread that died first is closed as well: what it had committed is on disk.
    await closed.catch(() => undefined);
    await exited;
  }

  return { send, close };
}

function asAppError(thrown: unknown): AppError {
  return AppError.fromReport(toErrorReport(toDatabaseError(thrown)));
}

function deathOf(exitCode: number): AppError {
  const message =
    'The part of the app that keeps the conversations has stopped. Everything saved before is kept. Restart the app.';
  return new AppError('internal', message, { cause: `the database thread ended with exit code ${exitCode}` });
}
