import type {
  Branches,
  ExchangeProgress,
  ExportFormat,
  ExportOutcome,
  ImportFormat,
  ImportReport,
  InspectedImport,
} from '../../preload/contract/exchange.ts';
import { skipReasons } from '../../preload/contract/skip-reasons.ts';
import { formatCount, formatPercent } from './format.ts';

/** What the app says about conversations that leave and come back. */

export const exportFormatWords: Record<ExportFormat, { label: string; hint: string }> = {
  json: { label: 'Complete (JSON)', hint: 'One file with everything there is. It can be imported again.' },
  oasst: {
    label: 'Open-Assistant message trees',
    hint: 'One file in the form of Open-Assistant’s own data. It can be imported again.',
  },
  md: { label: 'Markdown', hint: 'A file for each conversation, to read and edit. It cannot be imported.' },
  html: { label: 'Web page (HTML)', hint: 'A page for each conversation, to read. It cannot be imported.' },
  pdf: { label: 'PDF', hint: 'A file for each conversation, to read and print. It cannot be imported.' },
  txt: { label: 'Plain text', hint: 'A file for each conversation, to read anywhere. It cannot be imported.' },
};

export const branchWords: Record<Branches, string> = { all: 'all branches', active: 'the shown branch' };

export const busyWords = 'Conversations are being exported, imported or printed already. Wait until that is done.';

/** What a file was recognised as. */
const importFormatWords: Record<ImportFormat, string> = {
  'oasst-desktop': 'conversations of this app',
  'oasst-trees': 'message trees of Open-Assistant',
  'oasst-messages': 'messages of Open-Assistant',
  chatgpt: 'conversations of ChatGPT',
  claude: 'conversations of Claude',
  jan: 'threads of Jan',
  'lm-studio': 'conversations of LM Studio',
  gpt4all: 'chats of GPT4All',
  'open-webui': 'chats of Open WebUI',
};

/** "3 conversations, 42 messages, in notes.json." */
export function exportedText({ name, isFolder, files, conversations, messages }: ExportOutcome): string {
  const place = isFolder ? `${counted(files, 'file')} in the folder ${name}` : name;
  return `${counted(conversations, 'conversation')}, ${counted(messages, 'message')}, in ${place}.`;
}

/** Whether an import would change anything. */
export function bringsSomething({ conversations, messages }: ImportReport): boolean {
  return conversations.new + conversations.restored + messages.new + messages.branched > 0;
}

/** What an import of a file would do, in a sentence. */
export function inspectedText({ fileName, report }: InspectedImport): string {
  if (!bringsSomething(report)) return `${fileName} holds nothing new. Nothing was imported so far.`;
  return `${fileName} holds ${gainOf(report)}. Nothing was imported so far.`;
}

/** What an import did, in a sentence. */
export function importedText(fileName: string, report: ImportReport): string {
  if (!bringsSomething(report)) return `Nothing in ${fileName} was new.`;
  return `Imported from ${fileName}: ${gainOf(report)}.`;
}

/** What an import would do, with all its numbers, line by line. */
export function reportLines({ format, conversations, messages, ...losses }: ImportReport): string[] {
  const lines = [
    `Recognised as ${importFormatWords[format]}.`,
    `Conversations: ${formatCount(conversations.new)} new, ${formatCount(conversations.extended)} with new messages, ${formatCount(conversations.known)} known.`,
    `Messages: ${formatCount(messages.new)} new, ${formatCount(messages.branched)} added beside a known one with other words, ${formatCount(messages.known)} known.`,
  ];
  if (conversations.restored > 0) {
    lines.push(`Brought back: ${counted(conversations.restored, 'deleted conversation')}.`);
  }
  for (const { reason, count, firstRecord } of losses.skipped) {
    lines.push(`Left out: ${formatCount(count)} ${skipReasons[reason]} (first in record ${formatCount(firstRecord)}).`);
  }
  if (losses.orphans > 0) {
    lines.push(
      `Kept as first questions, because what they follow is not in the file: ${counted(losses.orphans, 'message')}.`,
    );
  }
  if (losses.withoutFacts > 0) lines.push(`Kept without unreadable facts: ${counted(losses.withoutFacts, 'answer')}.`);
  if (losses.withoutFields > 0) {
    lines.push(`Kept without oversized extra fields: ${counted(losses.withoutFields, 'message')}.`);
  }
  return lines;
}

/** What a window can be busy with, of leaving and coming back. */
export type ExchangeJob = 'export' | 'print' | 'inspect' | 'import';

/** What a job is doing. What was read of a file is added in one step at the end, which has no numbers. */
export function stepText(kind: ExchangeJob, { fraction, counts }: ExchangeProgress): string {
  if (counts !== null)
    return `Exporting, ${formatCount(counts.done)} of ${formatCount(counts.total)} conversations done`;
  if (fraction < 1) return `Reading, ${formatPercent(fraction)} done`;
  return kind === 'import' ? 'Adding the conversations' : 'Comparing with the conversations that are here';
}

function gainOf({ conversations, messages }: ImportReport): string {
  const parts = [
    counted(conversations.new, 'new conversation'),
    counted(messages.new + messages.branched, 'new message'),
  ];
  if (conversations.restored > 0) parts.push(counted(conversations.restored, 'deleted conversation'));
  return parts.join(', ');
}

function counted(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}
