import { app } from 'electron';
import type { AppUpdater } from 'electron-updater';
import { AppError } from '../../preload/contract/errors.ts';
import type { UpdatesState } from '../../preload/contract/updates.ts';
import type { Core } from '../core.ts';
import { createUpdates, type Updater, type Updates } from '../services/updates.ts';
import type { StartFacts } from './start-command.ts';
import { toUpdateError } from './update-failures.ts';
import { updateWay } from './update-way.ts';

/** The page of all versions; the feed that electron-builder.yml names is the same repository's. */
const releasesUrl = 'https://github.com/oasst-desktop/oasst-desktop/releases';

/** The updater tells the page of releases a number by which it would know each copy of the app. This is everybody's. */
const nobody = '00000000-0000-0000-0000-000000000000';

/** The file of a release that belongs to a system, by its end. */
const fileEnds: Partial<Record<NodeJS.Platform, string>> = { win32: '.exe', darwin: '.zip' };

/** The updater of this system. It is loaded when somebody wants it, and knows nothing of other ways to install. */
async function loadUpdater(): Promise<AppUpdater> {
  const { AppImageUpdater, MacUpdater, NsisUpdater } = await import('electron-updater');
  const updater =
    process.platform === 'win32'
      ? new NsisUpdater()
      : process.platform === 'darwin'
        ? new MacUpdater()
        : new AppImageUpdater();
  updater.autoDownload = false;
  updater.autoInstallOnAppQuit = true;
  updater.disableWebInstaller = true;
  updater.logger = null;
  updater.requestHeaders = { 'x-user-staging-id': nobody };
  updater.isUserWithinRollout = () => true;
  return updater;
}

/** @param proxyUrl where fetching goes through; null for what the system says */
function createUpdater(proxyUrl: () => string | null): Updater {
  let loading: Promise<AppUpdater> | null = null;
  const ready = async (): Promise<AppUpdater> => {
    const updater = await (loading ??= loadUpdater());
    const proxy = proxyUrl();
    await updater.netSession.setProxy(proxy === null ? { mode: 'system' } : { proxyRules: proxy });
    return updater;
  };
  let fetched: AppUpdater | null = null;

  return {
    async look() {
      try {
        const answer = await (await ready()).checkForUpdates();
        if (answer === null) throw new AppError('forbidden', 'This copy of the app does not update itself.');
        if (!answer.isUpdateAvailable) return null;
        const { version, files } = answer.updateInfo;
        const end = fileEnds[process.platform] ?? '.AppImage';
        return { version, sizeBytes: files.find(({ url }) => url.endsWith(end))?.size ?? null };
      } catch (error) {
        throw toUpdateError(error, 'look');
      }
    },

    async fetch(onProgress, signal) {
      const { CancellationToken } = await import('electron-updater');
      const token = new CancellationToken();
      const cancel = (): void => token.cancel();
      const advance = ({ transferred }: { transferred: number }): void => onProgress(transferred);
      signal.addEventListener('abort', cancel);
      try {
        const updater = await ready();
        updater.on('download-progress', advance);
        try {
          signal.throwIfAborted();
          await updater.downloadUpdate(token);
          fetched = updater;
        } finally {
          updater.off('download-progress', advance);
        }
      } catch (error) {
        throw toUpdateError(error, 'fetch');
      } finally {
        signal.removeEventListener('abort', cancel);
      }
    },

    installAndRestart() {
      const updater = fetched;
      if (updater === null) throw new AppError('not-found', 'There is no update to install. Fetch it first.');
      if (process.platform === 'darwin') {
        updater.quitAndInstall();
        return;
      }
      // Not before everything is saved and closed: the new version opens the same data.
      app.prependOnceListener('quit', () => {
        app.releaseSingleInstanceLock();
        updater.quitAndInstall(true, true);
      });
      app.quit();
    },
  };
}

/** Newer versions of this copy of the app. `tell` is told whatever changes. */
export function openUpdates(
  { generations, onGenerationEvent, settings }: Core,
  { isPackaged, executable, env }: StartFacts,
  tell: (state: UpdatesState) => void,
): Updates {
  const updates = createUpdates({
    way: updateWay({ isPackaged, executable, env, platform: process.platform }),
    releasesUrl,
    updater: createUpdater(() => settings.get().proxyUrl),
    settings,
    isAnswering: () => generations.isBusy(),
    onAnswerDone: (listener) =>
      onGenerationEvent(({ kind }) => {
        if (kind === 'finished') listener();
      }),
    now: Date.now,
  });
  updates.onChanged(tell);
  return updates;
}
