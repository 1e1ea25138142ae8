import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Backup } from '../../preload/contract/backups.ts';
import { parseBackupName } from '../database/backup-names.ts';
import { newestFirst } from './backup-rolling.ts';

/** The backups in a folder that may not exist, newest first. */
export async function listBackups(folder: string): Promise<Backup[]> {
  const names = await readdir(folder).catch(() => []);
  const found = await Promise.all(
    names.map(async (fileName): Promise<Backup | null> => {
      const name = parseBackupName(fileName);
      const file = name === null ? null : await stat(join(folder, fileName)).catch(() => null);
      return name === null || file?.isFile() !== true ? null : { ...name, sizeBytes: file.size };
    }),
  );
  return found.filter((backup) => backup !== null).toSorted(newestFirst);
}
