import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { backupsFolderOf } from '../database/backup-names.ts';

const folderName = 'oasst-desktop';

/**
 * Where the owner's data lies unless told otherwise: the place that each system gives to settings of applications.
 *
 * @param home the owner's home folder
 */
export function defaultDataFolder(platform: NodeJS.Platform, env: NodeJS.ProcessEnv, home: string): string {
  const configHome = env['XDG_CONFIG_HOME'] ?? '';
  switch (platform) {
    case 'win32':
      return join(env['APPDATA'] ?? join(home, 'AppData', 'Roaming'), folderName);
    case 'darwin':
      return join(home, 'Library', 'Application Support', folderName);
    default:
      return join(configHome === '' ? join(home, '.config') : configHome, folderName);
  }
}

/** The places inside a data folder. */
export function placesIn(dataFolder: string) {
  const databasePath = join(dataFolder, 'conversations.sqlite3');
  return {
    dataFolder,
    databasePath,
    /** Copies of the database. */
    backupsFolder: backupsFolderOf(databasePath),
    /** Saved states and what is known of this machine's speed: nothing that could not be had again. */
    cacheFolder: join(dataFolder, 'cache'),
    /** Models that were fetched or copied. */
    modelsFolder: join(dataFolder, 'models'),
    /** What Chromium keeps for itself; nothing of the owner's is in it. */
    browserFolder: join(dataFolder, 'browser'),
  };
}

/** Makes the folder, readable by its owner only. @throws the file system's error */
export function prepareDataFolder(dataFolder: string): void {
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
}
