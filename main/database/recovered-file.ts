import { rmSync } from 'node:fs';
import { AppError } from '../../preload/contract/errors.ts';
import { syncFile } from './backup.ts';
import { claimDatabase } from './claim.ts';
import { closeDatabase, openDatabase } from './connection.ts';
import { prepareRestore } from './restore.ts';
import { replaceDatabase } from './standing.ts';

/**
 * Makes a file that can take the place of a database which cannot be opened: of a copy, or an empty one.
 *
 * @throws AppError `database-unreadable` for a damaged copy, `database-newer`, `disk-full`
 */
export function prepareAfresh(copyPath: string | null, preparedPath: string): void {
  const emptyPath = copyPath === null ? preparedPath : `${preparedPath}.empty`;
  removeFile(emptyPath);
  closeDatabase(openDatabase(emptyPath));
  if (copyPath === null) return;
  try {
    // Today's database cannot say what the tables must be.
    prepareRestore(emptyPath, copyPath, preparedPath);
  } finally {
    removeFile(emptyPath);
  }
}

/**
 * Puts a finished file in the place of the database; what lay there is kept in `keptFolder`.
 *
 * @throws AppError `busy` while another process works with the database
 */
export function putInPlace(databasePath: string, preparedPath: string, keptFolder: string): void {
  const claim = claimDatabase(databasePath);
  try {
    if (!claim.held) {
      throw new AppError(
        'busy',
        'Another program has the conversations open, perhaps a terminal. Nothing was changed. Close it and try again.',
      );
    }
    syncFile(preparedPath);
    replaceDatabase(databasePath, preparedPath, keptFolder);
  } finally {
    claim.release();
  }
}

function removeFile(path: string): void {
  for (const part of ['', '-wal', '-shm', '-journal']) rmSync(path + part, { force: true });
}
