import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { AppError, toErrorReport, type ErrorReport } from '../../preload/contract/errors.ts';
import type { Backup, BackupPreview, BackupReason, BackupsState } from '../../preload/contract/backups.ts';
import type { BackupTaskOptions, RunBackupTask } from '../database/backup-client.ts';
import { backupPathOf, newBackupId } from '../database/backup-names.ts';
import type { DatabaseClient } from '../database/protocol.ts';
import { listBackups } from './backup-list.ts';
import { outdatedBackups } from './backup-rolling.ts';
import { createEmitter } from './emitter.ts';
import type { SettingsService } from './settings.ts';

export interface BackupsOptions {
  database: Pick<DatabaseClient, 'restorePrepared'>;
  databasePath: string;
  /** May not exist yet. */
  folder: string;
  runTask: RunBackupTask;
  settings: SettingsService;
  /** Whether any answer is queued or being written. */
  isAnswering: () => boolean;
  /** Lets everything that knows something of the database learn what it holds now. */
  afterRestore: () => Promise<void>;
  now: () => number;
}

const hourMs = 60 * 60 * 1000;
/** A timer for the whole time would stand still while the computer sleeps. */
const lookEveryMs = hourMs;

/** Parts of copies that were cut off by a kill, and what SQLite keeps beside a file that it writes. */
const leftoverName = /\.part(?:-journal|-wal|-shm)?$/;

/**
 * Verified copies of the database: made on schedule, before a restore and when the owner wants one (those before a
 * migration are made where the database is opened), rolled, looked into, cleaned and put back. One thing at a time.
 */
