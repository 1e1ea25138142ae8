import { app, clipboard, dialog, type BrowserWindow } from 'electron';
import { join } from 'node:path';
import { AppError, toErrorReport } from '../preload/contract/errors.ts';
import type { Installation } from '../preload/contract/library.ts';
import { openCore } from './core.ts';
import { changeZoom, fetchNoDictionaries, keepAppearance } from './desktop/appearance.ts';
import { tellOfDamage } from './desktop/damage-dialog.ts';
import { openDesktop } from './desktop/desktop.ts';
import { installMenu } from './desktop/menu.ts';
import type { StartFacts } from './desktop/start-command.ts';
import { readStartRequest, requestOfLink, type StartRequest } from './desktop/start-request.ts';
import { taskBarFraction } from './desktop/task-bar.ts';
import { openUpdates } from './desktop/updater.ts';
import { broadcastChanges } from './ipc/broadcast-changes.ts';
import { createElectronTransport } from './ipc/electron-transport.ts';
import { createHandlers } from './ipc/handlers/index.ts';
import { registerHandlers } from './ipc/router.ts';
import { logFailure } from './logging.ts';
import type { AppPlaces } from './places.ts';
import { createPagePrinter } from './printing/page-printer.ts';
import { openRecovering } from './recovering.ts';
import { offerFromClipboard } from './services/quick-ask.ts';
import { serveAppPages } from './windows/app-protocol.ts';
import { createMainWindow } from './windows/main-window.ts';
import { createQuickAskWindow } from './windows/quick-ask-window.ts';

export interface AppOptions {
  /** The folder of the app's own package.json. */
  root: string;
  /** Where everything beside it lies. */
  places: AppPlaces;
  dataFolder: string;
  modelOverride: string | null;
  /** What this start is to show. */
  request: StartRequest;
  /** How the app is started again. */
  start: StartFacts;
}

/** A timer for a whole day would stand still while the computer sleeps. */
const tidyEveryMs = 6 * 60 * 60 * 1000;
/** The quick window is built when the main window has come to rest. */
const warmUpDelayMs = 1500;

/** For failures that are told elsewhere. */
const ignore = (): void => undefined;

/** Tells why the app cannot work, and leaves everything as it is. What its data lack is told before, in a window. */
function refuseToStart(error: unknown): void {
  if (error instanceof AppError && error.code === 'cancelled') {
    app.exit(0);
    return;
  }
  const report = toErrorReport(error);
  logFailure('start', report.details['cause'] ?? report.message);
  dialog.showErrorBox('OASST Desktop cannot open its data', report.message);
  app.exit(1);
}

/**
 * The composition root of the desktop app: opens the core, answers the windows, takes everything down in reverse when
 * the app quits.
 */
