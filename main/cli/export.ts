import { resolve } from 'node:path';
import { AppError } from '../../preload/contract/errors.ts';
import { exportFormats, type Branches, type ExportFormat } from '../../preload/contract/exchange.ts';
import { formatOfName } from '../services/export/export-format.ts';
import type { Exports } from '../services/export/exports.ts';
import type { Terminal } from './ask.ts';
import { interruptible } from './interruptible.ts';

/** What `--export` asks for. */
export interface ExportCommand {
  /** The file or folder to write. */
  path: string;
  /** Null: as the name of the file says. */
  format: ExportFormat | null;
  /** Null: all conversations. */
  conversationIds: readonly string[] | null;
  branches: Branches;
  json: boolean;
}

/**
 * Exports conversations, with progress on stderr. Ctrl+C ends it; a file that is not finished does not stay.
 *
 * @throws AppError `invalid-input` when neither the command nor the name tells the format; as the export does
 */
export async function exportConversations(
  { exports }: { exports: Exports },
  command: ExportCommand,
  terminal: Terminal,
): Promise<void> {
  const { conversationIds, branches, json } = command;
  const path = resolve(command.path);
  const format = command.format ?? formatOfName(path);
  if (format === null) {
    throw new AppError('invalid-input', `Say which format to export: --format ${exportFormats.join('|')}. See --help.`);
  }
  const report = await interruptible(terminal, json, ({ signal, tell }) =>
    exports.run({
      ...{ conversationIds, branches, format, path, signal },
      onProgress: ({ done, total }) => tell(`exporting: ${grouped(done)} of ${grouped(total)}`),
    }),
  );
  const { files, conversations, messages } = report;
  terminal.stdout.write(
    json
      ? `${JSON.stringify({ ...report, format, branches })}\n`
      : `${report.path}: ${counted(conversations, 'conversation')}, ${counted(messages, 'message')}, ${counted(files, 'file')}\n`,
  );
}

function grouped(count: number): string {
  return count.toLocaleString('en');
}

/** A number with its noun, such as `1 file` and `2 files`. */
export function counted(count: number, noun: string): string {
  return `${String(count)} ${noun}${count === 1 ? '' : 's'}`;
}
