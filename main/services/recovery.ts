import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AppError, type ErrorCode } from '../../preload/contract/errors.ts';
import {
  recoveryProblems,
  type RecoveryOutcome,
  type RecoveryProblem,
  type RecoveryState,
} from '../../preload/contract/recovery.ts';
import type { RunBackupTask } from '../database/backup-client.ts';
import { backupPathOf } from '../database/backup-names.ts';
import { databaseError } from '../database/sqlite-errors.ts';
import { noteStanding, readStanding } from '../database/standing.ts';
import { listBackups } from './backup-list.ts';

export interface RecoveryOptions {
  databasePath: string;
  backupsFolder: string;
  runTask: RunBackupTask;
  /** How often the conversations could not be opened, this time included. */
  attempt: number;
  now: () => number;
}

const codes: Partial<Record<ErrorCode, RecoveryProblem>> = {
  'database-unreadable': 'damaged',
  'database-newer': 'newer',
  'database-readonly': 'readonly',
  'disk-full': 'disk-full',
};

/** Why the conversations could not be opened; null for a failure that has nothing to do with their file. */
export function problemOf(error: unknown): RecoveryProblem | null {
  if (!(error instanceof AppError)) return null;
  return recoveryProblems.find((problem) => problem === error.details['problem']) ?? codes[error.code] ?? null;
}

/** @throws AppError `database-unreadable` where the last check found damage, so that the owner decides before it is opened */
export function assertUndamaged(databasePath: string): void {
  const damage = readStanding(databasePath)?.damage ?? null;
  if (damage !== null) throw databaseError('database-unreadable', damage);
}

/** What can be done about conversations that cannot be opened. The files of before are always kept. */
export function createRecovery(error: AppError, options: RecoveryOptions) {
  const { databasePath, backupsFolder, runTask, attempt, now } = options;
  const preparedPath = `${databasePath}.recovered.part`;
  let work: { fraction: number; leaving: AbortController } | null = null;
  let done: RecoveryState['done'] = null;

  const state = async (): Promise<RecoveryState> => ({
    attempt,
    problem: problemOf(error) ?? 'damaged',
    message: error.message,
    cause: String(error.details['cause'] ?? error.code),
    databasePath,
    backups: await listBackups(backupsFolder),
    fraction: work?.fraction ?? null,
    done,
  });

  /** A folder for the files of before, with a name of its own. */
  const newKeptFolder = (): string =>
    join(dirname(databasePath), `damaged-${new Date(now()).toISOString().replaceAll(/[:.]/g, '-')}`);

  /** Prepares a file and puts it in the place of the database; one thing at a time. */
  const replace = async (
    prepare: (task: { signal: AbortSignal; onProgress: (fraction: number) => void }) => Promise<RecoveryOutcome>,
  ): Promise<RecoveryState> => {
    // A newer version wrote it, and reads it as well as ever.
    if (problemOf(error) === 'newer') throw new AppError('forbidden', 'This database is not damaged, only newer.');
    if (work !== null || done !== null) throw new AppError('busy', 'Something is being done already.');
    const leaving = new AbortController();
    const begun = { fraction: 0, leaving };
    work = begun;
    try {
      const { signal } = leaving;
      const onProgress = (fraction: number): void => {
        begun.fraction = fraction;
      };
      const outcome = await prepare({ signal, onProgress });
      signal.throwIfAborted();
      const keptFolder = newKeptFolder();
      await runTask('putInPlace', { databasePath, preparedPath, keptFolder });
      done = { outcome, keptFolder };
    } finally {
      await Promise.all(
        ['', '-wal', '-shm', '-journal', '.empty'].map((part) => rm(preparedPath + part, { force: true })),
      );
      work = null;
    }
    return state();
  };

  return {
    state,
    salvage: (): Promise<RecoveryState> =>
      replace(async (task) => ({
        kind: 'salvaged',
        report: await runTask('salvage', { databasePath, preparedPath }, task),
      })),
    restore: (backupId: string): Promise<RecoveryState> =>
      replace(async (task) => {
        const backup = (await listBackups(backupsFolder)).find(({ id }) => id === backupId);
        if (backup === undefined) throw new AppError('not-found', 'This backup is no longer there.');
        await runTask('prepareAfresh', { copyPath: backupPathOf(backupsFolder, backup.id), preparedPath }, task);
        return { kind: 'restored', backup };
      }),
    startEmpty: (): Promise<RecoveryState> =>
      replace(async (task) => {
        await runTask('prepareAfresh', { copyPath: null, preparedPath }, task);
        return { kind: 'emptied' };
      }),
    /** Ends what is being prepared. What is being put in its place is finished. */
    cancel(): void {
      work?.leaving.abort();
    },
    /** Lets the next attempt open the file in spite of what was found. It is checked again soon. */
    acceptAsIs(): void {
      noteStanding(databasePath, { isOpen: false, damage: null, checkedAt: null });
    },
  };
}

export type Recovery = ReturnType<typeof createRecovery>;
