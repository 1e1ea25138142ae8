import { mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../../preload/contract/errors.ts';
import type { Branches, CopyScope, ExportFormat } from '../../../preload/contract/exchange.ts';
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
import { dayText, textOf, titleText, type PresetName } from './wording.ts';

export interface ExportOrder {
  /** Null exports every conversation. */
  conversationIds: readonly string[] | null;
  branches: Branches;
  format: ExportFormat;
  /** The file to write, or a folder that is there: then files in it are named after the conversations. */
  path: string;
  signal?: AbortSignal | undefined;
  /** Called after each conversation. */
  onProgress?: ((progress: { done: number; total: number }) => void) | undefined;
}

export interface ExportReport {
  /** What was written: the one file, or the folder. */
  path: string;
  files: number;
  conversations: number;
  messages: number;
}

/** Makes a PDF of a self-contained page. Rejects when the signal fires, and with an `AppError` where it cannot. */
export type PrintPage = (html: string, signal: AbortSignal) => Promise<Uint8Array>;

export interface ExportsOptions {
  database: Pick<DatabaseClient, 'listExportable' | 'readConversations' | 'getConversation' | 'getMessage'>;
  presetName: PresetName;
  /** Chromium is not part of the services: whoever has one lends it. Without, PDFs are refused. */
  printPage?: PrintPage | undefined;
}

/** The name of a file that holds all of them. */
export const collectionName = 'OASST Desktop conversations';

/** Conversations on their way out. Nothing is held but a page of them, however many there are. */
export function createExports({ database, presetName, printPage = refusePrinting }: ExportsOptions) {
  const leaving = new AbortController();
  const running = new Set<Promise<ExportReport>>();

  const piecesOf = (conversation: StoredConversation, { format, branches }: ExportOrder): Generator<string> => {
    if (format === 'md') return markdownPieces(conversation, branches, presetName);
    if (format === 'txt') return plainTextPieces(conversation, branches, presetName);
    return htmlPieces(conversation, branches, presetName);
  };

  /** What the file of one conversation holds. */
  const documentOf = async function* (
    conversation: StoredConversation,
    order: ExportOrder,
    signal: AbortSignal,
  ): AsyncGenerator<string | Uint8Array> {
    const pieces = piecesOf(conversation, order);
    if (order.format === 'pdf') yield await printPage([...pieces].join(''), signal);
    else yield* pieces;
  };

  /**
   * Writes conversations to one file, or to a file each. A file gets its name when it is whole; files that were
   * finished before a failure or the signal stay.
   *
   * @throws AppError `not-found` when there is nothing to export, `disk-full`, `cancelled`, `invalid-input`
   */
  const run = async (order: ExportOrder, signal: AbortSignal): Promise<ExportReport> => {
    const { format, branches, path } = order;
    const ids = order.conversationIds ?? (await database.listExportable());
    const report: ExportReport = { path, files: 0, conversations: 0, messages: 0 };

    const conversations = async function* (): AsyncGenerator<StoredConversation> {
      for (let done = 0; done < ids.length;) {
        signal.throwIfAborted();
        const page = await database.readConversations(ids.slice(done, done + 100));
        for (const [index, conversation] of page.conversations.entries()) {
          report.conversations += 1;
          report.messages += (branches === 'all' ? conversation.messages : activeBranch(conversation)).length;
          yield conversation;
          signal.throwIfAborted();
          order.onProgress?.({ done: done + index + 1, total: ids.length });
        }
        // Those that are gone count as done.
        done += page.read;
        if (page.read > page.conversations.length) order.onProgress?.({ done, total: ids.length });
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

    const write = async (filePath: string, pieces: AsyncIterable<string | Uint8Array>): Promise<void> => {
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
      const pieces = async function* (): AsyncGenerator<string | Uint8Array> {
        for await (const conversation of conversations()) yield* documentOf(conversation, order, signal);
      };
      await write(path, pieces());
      return report;
    }
    await makeFolder(path, signal);
    const nameFor = await namesIn(path);
    for await (const conversation of conversations()) {
      const stem = `${dayText(conversation.createdAt)} ${titleText(conversation)}`;
      await write(join(path, nameFor(stem, extensionOf(format))), documentOf(conversation, order, signal));
    }
    return report;
  };

  const readOne = async (conversationId: string): Promise<StoredConversation> => {
    const [conversation] = (await database.readConversations([conversationId])).conversations;
    if (conversation === undefined) throw nothingToExport();
    return conversation;
  };

  return {
    async run(order: ExportOrder): Promise<ExportReport> {
      const signal = AbortSignal.any([leaving.signal, ...(order.signal === undefined ? [] : [order.signal])]);
      const report = run(order, signal);
      running.add(report);
      try {
        return await report;
      } catch (error) {
        throw toWriteError(error, signal);
      } finally {
        running.delete(report);
      }
    },
    /**
     * The title of the first of these conversations that is there; null looks among all.
     *
     * @throws AppError `not-found` when none is
     */
    async firstTitle(conversationIds: readonly string[] | null): Promise<string> {
      for (const id of conversationIds ?? (await database.listExportable())) {
        const conversation = await database.getConversation(id).catch(nullWhenGone);
        if (conversation !== null) return conversation.title;
      }
      throw nothingToExport();
    },
    /** A conversation as the page that is printed. @throws AppError `not-found` */
    async page(conversationId: string, branches: Branches): Promise<string> {
      return [...htmlPieces(await readOne(conversationId), branches, presetName)].join('');
    },
    /**
     * Markdown for the clipboard: one message, the branch down to it, or a conversation as it is shown.
     *
     * @throws AppError `not-found`
     */
    async markdown(scope: CopyScope, id: string): Promise<string> {
      if (scope === 'conversation') return [...markdownPieces(await readOne(id), 'active', presetName)].join('');
      const message = await database.getMessage(id);
      if (scope === 'message') return textOf(message);
      const branch = { ...(await readOne(message.conversationId)), currentLeafId: id };
      return [...markdownPieces(branch, 'active', presetName)].join('');
    },
    /** Cancels what is under way. Resolves when nothing is written any more, and no unfinished file is left. */
    async dispose(): Promise<void> {
      leaving.abort();
      await Promise.allSettled(running);
    },
  };
}

export type Exports = ReturnType<typeof createExports>;

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

function refusePrinting(): Promise<never> {
  return Promise.reject(
    new AppError(
      'invalid-input',
      'PDF files are made by Electron, and this start knows of none. Use `npm start -- --export …`, or export HTML.',
    ),
  );
}

function nullWhenGone(error: unknown): null {
  if (error instanceof AppError && error.code === 'not-found') return null;
  throw error;
}

function nothingToExport(): AppError {
  return new AppError('not-found', 'There is no conversation to export. Nothing was written.');
}
