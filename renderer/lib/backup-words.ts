import type { Backup, BackupPreview, BackupReason } from '../../preload/contract/backups.ts';
import type { AppError } from '../../preload/contract/errors.ts';
import { formatBytes, formatCount } from './format.ts';

/** What the app says about backups. */

const dateAndTime = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short' });

const reasonWords: Record<BackupReason, string> = {
  schedule: 'on schedule',
  migration: 'before a new version of the app',
  restore: 'before a restore',
  owner: 'made by you',
};

/** "23 November 2026 at 11:45", in local time. */
export function backupTime({ createdAt }: Pick<Backup, 'createdAt'>): string {
  return dateAndTime.format(createdAt);
}

/** "on schedule, 1.20 MB" */
export function backupFacts({ reason, sizeBytes }: Backup): string {
  return `${reasonWords[reason]}, ${formatBytes(sizeBytes)}`;
}

/** How many there are, what they take, and when the newest was made. */
export function backupsText(backups: readonly Backup[]): string {
  const [newest] = backups;
  if (newest === undefined) return 'There is no backup yet.';
  const sizeBytes = backups.reduce((sum, backup) => sum + backup.sizeBytes, 0);
  return `${counted(backups.length, 'backup')}, ${formatBytes(sizeBytes)} in all. The newest is of ${backupTime(newest)}.`;
}

/** Why the schedule could not be kept. */
export function scheduleFailureText({ message }: Pick<AppError, 'message'>): string {
  return `The last backup that was due could not be made. ${message} It is tried again every hour.`;
}

/** What is in a backup, in a sentence. */
export function contentText({ conversations, messages }: BackupPreview): string {
  return `${counted(conversations, 'conversation')} with ${counted(messages, 'message')}. The copy was checked and is whole.`;
}

/** What restoring it would change in the list. */
export function changesText({ wouldGo, wouldReturn }: BackupPreview): string {
  if (wouldGo + wouldReturn === 0) return 'It holds the conversations of today, as they were then.';
  const goes = `${counted(wouldGo, 'conversation')} of today ${wouldGo === 1 ? 'is' : 'are'} not in it`;
  const returns = `${counted(wouldReturn, 'conversation')} in it ${wouldReturn === 1 ? 'is' : 'are'} gone today`;
  if (wouldGo === 0) return `${returns}.`;
  return wouldReturn === 0 ? `${goes}.` : `${goes}; ${returns}.`;
}

export const restoreQuestion =
  'Put this state in the place of today’s? Conversations, folders, presets and settings become what they were then; models stay. Today’s state is kept as a backup first, so this can be undone.';

export const restoringText = 'Restoring. Today’s state is kept as a backup first.';

export function restoredText(backup: Backup): string {
  return `The state of ${backupTime(backup)} is restored. Today’s is kept as a backup.`;
}

export const deleteQuestion = 'Delete this backup for good? The conversations of today stay as they are.';

function counted(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}
