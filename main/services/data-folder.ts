import { chmodSync, lstatSync, mkdirSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
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
    /** Parts of the engine that were fetched on request. */
    addonsFolder: join(dataFolder, 'addons'),
    /** What Chromium keeps for itself; nothing of the owner's is in it. */
    browserFolder: join(dataFolder, 'browser'),
  };
}

/**
 * Makes the folder, and makes it and all that the app keeps in it readable by its owner only, whatever became of it since.
 * A folder that holds other things as well is shared with something else and keeps its own mode.
 *
 * @throws the file system's error when the folder cannot be made
 */
export function prepareDataFolder(dataFolder: string): void {
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
  // Windows gives the folders of a person to that person anyway.
  if (process.platform === 'win32') return;
  const { dataFolder: _, databasePath, ...folders } = placesIn(dataFolder);
  const folderNames = Object.values(folders).map((path) => basename(path));
  // Beside the database lie its log and its lock.
  const isOwn = (name: string): boolean => folderNames.includes(name) || name.startsWith(basename(databasePath));
  const names = readdirSync(dataFolder);
  if (names.every(isOwn)) makePrivate(dataFolder);
  else for (const name of names.filter(isOwn)) makePrivate(join(dataFolder, name));
}

/** Links are left alone: what they lead to may be somebody else's. */
function makePrivate(path: string): void {
  try {
    const stat = lstatSync(path);
    if (stat.isSymbolicLink()) return;
    if ((stat.mode & 0o077) !== 0) chmodSync(path, stat.mode & 0o700);
    if (stat.isDirectory()) for (const name of readdirSync(path)) makePrivate(join(path, name));
  } catch {
    // Of another owner, or gone this moment. The folder above is private.
  }
}
