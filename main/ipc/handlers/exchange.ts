import { randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { AppError } from '../../../preload/contract/errors.ts';
import type { ExchangeProgress, ExportFormat } from '../../../preload/contract/exchange.ts';
import type { Core } from '../../core.ts';
import { extensionOf, isOneFile } from '../../services/export/export-format.ts';
import { collectionName } from '../../services/export/exports.ts';
import { fileStem } from '../../services/export/file-names.ts';
import type { Handlers, Sender } from '../router.ts';
import { createProgressTeller } from './progress-teller.ts';

type ExchangeChannel = Extract<keyof Handlers<Sender>, `exchange:${string}`>;

/** What leaving and coming back need of the desktop. The three questions are answered null when cancelled. */
export interface ExchangeDesktop<S> {
  /** Asks for the file to export to. */
  chooseExportFile(sender: S, suggestedName: string, format: ExportFormat): Promise<string | null>;
  /** Asks for the folder that several files go into. */
  chooseExportFolder(sender: S): Promise<string | null>;
  /** Asks for the file, or the folder, to import. */
  chooseImport(sender: S, isFolder: boolean): Promise<string | null>;
  /** Opens the system's print dialog for a page. */
  print(sender: S, html: string): Promise<void>;
  /** Puts text on the clipboard. */
  copy(text: string): Promise<void>;
  /** Tells the window how far its job has come. */
  advanced(sender: S, progress: ExchangeProgress): void;
}

interface Job {
  signal: AbortSignal;
  onProgress: (progress: ExchangeProgress) => void;
}

/** What the channels of leaving and coming back do. Paths stay in here: a window only ever hears names. */
export function createExchangeHandlers<S extends Sender>(
  { conversations, exports, imports }: Pick<Core, 'conversations' | 'exports' | 'imports'>,
  desktop: ExchangeDesktop<S>,
): Pick<Handlers<S>, ExchangeChannel> {
  let running: AbortController | null = null;
  let inspected: { id: string; path: string } | null = null;

  /** The questions of the desktop are part of a job, so that two of them never stand side by side. */
  const alone = async <T>(sender: S, work: (job: Job) => Promise<T>): Promise<T> => {
    if (running !== null) {
      throw new AppError(
        'busy',
        'Conversations are being exported, imported or printed already. Wait until that is done, or cancel it.',
      );
    }
    running = new AbortController();
    const teller = createProgressTeller<ExchangeProgress>((progress) => desktop.advanced(sender, progress));
    try {
      return await work({ signal: running.signal, onProgress: teller.tell });
    } finally {
      teller.end();
      running = null;
    }
  };

  const choosePlace = async (
    sender: S,
    conversationIds: readonly string[] | null,
    format: ExportFormat,
  ): Promise<string | null> => {
    const title = await exports.firstTitle(conversationIds);
    // An order of one that is written to a file of its own; everything goes into a folder, also where it is only one.
    const isSingle = conversationIds?.length === 1;
    if (!isSingle && !isOneFile(format)) return desktop.chooseExportFolder(sender);
    const stem = isSingle ? fileStem(title) : collectionName;
    return desktop.chooseExportFile(sender, `${stem}.${extensionOf(format)}`, format);
  };

  return {
    'exchange:export': ({ conversationIds, format, branches }, sender) =>
      alone(sender, async ({ signal, onProgress }) => {
        const path = await choosePlace(sender, conversationIds, format);
        if (path === null) return null;
        const report = await exports.run({
          ...{ conversationIds, branches, format, path, signal },
          onProgress: (counts) => onProgress({ fraction: counts.done / counts.total, counts }),
        });
        const { files, conversations: count, messages } = report;
        const isFolder = (await stat(report.path)).isDirectory();
        return { name: basename(report.path), isFolder, files, conversations: count, messages };
      }),
    'exchange:print': ({ conversationId, branches }, sender) =>
      alone(sender, async () => {
        await desktop.print(sender, await exports.page(conversationId, branches));
        return null;
      }),
    'exchange:copy': async ({ scope, id }) => {
      await desktop.copy(await exports.markdown(scope, id));
      return null;
    },
    'exchange:inspect': ({ isFolder }, sender) =>
      alone(sender, async (job) => {
        inspected = null;
        const path = await desktop.chooseImport(sender, isFolder);
        if (path === null) return null;
        const report = await imports.run({ path, isDryRun: true, ...ofFile(job) });
        inspected = { id: randomUUID(), path };
        return { id: inspected.id, fileName: basename(path), report };
      }),
    'exchange:import': ({ id }, sender) =>
      alone(sender, async (job) => {
        if (inspected?.id !== id) throw new AppError('not-found', 'Choose the file again. Nothing was imported.');
        const report = await imports.run({ path: inspected.path, isDryRun: false, ...ofFile(job) });
        inspected = null;
        conversations.announceRenewal();
        return report;
      }),
    'exchange:cancel': async () => {
      running?.abort();
      return null;
    },
  };
}

/** A job that reads a file, which has no conversations to count before its end. */
function ofFile({ signal, onProgress }: Job): { signal: AbortSignal; onProgress: (fraction: number) => void } {
  return { signal, onProgress: (fraction) => onProgress({ fraction, counts: null }) };
}
