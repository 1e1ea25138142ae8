import { app, dialog, type BrowserWindow } from 'electron';
import { join } from 'node:path';
import { toErrorReport } from '../preload/contract/errors.ts';
import type { MenuCommand } from '../preload/contract/app.ts';
import type { Installation } from '../preload/contract/library.ts';
import { openCore, type Core } from './core.ts';
import { installMenu } from './desktop/menu.ts';
import { taskBarFraction } from './desktop/task-bar.ts';
import { createElectronTransport, type ElectronTransport } from './ipc/electron-transport.ts';
import { createHandlers } from './ipc/handlers/index.ts';
import { registerHandlers } from './ipc/router.ts';
import { logFailure } from './logging.ts';
import { appPlaces } from './places.ts';
import { serveAppPages } from './windows/app-protocol.ts';
import { openMainWindow } from './windows/main-window.ts';

export interface AppOptions {
  root: string;
  dataFolder: string;
  modelOverride: string | null;
}

/** Tells all windows what changes. */
function broadcastChanges(core: Core, ipc: ElectronTransport): void {
  core.conversations.onChanged((change) => {
    ipc.broadcast('conversations:changed', change);
  });
  core.onGenerationEvent((event) => {
    ipc.broadcast('generations:advanced', event);
  });
  core.models.onChanged((status) => {
    ipc.broadcast('models:changed', status);
  });
  core.libraryEvents.changed.on((library) => {
    ipc.broadcast('library:changed', library);
  });
  core.libraryEvents.advanced.on((installation) => {
    ipc.broadcast('library:installation-advanced', installation);
  });
  core.libraryEvents.fileRead.on((progress) => {
    ipc.broadcast('library:file-read', progress);
  });
  core.settings.onChanged((settings) => {
    ipc.broadcast('settings:changed', settings);
  });
}

/** Tells why the app cannot work with its data, and leaves everything as it is. */
function refuseToStart(error: unknown): void {
  const report = toErrorReport(error);
  logFailure('start', report.details['cause'] ?? report.message);
  dialog.showErrorBox('OASST Desktop cannot open its data', report.message);
  app.exit(1);
}

/**
 * The composition root of the desktop app: opens the core, answers the windows, takes everything down in reverse when
 * the app quits.
 */
export async function startApp({ root, dataFolder, modelOverride }: AppOptions): Promise<void> {
  const places = appPlaces(root, 'built');
  const ipc = createElectronTransport();
  // The window is built while the database opens; what its page asks meanwhile is answered once that is done.
  const coreSoon = openCore({ ...places, dataFolder, modelOverride }).then((core) => {
    broadcastChanges(core, ipc);
    return core;
  });
  const handlersSoon = coreSoon.then((core) => createHandlers({ core, licencesPath: places.licencesPath }));
  handlersSoon.catch(() => undefined); // The core's failure is told below.
  registerHandlers(ipc.transport, handlersSoon, logFailure);
  await app.whenReady();
  serveAppPages(join(root, 'out', 'renderer'));

  let window: BrowserWindow | null = null;
  const warmUp = (core: Core): void => {
    core.models.ensureLoaded().catch(() => undefined); // Shown as the model's state.
    core.tidy().catch((error: unknown) => {
      logFailure('tidy', error);
    });
  };
  const showWindow = (): void => {
    if (window !== null) {
      if (window.isMinimized()) window.restore();
      window.show();
      window.focus();
      return;
    }
    window = openMainWindow({
      preloadPath: join(root, 'out', 'preload', 'main-window.cjs'),
      iconPath: join(root, 'resources', 'icons', 'icon.png'),
    });
    ipc.trust(window);
    window.once('closed', () => {
      window = null;
    });
    // The model loads while the owner reads the page; nothing of it is on the way to the first frame.
    window.once('show', () => {
      void coreSoon.then(warmUp, () => undefined);
    });
  };

  const showInTaskBar = (installations: readonly Installation[]): void => {
    window?.setProgressBar(taskBarFraction(installations));
  };
  coreSoon.then(
    ({ libraryEvents }) => {
      libraryEvents.advanced.on((installation) => showInTaskBar([installation]));
      libraryEvents.changed.on(({ installations }) => showInTaskBar(installations));
    },
    () => undefined,
  );

  installMenu((command: MenuCommand) => {
    showWindow();
    ipc.broadcast('app:menu-chosen', command);
  });
  app.on('second-instance', showWindow);
  app.on('activate', showWindow);
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit();
  });

  let saved = false;
  app.on('will-quit', (event) => {
    if (saved) return;
    event.preventDefault();
    coreSoon
      .then((core) => core.dispose())
      .catch((error: unknown) => {
        logFailure('quit', error);
      })
      .finally(() => {
        saved = true;
        app.quit();
      });
  });
  showWindow();
  coreSoon.catch(refuseToStart);
}
