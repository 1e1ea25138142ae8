import { resolve } from 'node:path';
import type { ImportReport, SkipReason } from '../../preload/contract/exchange.ts';
import type { Imports } from '../services/import/imports.ts';
import type { Terminal } from './ask.ts';
import { counted } from './export.ts';

/** What `--import` asks for. */
export interface ImportCommand {
  path: string;
  isDryRun: boolean;
  json: boolean;
}

const reasons: Record<SkipReason, string> = {
  'not-json': 'no JSON',
  'unknown-form': 'of an unknown form',
  'too-large': 'too large',
  'too-deep': 'nested too deeply',
  'cut-off': 'cut off at the end of the file',
  'no-text': 'without text',
  'unknown-role': 'by somebody who neither asks nor answers',
  'not-text': 'that are no text of the conversation, such as pictures, tool calls and reasoning',
  'no-question': 'answers whose question is not in the file',
  'out-of-turn': 'not in turn: a question after a question, or an answer after an answer',
  repeated: 'there twice',
  'no-beginning': 'in a ring without beginning',
};

/** Imports a file or a folder, or tells what that would do. Ctrl+C ends it while it is read; nothing is imported then. */
export async function importFile(
  { imports }: { imports: Imports },
  { path, isDryRun, json }: ImportCommand,
  terminal: Terminal,
): Promise<void> {
  const isTold = terminal.stderr.isTTY === true && !json;
  const stopping = new AbortController();
  const interrupt = (): void => {
    stopping.abort();
  };
  let shownPercent = -1;
  terminal.once('SIGINT', interrupt);
  try {
    const report = await imports.run({
      path: resolve(path),
      isDryRun,
      signal: stopping.signal,
      onProgress: (fraction) => {
        const percent = Math.floor(fraction * 100);
        if (percent === shownPercent || !isTold) return;
        shownPercent = percent;
        terminal.stderr.write(`\rreading: ${String(percent)} %   `);
      },
    });
    if (isTold) terminal.stderr.write('\r');
    terminal.stdout.write(json ? `${JSON.stringify(report)}\n` : textOf(report));
  } finally {
    terminal.off('SIGINT', interrupt);
  }
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
    lines.push(`  left out: ${String(count)} ${reasons[reason]} (first in record ${String(firstRecord)})`);
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
