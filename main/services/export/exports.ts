import { mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../../preload/contract/errors.ts';
import type { Branches, ExportFormat } from '../../../preload/contract/exchange.ts';
import type { DatabaseClient, StoredConversation } from '../../database/protocol.ts';
import { extensionOf, isOneFile } from './export-format.ts';
import { createFileNames } from './file-names.ts';
import { htmlPieces } from './html.ts';
import { markdownPieces } from './markdown.ts';
import { messageTreePieces } from './message-trees.ts';
import { activeBranch } from './outline.ts';
import { ownJsonHead, ownJsonPiece, ownJsonTail } from './own-json.ts';
import { toWriteError, writePartFile } from './part-file.ts';
import { plainTextPieces } from './plain-text.ts';
import { dayText, titleText, type PresetName } from './wording.ts';

export interface ExportOrder {
  /** Null exports every conversation. */
  conversationIds: readonly string[] | null;
  branches: Branches;
  format: ExportFormat;
  /** The file to write, or a folder that is there: then files in it are named after the conversations. */
  path: string;
  signal?: AbortSignal | undefined;
  /** Called after each page of conversations. */
  onProgress?: ((progress: { done: number; total: number }) => void) | undefined;
}

export interface ExportReport {
  /** What was written: the one file, or the folder. */
  path: string;
  files: number;
  conversations: number;
  messages: number;
}

export interface ExportsOptions {
  database: Pick<DatabaseClient, 'listExportable' | 'readConversations'>;
  presetName: PresetName;
}

/** The name of a file that holds all of them. */
export const collectionName = 'OASST Desktop conversations';

/** Conversations on their way out. Nothing is held but a page of them, however many there are. */
export function createExports({ database, presetName }: ExportsOptions) {
  const piecesOf = (conversation: StoredConversation, { format, branches }: ExportOrder): Generator<string> => {
    if (format === 'html') return htmlPieces(conversation, branches, presetName);
    if (format === 'md') return markdownPieces(conversation, branches, presetName);
    return plainTextPieces(conversation, branches, presetName);
  };

  /**
   * Writes conversations to one file, or to a file each. A file gets its name when it is whole; files that were
   * finished before a failure or the signal stay.
   *
   * @throws AppError `not-found` when there is nothing to export, `disk-full`, `cancelled`, `invalid-input`
   */
  const run = async (order: ExportOrder): Promise<ExportReport> => {
    const { format, branches, path, signal = new AbortController().signal } = order;
    const ids = order.conversationIds ?? (await database.listExportable());
    const report: ExportReport = { path, files: 0, conversations: 0, messages: 0 };

    const conversations = async function* (): AsyncGenerator<StoredConversation> {
      for (let done = 0; done < ids.length;) {
        signal.throwIfAborted();
        const page = await database.readConversations(ids.slice(done, done + 100));
        for (const conversation of page.conversations) {
          report.conversations += 1;
          report.messages += (branches === 'all' ? conversation.messages : activeBranch(conversation)).length;
          yield conversation;
        }
        done += page.read;
        order.onProgress?.({ done, total: ids.length });
      }
      if (report.conversations === 0) throw nothingToExport();
    };

    const collection = async function* (): AsyncGenerator<string> {
      if (format === 'json') yield ownJsonHead(branches);
      let isFirst = true;
      for await (const conversation of conversations()) {
        if (format === 'json') yield ownJsonPiece(conversation, branches, isFirst);
        else yield [...messageTreePieces(conversation, branches)].join('');
        isFirst = false;
      }
      if (format === 'json') yield ownJsonTail;
    };

    const write = async (filePath: string, pieces: AsyncIterable<string>): Promise<void> => {
      await writePartFile(filePath, pieces, signal);
      report.files += 1;
    };

    const isFolder = await isExistingFolder(path);
    if (isOneFile(format)) {
      const name = isFolder ? (await namesIn(path))(collectionName, extensionOf(format)) : null;
      report.path = name === null ? path : join(path, name);
      await write(report.path, collection());
      return report;
    }
    if (ids.length === 1 && !isFolder) {
      const pieces = async function* (): AsyncGenerator<string> {
        for await (const conversation of conversations()) yield* piecesOf(conversation, order);
      };
      await write(path, pieces());
      return report;
    }
    await makeFolder(path, signal);
    const nameFor = await namesIn(path);
    for await (const conversation of conversations()) {
      const stem = `${dayText(conversation.createdAt)} ${titleText(conversation)}`;
      await write(join(path, nameFor(stem, extensionOf(format))), asyncPieces(piecesOf(conversation, order)));
    }
    return report;
  };

  return {
    async run(order: ExportOrder): Promise<ExportReport> {
      try {
        return await run(order);
      } catch (error) {
        throw order.signal === undefined ? error : toWriteError(error, order.signal);
      }
    },
  };
}

export type Exports = ReturnType<typeof createExports>;

async function* asyncPieces(pieces: Iterable<string>): AsyncGenerator<string> {
  yield* pieces;
}

async function isExistingFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}

async function makeFolder(path: string, signal: AbortSignal): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw toWriteError(error, signal);
  }
}

/** Names for new files in a folder; none that is there is ever replaced. */
async function namesIn(folder: string): Promise<(title: string, extension: string) => string> {
  return createFileNames(await readdir(folder));
}

function nothingToExport(): AppError {
  return new AppError('not-found', 'There is no such conversation, so nothing was exported.');
}
