import { app as electronApp, BrowserWindow, clipboard, dialog, shell } from 'electron';
import { readFile } from 'node:fs/promises';
import { AppError } from '../../../preload/contract/errors.ts';
import type { Core } from '../../core.ts';
import type { Desktop } from '../../desktop/desktop.ts';
import type { PagePrinter } from '../../printing/page-printer.ts';
import type { Updates } from '../../services/updates.ts';
import type { MainWindow } from '../../windows/main-window.ts';
import type { QuickAskWindow } from '../../windows/quick-ask-window.ts';
import type { ElectronSender } from '../electron-transport.ts';
import type { Handlers } from '../router.ts';
import { createBackupHandlers } from './backups.ts';
import { createCudaAddonHandlers } from './cuda-addon.ts';
import { createDesktopHandlers } from './desktop.ts';
import { createDraftHandlers } from './drafts.ts';
import { createExchangeHandlers } from './exchange.ts';
import { exchangeDialogs } from './exchange-dialogs.ts';
import { createFolderHandlers } from './folders.ts';
import { createLibraryHandlers } from './library.ts';
import { openableUrl } from './links.ts';
import { createMessageHandlers } from './messages.ts';
import { createQueueHandlers } from './queue.ts';
import { createQuickAskHandlers } from './quick-ask.ts';
import { createSearchHandlers } from './search.ts';
import { createTrashHandlers } from './trash.ts';
import { createUpdateHandlers } from './updates.ts';

export interface HandlerOptions {
  core: Core;
  desktop: Promise<Desktop>;
  updates: Promise<Updates>;
  mainWindow: MainWindow;
  quickAsk: QuickAskWindow;
  pagePrinter: PagePrinter;
  /** Path of the list of licences that ships with the app. */
  licencesPath: string;
}

function windowOf(sender: ElectronSender): BrowserWindow {
  const window = BrowserWindow.fromWebContents(sender.contents);
  if (window === null) throw new AppError('forbidden', 'This window is closing.');
  return window;
}

async function chooseModelFile(window: BrowserWindow): Promise<string | null> {
  const { canceled, filePaths } = await dialog.showOpenDialog(window, {
    title: 'Choose a model file',
    buttonLabel: 'Look at this file',
    filters: [
      { name: 'GGUF models', extensions: ['gguf'] },
      { name: 'All files', extensions: ['*'] },
    ],
    properties: ['openFile'],
  });
  return canceled ? null : (filePaths[0] ?? null);
}

async function askToOpen(window: BrowserWindow, url: string): Promise<boolean> {
  const { response } = await dialog.showMessageBox(window, {
    type: 'question',
    message: 'Open this address in the browser?',
    detail: url,
    buttons: ['Open', 'Cancel'],
    defaultId: 1,
    cancelId: 1,
  });
  return response === 0;
}

/** What each channel does, in terms of the services. */
export function createHandlers(options: HandlerOptions): Handlers<ElectronSender> {
  const { core, desktop, mainWindow, quickAsk, licencesPath } = options;
  const { conversations, generations, models, settings, places, savedStates } = core;

  return {
    ...createLibraryHandlers(core, {
      chooseModelFile: (sender: ElectronSender) => chooseModelFile(windowOf(sender)),
      reveal: (path) => shell.showItemInFolder(path),
    }),
    ...createExchangeHandlers<ElectronSender>(core, exchangeDialogs(windowOf, options.pagePrinter)),
    ...createMessageHandlers<ElectronSender>(core, (text) => clipboard.writeText(text)),
    ...createDraftHandlers<ElectronSender>(core),
    ...createQueueHandlers<ElectronSender>(core),
    ...createFolderHandlers<ElectronSender>(core),
    ...createSearchHandlers<ElectronSender>(core),
    ...createTrashHandlers<ElectronSender>(core),
    ...createBackupHandlers<ElectronSender>(core, (path) => shell.openPath(path)),
    ...createDesktopHandlers<ElectronSender>(desktop),
    ...createUpdateHandlers<ElectronSender>(options.updates),
    ...createCudaAddonHandlers<ElectronSender>(core),
    ...createQuickAskHandlers<ElectronSender>({
      window: () => quickAsk,
      settings,
      continueInMain: (conversationId) => mainWindow.open({ kind: 'conversation', conversationId, messageId: null }),
      openPage: (page) => mainWindow.open({ kind: 'page', page }),
    }),
    'app:info': async () => ({
      version: electronApp.getVersion(),
      dataFolder: places.dataFolder,
      platform: process.platform === 'darwin' || process.platform === 'win32' ? process.platform : 'linux',
      electronVersion: process.versions.electron,
    }),
    'app:licences': () => readFile(licencesPath, 'utf8'),
    'app:copy-text': async ({ text }) => {
      // Electron 44 made this a promise; before, awaiting it changes nothing.
      await clipboard.writeText(text);
      return null;
    },
    'app:open-link': async ({ url }, sender) => {
      const address = openableUrl(url);
      const opened = await askToOpen(windowOf(sender), address);
      if (opened) await shell.openExternal(address);
      return { opened };
    },
    'conversations:list': (input) => conversations.list(input),
    'conversations:open': ({ conversationId }) => conversations.open(conversationId),
    'conversations:earlier': ({ conversationId, beforeMessageId }) =>
      conversations.earlier(conversationId, beforeMessageId),
    'conversations:rename': ({ conversationId, title }) => conversations.rename(conversationId, title),
    'conversations:organise': (input) => conversations.organise(input),
    'conversations:delete': async ({ conversationIds }) => {
      await Promise.all(conversationIds.map((id) => generations.stopAllOf(id)));
      return conversations.delete(conversationIds);
    },
    'conversations:restore': ({ conversationIds }) => conversations.restore(conversationIds),
    'conversations:forget': ({ conversationId }) => core.temporary.forget(conversationId),
    'conversations:keep': ({ conversationId }) => core.temporary.keep(conversationId),
    'conversations:choose-preset': ({ conversationId, presetId }) =>
      conversations.choosePreset(conversationId, presetId),
    'conversations:select-branch': ({ conversationId, messageId }) =>
      conversations.selectBranch(conversationId, messageId),
    'generations:start': (input) => generations.start(input),
    'generations:retry': (input) => generations.retry(input),
    'generations:continue': (input) => generations.continue(input),
    'generations:stop': (input) => generations.stop(input),
    'generations:preview': (input) => generations.preview(input),
    'models:status': async () => models.status(),
    'models:state-cache': () => savedStates.usage(),
    'models:clear-state-cache': () => savedStates.clear(),
    'models:load': async (choice) => {
      await models.ensureLoaded(choice);
      return models.status();
    },
    'settings:get': async () => settings.get(),
    'settings:change': (patch) => settings.change(patch),
  };
}
