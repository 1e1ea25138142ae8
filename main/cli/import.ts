import { resolve } from 'node:path';
import type { ImportReport } from '../../preload/contract/exchange.ts';
import { skipReasons } from '../../preload/contract/skip-reasons.ts';
import type { Imports } from '../services/import/imports.ts';
import type { Terminal } from './ask.ts';
import { counted } from './export.ts';
import { interruptible, percentOf } from './interruptible.ts';

/** What `--import` asks for. */
export interface ImportCommand {
  path: string;
  isDryRun: boolean;
  json: boolean;
}

/** Imports a file or a folder, or tells what that would do. Ctrl+C ends it while it is read; nothing is imported then. */
export async function importFile(
  { imports }: { imports: Imports },
  { path, isDryRun, json }: ImportCommand,
  terminal: Terminal,
): Promise<void> {
  const report = await interruptible(terminal, json, ({ signal, tell }) =>
    imports.run({
      ...{ path: resolve(path), isDryRun, signal },
      onProgress: (fraction) => tell(`reading: ${percentOf(fraction)}`),
    }),
  );
  terminal.stdout.write(json ? `${JSON.stringify(report)}\n` : textOf(report));
}

function textOf({ isDryRun, conversations, messages, ...losses }: ImportReport): string {
  const lines = [
    isDryRun ? 'Nothing was written. An import would do this:' : 'Imported:',
    `  conversations: ${String(conversations.new)} new, ${String(conversations.extended)} with new messages, ${String(conversations.known)} known`,
    `  messages: ${String(messages.new)} new, ${String(messages.branched)} added beside a known one with other words, ${String(messages.known)} known`,
  ];
  if (conversations.restored > 0) {
    lines.push(`  brought back: ${counted(conversations.restored, 'deleted conversation')}`);
  }
  for (const { reason, count, firstRecord } of losses.skipped) {
    lines.push(`  left out: ${String(count)} ${skipReasons[reason]} (first in record ${String(firstRecord)})`);
  }
  if (losses.orphans > 0) {
    lines.push(`  kept as first questions, because what they follow is not in the file: ${String(losses.orphans)}`);
  }
  if (losses.withoutFacts > 0) lines.push(`  kept without unreadable facts: ${counted(losses.withoutFacts, 'answer')}`);
  if (losses.withoutFields > 0) {
    lines.push(`  kept without their oversized extra fields: ${counted(losses.withoutFields, 'message')}`);
  }
  return `${lines.join('\n')}\n`;
}
