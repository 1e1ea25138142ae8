import { app, BrowserWindow, globalShortcut, Notification, powerMonitor } from 'electron';
import { setTimeout as wait } from 'node:timers/promises';
import type { DesktopState } from '../../preload/contract/desktop.ts';
import type { Core } from '../core.ts';
import { logFailure } from '../logging.ts';
import { createEmitter } from '../services/emitter.ts';
import type { MainWindow } from '../windows/main-window.ts';
import type { QuickAskWindow } from '../windows/quick-ask-window.ts';
import { createAnswerNotices, type Notice } from './answer-notices.ts';
import { askHowToClose } from './closing-dialog.ts';
import { closingOf } from './closing.ts';
import { createGlobalShortcut } from './global-shortcut.ts';
import { createLoginItem } from './login-item.ts';
import { createSessionBus } from './session-bus.ts';
import { desktopKey, shortcutObstacle, type DesktopSession } from './session.ts';
import { quickAskCommand, startCommand, type StartFacts } from './start-command.ts';
import { createTrayPresence } from './tray-presence.ts';
import { followTrayState } from './tray-state.ts';
import { createTray } from './tray.ts';
import type { TrayAction } from './tray-menu.ts';

export interface DesktopOptions {
  core: Core;
  start: StartFacts;
  iconFolder: string;
  mainWindow: MainWindow;
  quickAsk: QuickAskWindow;
}

/** Time between two looks for the tray while it matters whether it is there. */
const lookEveryMs = 20_000;
/** Sessions start programs before their panel is up: for so long a late tray is waited for. */
const lateTrayMs = 20_000;
const lateTrayStepMs = 1000;

/** The app's manners on the desktop: shortcut, tray, start with the session, notices, what closing does. */
export async function openDesktop({ core, start, iconFolder, mainWindow, quickAsk }: DesktopOptions) {
  const { settings } = core;
  const { platform, env } = process;
  const session: DesktopSession = { platform, env, electronVersion: process.versions.electron };
  const bus = createSessionBus(env);
  const changed = createEmitter<DesktopState>();

  const shortcut = createGlobalShortcut({
    registrar: globalShortcut,
    settings,
    desktop: desktopKey(session),
    obstacle: await shortcutObstacle(session, bus),
    onPressed: () => quickAsk.toggle(),
  });
  const presence = createTrayPresence({ platform, bus });
  const loginItem = createLoginItem({
    ...{ settings, platform, env },
    isPackaged: start.isPackaged,
    command: startCommand(start),
  });

  const state = (): DesktopState => ({
    shortcut: shortcut.status(),
    hasTray: presence.isThere(),
    startAtLogin: loginItem.possibility(),
    quickAskCommand: quickAskCommand(start, platform),
  });
  const tell = (): void => changed.emit(state());
  shortcut.onChanged(tell);
  loginItem.onChanged(tell);

  const act = (action: TrayAction): void => {
    switch (action.kind) {
      case 'quick-ask':
        quickAsk.show();
        return;
      case 'open':
        mainWindow.show();
        return;
      case 'conversation':
        mainWindow.open(action);
        return;
      case 'load-model':
        core.models.ensureLoaded().catch(() => undefined); // Shown as the model's state.
        return;
      case 'unload-model':
        void core.models.unload();
        return;
      case 'quit':
        app.quit();
    }
  };
  const tray = createTray({ iconFolder, act });
  const trayState = await followTrayState(core, () => showTray());
  const showTray = (): void => {
    if (presence.isThere()) tray.show(trayState());
    else tray.hide();
  };
  presence.onChanged((isThere) => {
    showTray();
    // Without the icon nothing on the screen would lead back to the app.
    if (!isThere && !mainWindow.isVisible()) mainWindow.showMinimized();
    tell();
  });
  await presence.look();
  showTray();
  const lookTimer = setInterval(() => {
    if (!mainWindow.isVisible() || !presence.isThere()) void presence.look();
  }, lookEveryMs);
  lookTimer.unref();

  shortcut.start();
  loginItem.start().catch((error: unknown) => {
    logFailure('login item', error);
  });

  const shown = new Set<Notification>();
  const showNotice = ({ title, body, conversationId }: Notice): void => {
    const notification = new Notification({ title, body });
    // What nobody holds is collected, and its clicks with it.
    shown.add(notification);
    notification.once('close', () => shown.delete(notification));
    notification.once('click', () => {
      shown.delete(notification);
      mainWindow.open({ kind: 'conversation', conversationId, messageId: null });
    });
    notification.show();
  };
  const takeNotice = createAnswerNotices({
    now: Date.now,
    isWanted: () => settings.get().notifyWhenDone && Notification.isSupported(),
    isInFront: () => BrowserWindow.getFocusedWindow() !== null,
    isLocked: () => !['active', 'idle'].includes(powerMonitor.getSystemIdleState(60)),
    titleOf: async (conversationId) => {
      const { conversation } = await core.conversations.open(conversationId);
      return conversation.isTemporary ? null : conversation.title;
    },
    show: showNotice,
  });
  core.onGenerationEvent((event) => {
    takeNotice(event).catch((error: unknown) => {
      logFailure('notice', error);
    });
  });

  return {
    state,
    onChanged: changed.on,
    shortcut,
    hasTray: presence.isThere,
    /** Whether there is a tray, waiting for one that comes late. */
    async waitForTray(): Promise<boolean> {
      for (let waitedMs = 0; waitedMs < lateTrayMs && !presence.isThere(); waitedMs += lateTrayStepMs) {
        await wait(lateTrayStepMs);
        await presence.look();
      }
      return presence.isThere();
    },
    /** Does what closing the main window is to do; the window itself has stayed open. */
    async closeMainWindow(window: BrowserWindow): Promise<void> {
      const hasTray = await presence.look();
      const closing = closingOf({ platform, hasTray, closeToTray: settings.get().closeToTray });
      if (closing === 'hide') {
        mainWindow.hide();
      } else if (closing === 'ask') {
        const choice = await askHowToClose(window);
        if (choice === null) return;
        await settings.change(choice);
        if (choice.closeToTray) mainWindow.hide();
        else app.quit();
      } else {
        app.quit();
      }
    },
  };
}

export type Desktop = Awaited<ReturnType<typeof openDesktop>>;
