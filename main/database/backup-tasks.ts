import type { BackupPreview } from '../../preload/contract/backups.ts';
import type { ErrorReport } from '../../preload/contract/errors.ts';
import type { SalvageReport } from '../../preload/contract/recovery.ts';
import { copyDatabase } from './backup.ts';
import { eraseInCopy, type Erasure } from './backup-erasure.ts';
import { previewBackup } from './backup-reading.ts';
import { checkDatabase, type Verdict } from './integrity.ts';
import { prepareAfresh, putInPlace } from './recovered-file.ts';
import { prepareRestore } from './restore.ts';
import { salvageDatabase } from './salvage.ts';

/**
 * Work on copies of the database that may take long. Each is done by a thread of its own with connections of its own:
 * in write-ahead logging a reader holds up no writer, so answers are saved meanwhile as ever.
 */
export interface BackupTasks {
  /** Copies the database to `copyPath`, unless that would be the same as a copy that is there; answers whether it did. */
  copy: { input: { databasePath: string; copyPath: string; unlessSameAs: string | null }; output: boolean };
  preview: { input: { databasePath: string; copyPath: string }; output: Omit<BackupPreview, 'backup'> };
  /** Makes `preparedPath`, which can take the place of the database, of a copy. */
  prepare: { input: { databasePath: string; copyPath: string; preparedPath: string }; output: undefined };
  /** Erases in a copy; answers whether there was anything to erase. */
  erase: { input: { copyPath: string; erasure: Erasure }; output: boolean };
  check: { input: { databasePath: string }; output: Verdict };
  /** Writes what can be read of a damaged database to `preparedPath`. */
  salvage: { input: { databasePath: string; preparedPath: string }; output: SalvageReport };
  /** Makes `preparedPath` of a copy without looking at the database; an empty one of no copy. */
  prepareAfresh: { input: { copyPath: string | null; preparedPath: string }; output: undefined };
  /** Puts `preparedPath` in the place of the database, which is kept in a folder. */
  putInPlace: { input: { databasePath: string; preparedPath: string; keptFolder: string }; output: undefined };
}

export type BackupTaskName = keyof BackupTasks;

/** What a thread is started with to do one task. */
export type BackupOrder = { [K in BackupTaskName]: { task: K; input: BackupTasks[K]['input'] } }[BackupTaskName];

export type BackupTaskReply = { fraction: number } | { ok: true; value: unknown } | { ok: false; error: ErrorReport };

/** Does one task. @param onProgress is told by `copy` and `salvage` only */
export async function performBackupTask(
  order: BackupOrder,
  onProgress: (fraction: number) => void,
): Promise<BackupTasks[BackupTaskName]['output']> {
  switch (order.task) {
    case 'copy':
      return copyDatabase(order.input, onProgress);
    case 'preview':
      return previewBackup(order.input.databasePath, order.input.copyPath);
    case 'prepare': {
      const { databasePath, copyPath, preparedPath } = order.input;
      prepareRestore(databasePath, copyPath, preparedPath);
      return undefined;
    }
    case 'erase':
      return eraseInCopy(order.input.copyPath, order.input.erasure);
    case 'check':
      return checkDatabase(order.input.databasePath);
    case 'salvage':
      return salvageDatabase(order.input.databasePath, order.input.preparedPath, onProgress);
    case 'prepareAfresh':
      prepareAfresh(order.input.copyPath, order.input.preparedPath);
      return undefined;
    case 'putInPlace': {
      const { databasePath, preparedPath, keptFolder } = order.input;
      putInPlace(databasePath, preparedPath, keptFolder);
      return undefined;
    }
  }
}