export function createBackups(options: BackupsOptions) {
  const { database, databasePath, folder, runTask, settings, isAnswering, afterRestore, now } = options;
  const changed = createEmitter<BackupsState>();
  const leaving = new AbortController();
  let failure: ErrorReport | null = null;
  /** When a copy was last the same as the newest backup, so that none was kept. */
  let unchangedAt = -Infinity;
  let timer: NodeJS.Timeout | undefined;
  let last: Promise<unknown> = Promise.resolve();

  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return turn;
  };

  const pathOf = (id: string): string => backupPathOf(folder, id);

  const read = (): Promise<Backup[]> => listBackups(folder);

  const find = async (id: string): Promise<Backup> => {
    const backup = (await read()).find((candidate) => candidate.id === id);
    if (backup === undefined) throw new AppError('not-found', 'This backup is no longer there.');
    return backup;
  };

  const state = async (): Promise<BackupsState> => ({ backups: await read(), failure });

  const announce = async (): Promise<void> => changed.emit(await state());

  /** Copies the database, and leaves nothing unfinished behind. */
  const copy = async (copyPath: string, unlessSameAs: string | null, task: BackupTaskOptions): Promise<boolean> => {
    try {
      return await runTask('copy', { databasePath, copyPath, unlessSameAs }, task);
    } catch (error) {
      await removeLeftovers(dirname(copyPath), (name) => name.startsWith(`${basename(copyPath)}.part`));
      throw inWordsOfBackups(error, copyFailed);
    }
  };

  /** Makes a backup; null where it would be the newest one once more. */
  const add = async (reason: BackupReason, unlessSameAs: string | null): Promise<Backup | null> => {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const id = newBackupId(folder, reason, now());
    if (!(await copy(pathOf(id), unlessSameAs, { signal: leaving.signal }))) return null;
    failure = null;
    await roll();
    await announce();
    return find(id);
  };

  const roll = async (): Promise<void> => {
    const outdated = outdatedBackups(await read(), now());
    await Promise.all(outdated.map(({ id }) => rm(pathOf(id), { force: true })));
  };

  const keepUp = async (): Promise<void> => {
    const periodMs = settings.get().backupEveryHours * hourMs;
    // One from the future says nothing: the clock was wrong then, or is now.
    const newest = (await read()).find(({ createdAt }) => createdAt <= now());
    const lastMs = Math.max(newest?.createdAt ?? -Infinity, unchangedAt);
    if (periodMs === 0 || now() - lastMs < periodMs) return;
    try {
      if ((await add('schedule', newest === undefined ? null : pathOf(newest.id))) === null) unchangedAt = now();
    } catch (error) {
      if (leaving.signal.aborted) return;
      failure = toErrorReport(error);
      await announce();
    }
  };

  /** Copies that earlier versions of the app put beside the database before a migration. */
  const adopt = async (): Promise<void> => {
    const dataFolder = dirname(databasePath);
    const stem = `${basename(databasePath)}.before-v`;
    for (const name of await readdir(dataFolder)) {
      if (!name.startsWith(stem)) continue;
      const path = join(dataFolder, name);
      if (name.endsWith('.bak.unfinished')) await rm(path, { force: true });
      if (!name.endsWith('.bak')) continue;
      const { mtimeMs } = await stat(path);
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await rename(path, pathOf(newBackupId(folder, 'migration', mtimeMs)));
    }
  };

  settings.onChanged((after, before) => {
    if (timer !== undefined && after.backupEveryHours !== before.backupEveryHours) void inTurn(keepUp);
  });

  return {
    list: state,
    onChanged: changed.on,

    /** A backup that the owner wants now, or of what another version of the app left. */
    create: (reason: 'owner' | 'migration' = 'owner'): Promise<Backup> =>
      inTurn(async () => {
        const backup = await add(reason, null);
        if (backup === null) throw new Error('a backup that was to be made was not');
        return backup;
      }),

    /** Copies the database to a file of the owner's. */
    writeTo: (path: string, task: BackupTaskOptions): Promise<{ path: string; sizeBytes: number }> =>
      inTurn(async () => {
        await copy(path, null, task);
        return { path, sizeBytes: (await stat(path)).size };
      }),

    async preview(id: string): Promise<BackupPreview> {
      const backup = await find(id);
      const content = await runTask(
        'preview',
        { databasePath, copyPath: pathOf(id) },
        { signal: leaving.signal },
      ).catch((error: unknown) => {
        throw inWordsOfBackups(error, backupDamaged);
      });
      return { backup, ...content };
    },

    /** Puts a backup in the place of today's state; answers with the backup of today's state, which undoes it. */
    restore: (id: string): Promise<Backup> =>
      inTurn(async () => {
        const { id: chosen } = await find(id);
        if (isAnswering()) {
          throw new AppError('busy', 'An answer is still being written. Stop it or wait for its end, then restore.');
        }
        const keptId = newBackupId(folder, 'restore', now());
        const preparedPath = join(folder, 'restoring.part');
        try {
          await runTask(
            'prepare',
            { databasePath, copyPath: pathOf(chosen), preparedPath },
            { signal: leaving.signal },
          );
          await database.restorePrepared({ preparedPath, keptPath: pathOf(keptId) });
        } catch (error) {
          throw inWordsOfBackups(error, backupDamaged);
        } finally {
          await removeLeftovers(folder);
        }
        await afterRestore();
        await roll();
        await announce();
        return find(keptId);
      }),

    delete: (id: string): Promise<null> =>
      inTurn(async () => {
        await rm(pathOf((await find(id)).id), { force: true });
        await announce();
        return null;
      }),

    /**
     * Erases conversations and branches, named by their first messages, in all backups; tells in how many it could not.
     * `andThen` erases them in the database: a copy that was made between the two would bring them back.
     */
    eraseIn: (
      conversationIds: readonly string[],
      messageIds: readonly string[],
      andThen: () => Promise<void>,
    ): Promise<{ cleaned: number; left: number }> =>
      inTurn(async () => {
        await adopt();
        const counts = { cleaned: 0, left: 0 };
        for (const { id } of await read()) {
          const input = { copyPath: pathOf(id), erasure: { conversationIds, messageIds } };
          try {
            if (await runTask('erase', input, { signal: leaving.signal })) counts.cleaned += 1;
          } catch {
            counts.left += 1;
          }
        }
        await removeLeftovers(folder);
        await announce();
        await andThen();
        return counts;
      }),

    /** Makes the folder of backups if there is none yet, so that it can be shown. */
    async openFolder(): Promise<string> {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      return folder;
    },

    /**
     * Makes a backup whenever one is due, from now on. First removes what a kill left unfinished, and takes in the copies
     * of earlier versions. Nothing waits for it.
     */
    async keepSchedule(): Promise<void> {
      timer ??= setInterval(() => void inTurn(keepUp), lookEveryMs).unref();
      await inTurn(async () => {
        await removeLeftovers(folder);
        await adopt();
        await roll();
        await keepUp();
      });
    },

    /** Ends what is going on; a restore is finished first. */
    async dispose(): Promise<void> {
      clearInterval(timer);
      leaving.abort();
      await last;
    },
  };
}

export type Backups = ReturnType<typeof createBackups>;

async function removeLeftovers(folder: string, isLeftover = (name: string) => leftoverName.test(name)): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  await Promise.all(
    names.filter(isLeftover).map((name) => rm(join(folder, name), { force: true }).catch(() => undefined)),
  );
}

/** A failure told as what it means for backups; what `unreadable` says depends on what was read. */
function inWordsOfBackups(error: unknown, unreadable: string): unknown {
  if (!(error instanceof AppError)) return error;
  const reworded = (message: string): AppError => new AppError(error.code, message, error.details);
  switch (error.code) {
    case 'database-unreadable':
      return reworded(unreadable);
    case 'disk-full':
      return reworded('The disk is full, so this could not be done. Nothing was changed. Make room and try again.');
    case 'database-readonly':
      return reworded(
        'The copy cannot be written or read there. Nothing was changed. Check that the folder is there and may be written to.',
      );
    default:
      return error;
  }
}

const copyFailed = 'The copy failed its check and was not kept. Earlier backups are as they were.';
const backupDamaged = 'This backup is damaged and cannot be used. It was left as it is, and nothing was changed.';