export async function startApp({ root, places, dataFolder, modelOverride, request, start }: AppOptions): Promise<void> {
  const preloads = join(root, 'out', 'preload');
  const { iconFolder } = places;
  const ipc = createElectronTransport();
  const pagePrinter = createPagePrinter();
  /** Resolves when windows can be built: from the first moment there are pages to load into them. */
  const readySoon = app.whenReady().then(() => {
    fetchNoDictionaries();
    serveAppPages(join(root, 'out', 'renderer'));
  });
  // The window is built while the database opens; what its page asks meanwhile is answered once that is done.
  const recovering = openRecovering({
    open: () =>
      openCore({ ...places, dataFolder, modelOverride, version: app.getVersion(), printPage: pagePrinter.toPdf }),
    ...{ dataFolder, databaseWorker: places.databaseWorker, ready: readySoon },
    preloadPath: join(preloads, 'recovery.cjs'),
    iconPath: join(iconFolder, 'icon.png'),
  });
  const coreSoon = recovering.opened.then((core) => {
    broadcastChanges(core, ipc);
    core.onDamaged(() => void tellOfDamage());
    return core;
  });

  let markSettled = ignore;
  /** Resolves when something is on the screen, or the app was started without: what no first page needs begins then. */
  const settledSoon = new Promise<void>((resolve) => {
    markSettled = resolve;
  });
  const settingsSoon = Promise.all([coreSoon, readySoon]).then(([{ settings }]) => {
    keepAppearance(settings);
    return settings;
  });
  const quickAsk = createQuickAskWindow({
    preloadPath: join(preloads, 'quick-ask.cjs'),
    ipc,
    clipboardText: async () => offerFromClipboard((await settingsSoon).get(), () => clipboard.readText()),
  });
  const mainWindow = createMainWindow({
    preloadPath: join(preloads, 'main-window.cjs'),
    iconPath: join(iconFolder, 'icon.png'),
    ipc,
    settings: settingsSoon,
    mayClose: (window) => mayClose(window),
    onShown() {
      // The model loads while the owner reads the page; nothing of it is on the way to the first frame.
      void coreSoon.then(({ models }) => models.ensureLoaded()).catch(() => undefined); // Shown as the model's state.
      settle();
    },
    onLeft(how) {
      // The page is gone, and with it the only place of a temporary conversation.
      if (mainWindow.current() === null) void coreSoon.then(({ temporary }) => temporary.forgetAll()).catch(ignore);
      // The shortcut's keys are recorded and tested from this window only.
      void desktopSoon.then(({ shortcut }) => {
        shortcut.suspend(false);
        if (how === 'gone') shortcut.test(false);
      }, ignore);
    },
  });
  const desktopSoon = Promise.all([coreSoon, settingsSoon, settledSoon]).then(async ([core]) => {
    const desktop = await openDesktop({ core, start, iconFolder, mainWindow, quickAsk });
    desktop.onChanged((state) => {
      ipc.broadcast('desktop:changed', state);
    });
    return desktop;
  });
  desktopSoon.catch((error: unknown) => {
    logFailure('desktop', error);
  });
  const updatesSoon = coreSoon.then((core) =>
    openUpdates(core, start, (state) => {
      ipc.broadcast('updates:changed', state);
    }),
  );
  updatesSoon.catch(ignore); // The core's failure is told below.
  const handlersSoon = coreSoon.then((core) =>
    createHandlers({
      core: { ...core, library: () => settledSoon.then(core.library) },
      ...{ desktop: desktopSoon, updates: updatesSoon, mainWindow, quickAsk, pagePrinter },
      licencesPath: places.licencesPath,
    }),
  );
  handlersSoon.catch(ignore); // The core's failure is told below.
  registerHandlers(ipc.transport, handlersSoon, logFailure);

  let isQuitting = false;
  let hasSettled = false;
  /** Does what can wait until something is on the screen. */
  const settle = (): void => {
    if (hasSettled) return;
    hasSettled = true;
    markSettled();
    const tidy = (): void => {
      coreSoon
        .then((core) => core.tidy())
        .catch((error: unknown) => {
          logFailure('tidy', error);
        });
    };
    tidy();
    // In the tray the app may go on for weeks.
    setInterval(tidy, tidyEveryMs).unref();
    updatesSoon
      .then((updates) => updates.start())
      .catch((error: unknown) => {
        logFailure('updates', error);
      });
    setTimeout(() => {
      if (!isQuitting) quickAsk.warmUp();
    }, warmUpDelayMs);
  };

  let isClosing = false;
  const mayClose = (window: BrowserWindow): boolean => {
    // On macOS the app stays in the dock without a window.
    if (isQuitting || process.platform === 'darwin') return true;
    if (isClosing) return false;
    isClosing = true;
    desktopSoon
      .then((desktop) => desktop.closeMainWindow(window))
      .catch((error: unknown) => {
        logFailure('close', error);
        app.quit();
      })
      .finally(() => {
        isClosing = false;
      });
    return false;
  };

  /** Shows the message that a link leads to; without it, the window as it begins. */
  const openAtMessage = async (messageId: string): Promise<void> => {
    const message = await coreSoon.then(({ messages }) => messages.get(messageId)).catch(() => null);
    if (message === null) mainWindow.open({ kind: 'new-conversation' });
    else mainWindow.open({ kind: 'conversation', conversationId: message.conversationId, messageId });
  };
  /** Shows what another start, or a link, asks of the running app. */
  const perform = (wanted: StartRequest): void => {
    switch (wanted.kind) {
      case 'window':
        mainWindow.show();
        return;
      case 'new-conversation':
      case 'page':
        mainWindow.open(wanted);
        return;
      case 'message':
        void openAtMessage(wanted.messageId);
        return;
      case 'quick-ask':
        quickAsk.show({ text: wanted.text, isQuestion: wanted.isQuestion });
        return;
      case 'hidden': // It is.
    }
  };
  /** The same for another start, which finds the conversations closed while the owner is asked about them. */
  const performWhenOpen = (wanted: StartRequest): void => {
    if (recovering.raise()) coreSoon.then(() => perform(wanted), ignore);
    else perform(wanted);
  };
  /** Shows what this start asks for, and never nothing: without a tray, something has to lead back to the app. */
  const begin = async (): Promise<void> => {
    perform(request);
    if (request.kind !== 'hidden' && request.kind !== 'quick-ask') return;
    settle();
    const desktop = await desktopSoon;
    if (request.kind === 'quick-ask' && !desktop.hasTray()) mainWindow.showMinimized();
    if (request.kind === 'hidden' && !(await desktop.waitForTray())) mainWindow.show();
  };

  app.on('second-instance', (_event, _args, _folder, handedOver) => {
    void readySoon.then(() => performWhenOpen(readStartRequest(handedOver)));
  });
  app.on('open-url', (event, link) => {
    event.preventDefault();
    void readySoon.then(() => performWhenOpen(requestOfLink(link)));
  });
  app.on('activate', () => performWhenOpen({ kind: 'window' }));
  app.on('before-quit', () => {
    isQuitting = true;
    quickAsk.dispose();
    void updatesSoon.then((updates) => updates.dispose(), ignore);
  });
  // What closing the main window does is decided there, and the quick window is only ever hidden.
  app.on('window-all-closed', () => undefined);
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

  const showInTaskBar = (installations: readonly Installation[]): void => {
    mainWindow.current()?.setProgressBar(taskBarFraction(installations));
  };
  coreSoon.then(({ libraryEvents }) => {
    libraryEvents.advanced.on((installation) => showInTaskBar([installation]));
    libraryEvents.changed.on(({ installations }) => showInTaskBar(installations));
  }, ignore);

  await readySoon;
  begin().catch(ignore);
  // While the process of the page starts, this one has time.
  installMenu({
    choose: (command) => (command === 'quick-ask' ? quickAsk.show() : mainWindow.choose(command)),
    zoom: (direction) => void settingsSoon.then((settings) => changeZoom(settings, direction)),
  });
  coreSoon.catch(refuseToStart);
}
