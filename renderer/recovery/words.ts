import type { RecoveryOutcome, RecoveryProblem } from '../../preload/contract/recovery.ts';
import { formatCount, formatDay } from '../lib/format.ts';

/** What is the matter, as a heading. */
export const headings: Record<RecoveryProblem, string> = {
  damaged: 'The conversations’ file is damaged',
  missing: 'The conversations’ file is gone',
  empty: 'The conversations’ file was emptied',
  'log-missing': 'What was saved last is missing',
  newer: 'The conversations are from a newer version',
  readonly: 'The conversations’ file cannot be written',
  'disk-full': 'The disk is full',
};

/** Problems with a file that is as it should be: once the cause is gone, it opens. */
export const passing: ReadonlySet<RecoveryProblem> = new Set(['newer', 'readonly', 'disk-full']);

/** Problems with a file that still holds something to read. */
export const salvageable: ReadonlySet<RecoveryProblem> = new Set(['damaged', 'log-missing']);

const counted = (count: number, one: string, many: string): string =>
  `${formatCount(count)} ${count === 1 ? one : many}`;

/** What came of it, in sentences. */
export function outcomeWords(outcome: RecoveryOutcome, nowMs: number): string {
  switch (outcome.kind) {
    case 'restored':
      return `The backup that was made ${formatDay(outcome.backup.createdAt, nowMs)} is in place.`;
    case 'emptied':
      return 'The app starts without conversations.';
    case 'salvaged': {
      const { conversations, messages, missingMessages, unreadableRows } = outcome.report;
      const kept = `${counted(conversations, 'conversation', 'conversations')} with ${counted(messages, 'message', 'messages')} could be read and were checked.`;
      const lost = [
        missingMessages > 0
          ? ` In ${counted(missingMessages, 'place', 'places')} a message could not be read; the conversation says so there.`
          : '',
        unreadableRows > 0 ? ` ${counted(unreadableRows, 'entry', 'entries')} of the file could not be read.` : '',
      ].join('');
      return kept + (lost === '' ? ' No damage to them was found.' : lost);
    }
  }
}
