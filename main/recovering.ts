import { shell, type BrowserWindow } from 'electron';
import { AppError } from '../preload/contract/errors.ts';
import { createBackupRunner } from './database/backup-client.ts';
import { createElectronTransport } from './ipc/electron-transport.ts';
import { createRecoveryHandlers, type RecoveryDecision } from './ipc/handlers/recovery.ts';
import { registerRecovery } from './ipc/router.ts';
import { logFailure } from './logging.ts';
import { placesIn } from './services/data-folder.ts';
import { assertUndamaged, createRecovery, problemOf, type Recovery } from './services/recovery.ts';
import { openRecoveryWindow } from './windows/recovery-window.ts';

export interface RecoveringOptions<T> {
  /** Opens everything that needs the conversations. Tried again for as long as the owner wants. */
  open: () => Promise<T>;
  dataFolder: string;
  databaseWorker: URL;
  /** Windows can be built, and their pages are served. */
  ready: Promise<void>;
  preloadPath: string;
  iconPath: string;
}

/** The app's data on their way, and the window that may stand in between. */
export interface Recovering<T> {
  /**
   * The data, once they are open.
   *
   * @throws AppError `cancelled` when the owner leaves instead; what `open` throws when it has another cause
   */
  opened: Promise<T>;
  /** Brings the window to the front that asks what is to be done. False when there is none. */
  raise(): boolean;
}

/**
 * Opens the app's data. While its file cannot be opened, or was found damaged, a window of its own says why and lets the
 * owner decide what is done about it.
 */
export function openRecovering<T>(options: RecoveringOptions<T>): Recovering<T> {
  const desk = createDesk(options);
  return { opened: openWith(desk, options), raise: desk.raise };
}

async function openWith<T>(desk: Desk, { open, dataFolder }: RecoveringOptions<T>): Promise<T> {
  const { databasePath } = placesIn(dataFolder);
  try {
    for (;;) {
      try {
        assertUndamaged(databasePath);
        return await open();
      } catch (error) {
        if (!(error instanceof AppError) || problemOf(error) === null) throw error;
        logFailure('database', error.details['cause'] ?? error.message);
        if ((await desk.decide(error)) === 'quit') throw new AppError('cancelled', 'The app was closed.');
      }
    }
  } finally {
    desk.close();
  }
}

type Desk = ReturnType<typeof createDesk>;

/** The recovery window, built when it is first needed and kept until the conversations are open. */
function createDesk({ dataFolder, databaseWorker, ready, preloadPath, iconPath }: RecoveringOptions<unknown>) {
  const { databasePath, backupsFolder } = placesIn(dataFolder);
  const ipc = createElectronTransport();
  let window: BrowserWindow | null = null;
  let attempt = 0;
  let current: { recovery: Recovery; decide: (decision: RecoveryDecision) => void } | null = null;

  const build = (): BrowserWindow => {
    registerRecovery(
      ipc.transport,
      createRecoveryHandlers({
        recovery() {
          if (current === null) throw new AppError('busy', 'The conversations are being opened.');
          return current.recovery;
        },
        decide: (decision) => current?.decide(decision),
        showFolder: () => shell.showItemInFolder(databasePath),
      }),
      logFailure,
    );
    const built = openRecoveryWindow(preloadPath, iconPath);
    ipc.trust(built);
    built.once('closed', () => {
      window = null;
      current?.recovery.cancel();
      current?.decide('quit');
    });
    return built;
  };

  return {
    async decide(error: AppError): Promise<RecoveryDecision> {
      await ready;
      attempt += 1;
      const runTask = createBackupRunner(databaseWorker);
      const recovery = createRecovery(error, { databasePath, backupsFolder, runTask, attempt, now: Date.now });
      const decision = new Promise<RecoveryDecision>((decide) => (current = { recovery, decide }));
      window ??= build();
      return decision;
    },
    raise(): boolean {
      if (window === null) return false;
      if (window.isMinimized()) window.restore();
      window.show();
      window.focus();
      return true;
    },
    close(): void {
      current = null;
      window?.destroy();
    },
  };
}
