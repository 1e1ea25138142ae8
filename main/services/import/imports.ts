import { AppError } from '../../../preload/contract/errors.ts';
import type { ImportFormat, ImportReport } from '../../../preload/contract/exchange.ts';
import type { DatabaseClient, StoredConversation } from '../../database/protocol.ts';
import { isRecord } from './foreign-fields.ts';
import { importText } from './import-text.ts';
import { jsonRecords } from './json-records.ts';
import { isRow, isTree, toRowConversations, toTreeConversation } from './message-trees.ts';
import { isOwnEnvelope, toOwnConversation } from './own-json.ts';
import { createTally, type Tally } from './tally.ts';

export interface ImportOrder {
  path: string;
  /** Finds out what would happen, and writes nothing. */
  isDryRun: boolean;
  signal?: AbortSignal | undefined;
  /** Share of the file that has been read. */
  onProgress?: ((fraction: number) => void) | undefined;
}

export interface ImportsOptions {
  database: Pick<DatabaseClient, 'stageImport' | 'mergeStaged' | 'dropStaged'>;
  now: () => number;
}

/** Conversations go to the database in loads of about this many UTF-16 units of text. */
const loadLength = 1024 ** 2;
/** Rows of a flat file are held until its end, because their parents may come later. */
const maxRows = 1_000_000;

/**
 * Conversations on their way in. A file is read, checked and laid aside piece by piece; then all of it is added in one
 * step, or nothing. Whatever a file says is text to the app and nothing more.
 */
export function createImports({ database, now }: ImportsOptions) {
  let isRunning = false;

  const stageAll = async ({ path, ...order }: ImportOrder, tally: Tally): Promise<ImportFormat> => {
    const signal = order.signal ?? new AbortController().signal;
    const load = createLoad(database);
    const rows: Record<string, unknown>[] = [];
    const time = now();
    let format: ImportFormat | null = null;
    const isLines = /\.jsonl(\.gz)?$/i.test(path);
    const text = importText(path, signal, (fraction) => order.onProgress?.(fraction));
    for await (const { kind, value } of jsonRecords(text, isLines, tally)) {
      if (kind === 'envelope') {
        if (isOwnEnvelope(value)) format ??= 'oasst-desktop';
        continue;
      }
      const isForeign = isRecord(value) && !('messages' in value);
      if (isForeign && isRow(value)) {
        format ??= 'oasst-messages';
        if (rows.push(value) > maxRows) throw tooManyRows();
        continue;
      }
      const isTreeRecord = isForeign && isTree(value);
      const conversation = isTreeRecord
        ? toTreeConversation(value, time, tally)
        : toOwnConversation(value, time, tally);
      if (conversation !== null) {
        format ??= isTreeRecord ? 'oasst-trees' : 'oasst-desktop';
        await load.add(conversation);
      } else if (!isTreeRecord) tally.skip('unknown-form');
    }
    for (const conversation of toRowConversations(rows, time, tally)) await load.add(conversation);
    await load.flush();
    if (format === null) throw nothingReadable();
    return format;
  };

  /**
   * Imports a file: the app's own JSON, or Open-Assistant's message trees or messages, packed with gzip or not.
   *
   * @throws AppError `not-found` without the file, `invalid-input` for one that cannot be read, `busy` while another
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

function nothingReadable(): AppError {
  return new AppError(
    'invalid-input',
    'This file holds no conversations in a form that can be read. Nothing was imported.',
  );
}

function tooManyRows(): AppError {
  const most = maxRows.toLocaleString('en');
  return new AppError('invalid-input', `This file holds more than ${most} messages. Nothing was imported.`);
}
