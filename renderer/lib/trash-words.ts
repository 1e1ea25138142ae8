import type { EraseReport, TrashEntry, trashDays } from '../../preload/contract/trash.ts';
import { formatCount } from './format.ts';
import { showControls } from './markdown/visible-controls.ts';

/** What the trash says about what is in it. */

/** How long something stays, in words. */
export const keptWords: `${typeof trashDays} days` = '30 days';

const dayMs = 24 * 60 * 60 * 1000;

const counted = (count: number, one: string, many = `${one}s`): string =>
  `${formatCount(count)} ${count === 1 ? one : many}`;

/** "12 conversations and 1 branch"; what there is none of is left out. */
function countedEntries({ conversations, branches }: { conversations: number; branches: number }): string {
  const parts = [];
  if (conversations > 0) parts.push(counted(conversations, 'conversation'));
  if (branches > 0) parts.push(counted(branches, 'branch', 'branches'));
  return parts.join(' and ');
}

export function messagesText(count: number): string {
  return counted(count, 'message');
}

/** "29 days left", rounded up: what is there on the last day has a day left. */
export function timeLeft({ deletedAt, expiresAt }: TrashEntry, nowMs: number): string {
  // The clock of the window stands still between midnights.
  const fromMs = Math.max(nowMs, deletedAt);
  return `${counted(Math.max(1, Math.ceil((expiresAt - fromMs) / dayMs)), 'day')} left`;
}

/** What goes when one entry is erased. */
export function eraseText({ kind, title, messages }: TrashEntry): string {
  const name = `“${showControls(title)}”`;
  const what =
    kind === 'conversation'
      ? `${name} will be erased for good, with ${messagesText(messages)}, its unsent text and its saved state.`
      : `This branch of ${name} will be erased for good, with ${messagesText(messages)}. The rest stays.`;
  return `${what} ${noWayBack}`;
}

/** What goes when everything is erased. */
export function emptyText(entries: readonly TrashEntry[]): string {
  const branches = entries.filter(({ kind }) => kind === 'branch').length;
  const all = countedEntries({ conversations: entries.length - branches, branches });
  return `${all} will be erased for good, with all that belongs to them. ${noWayBack}`;
}

const noWayBack = 'There is no way back. Files that you exported stay as they are.';

export function restoredText({ kind, title }: TrashEntry): string {
  const name = `“${showControls(title)}”`;
  return kind === 'conversation' ? `${name} is back in the list.` : `The branch is back in ${name}.`;
}

/** What was erased, and where something may be left of it. */
export function erasedText(report: EraseReport): string {
  const { conversations, branches, backupsCleaned, backupsLeft, hasTraces } = report;
  if (conversations + branches === 0) return 'There was nothing left to erase.';
  const sentences = [`Erased: ${countedEntries(report)}.`];
  if (backupsCleaned > 0) sentences.push(`It is gone from ${counted(backupsCleaned, 'backup')} as well.`);
  if (backupsLeft > 0) {
    const verb = backupsLeft === 1 ? 'it cannot be changed' : 'they cannot be changed';
    sentences.push(`${counted(backupsLeft, 'backup')} may still hold it, because ${verb}.`);
  }
  if (hasTraces) {
    sentences.push(
      'Traces may be left while another program reads the database or the disk is full. They are removed at a later start.',
    );
  }
  return sentences.join(' ');
}
