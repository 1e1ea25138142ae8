import { AppError } from '../../../preload/contract/errors.ts';
import type { ImportFormat, ImportReport } from '../../../preload/contract/exchange.ts';
import type { DatabaseClient, StoredConversation } from '../../database/protocol.ts';
import { createFileReader } from './file-reader.ts';
import { openSource, type ImportFile, type ImportSource } from './import-source.ts';
import { createBudget } from './import-text.ts';
import { createTally, type Tally } from './tally.ts';

export interface ImportOrder {
  /** A file, a zip or a folder. */
  path: string;
  /** Finds out what would happen, and writes nothing. */
  isDryRun: boolean;
  signal?: AbortSignal | undefined;
  /** Share of it that has been read. */
  onProgress?: ((fraction: number) => void) | undefined;
}

export interface ImportsOptions {
  database: Pick<DatabaseClient, 'stageImport' | 'mergeStaged' | 'dropStaged'>;
  now: () => number;
}

/** Conversations go to the database in loads of about this many UTF-16 units of text. */
const loadLength = 1024 ** 2;

/**
 * Conversations on their way in. A file is read, checked and laid aside piece by piece; then all of it is added in one
 * step, or nothing. Whatever a file says is text to the app and nothing more.
 */
export function createImports({ database, now }: ImportsOptions) {
  let isRunning = false;

  const stageAll = async ({ path, ...order }: ImportOrder, tally: Tally): Promise<ImportFormat> => {
    const source = await openSource(path, order.signal ?? new AbortController().signal);
    try {
      const load = createLoad(database);
      const progress = createProgress(source.files, order.onProgress);
      const budget = createBudget();
      const reader = createFileReader({ now: now(), tally, budget });
      let format: ImportFormat | null = null;
      for (const { name, bytes } of source.files) {
        try {
          for await (const found of reader.read(name, progress.follow(bytes()))) {
            format ??= found.format;
            if (found.conversation !== null) await load.add(found.conversation);
          }
        } catch (error) {
          const isUnreadable = error instanceof AppError && error.code === 'invalid-input' && !budget.isSpent();
          if (source.kind !== 'folder' || !isUnreadable) throw error;
          // One file that is broken keeps nobody from the others of a folder.
          tally.record += 1;
          tally.skip('not-json');
        }
      }
      await load.flush();
      if (format === null) throw nothingReadable(source.kind);
      return format;
    } finally {
      await source.close();
    }
  };

  /**
   * Imports a file, a zip or a folder: the app's own JSON, Open-Assistant's message trees or messages, packed with gzip
   * or not, and the conversations of other programs.
   *
   * @throws AppError `not-found` when it is not there, `invalid-input` when it cannot be read, `busy` while another
   * import runs, `cancelled`, `disk-full`; nothing was imported then
   */
  const run = async (order: ImportOrder): Promise<ImportReport> => {
    if (isRunning) throw new AppError('busy', 'Another import is running. Wait until it is done.');
    isRunning = true;
    const tally = createTally();
    try {
      await database.dropStaged();
      const format = await stageAll(order, tally);
      const merged = await database.mergeStaged(order.isDryRun);
      return { isDryRun: order.isDryRun, format, ...merged, ...tally.losses() };
    } finally {
      await database.dropStaged().catch(() => undefined); // It goes with the connection all the same.
      isRunning = false;
    }
  };

  return { run };
}

export type Imports = ReturnType<typeof createImports>;

/** Collects conversations and sends them to the database in loads. */
function createLoad(database: Pick<DatabaseClient, 'stageImport'>) {
  let held: StoredConversation[] = [];
  let length = 0;
  const flush = async (): Promise<void> => {
    await database.stageImport(held);
    held = [];
    length = 0;
  };
  return {
    async add(conversation: StoredConversation): Promise<void> {
      held.push(conversation);
      for (const { text } of conversation.messages) length += text.length;
      if (length >= loadLength || held.length >= 100) await flush();
    },
    flush,
  };
}

/** Tells how much of all files has been read, while they are. */
function createProgress(files: readonly ImportFile[], onProgress: ImportOrder['onProgress']) {
  const total = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  let read = 0;
  return {
    async *follow(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
      for await (const piece of bytes) {
        read += piece.length;
        onProgress?.(Math.min(1, read / Math.max(1, total)));
        yield piece;
      }
    },
  };
}

function nothingReadable(kind: ImportSource['kind']): AppError {
  const what = `This ${kind} holds no conversations in a form that can be read. Nothing was imported.`;
  return new AppError('invalid-input', what);
}
