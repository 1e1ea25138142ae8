import { app, BrowserWindow, screen } from 'electron';
import type { QuickAskOpening } from '../../preload/contract/quick-ask.ts';
import type { ElectronTransport } from '../ipc/electron-transport.ts';
import { appUrl } from './app-url.ts';
import { paperColour } from './paper.ts';
import { grownBounds, openingBounds } from './quick-ask-placement.ts';
import { webPreferences } from './web-preferences.ts';

export interface QuickAskWindow {
  /** Shows it on the screen with the pointer, ready to type, or brings it to the front. */
  show(opening?: Partial<QuickAskOpening>): void;
  hide(): void;
  /** What the global shortcut does: shows it, or hides it when it has the focus. */
  toggle(): void;
  isVisible(): boolean;
  setPinned(isPinned: boolean): void;
  /** @param height of the page's content, in CSS pixels */
  setHeight(height: number): void;
  /** Builds the window now, hidden, so that the first show is as quick as the next. Idempotent. */
  warmUp(): void;
  dispose(): void;
}

export interface QuickAskWindowOptions {
  preloadPath: string;
  ipc: ElectronTransport;
  /** What of the clipboard is offered along with a question; null for nothing. */
  clipboardText?: () => Promise<string | null>;
  onShown?: () => void;
}

/** The window and whether its page is there to be told something. */
interface Built {
  window: BrowserWindow;
  loaded: Promise<void>;
}

/** Height of the field alone, until the page has told its own. */
const firstCssHeight = 58;

function workAreaOf(window: BrowserWindow): Electron.Rectangle {
  return screen.getDisplayMatching(window.getBounds()).workArea;
}

/** On macOS the focus goes back to another app only when this one has nothing left on the screen. */
function giveFocusBack(): void {
  if (process.platform !== 'darwin') return;
  const isAnyLeft = BrowserWindow.getAllWindows().some(
    (window) => window.isVisible() || window.webContents.isLoadingMainFrame(),
  );
  if (!isAnyLeft) app.hide();
}

/**
 * The quick window: frameless, built once and kept hidden, so that it appears at once. When it was closed, or its page
 * crashed, the next show builds another.
 */
export function createQuickAskWindow({
  preloadPath,
  ipc,
  clipboardText,
  onShown,
}: QuickAskWindowOptions): QuickAskWindow {
  let built: Built | null = null;
  let isPinned = false;
  let cssHeight = firstCssHeight;

  const hide = (): void => {
    const window = built?.window;
    if (window?.isVisible() !== true) return;
    // Windows gives the focus to the window below only when it is let go of first.
    if (process.platform === 'win32' && window.isFocused()) window.blur();
    window.hide();
    giveFocusBack();
  };

  const build = (): Built => {
    const window = new BrowserWindow({
      ...openingBounds(screen.getPrimaryDisplay().workArea, cssHeight, 1),
      show: false,
      frame: false,
      resizable: false,
      minimizable: false,
      maximizable: false,
      fullscreenable: false,
      skipTaskbar: true,
      alwaysOnTop: true,
      title: 'Quick question',
      backgroundColor: paperColour(),
      webPreferences: webPreferences(preloadPath),
    });
    // The keys of the application menu belong to the main window.
    window.removeMenu();
    // On macOS a window stays on the desktop where it was first shown, unless it is on all of them.
    if (process.platform === 'darwin') {
      window.setVisibleOnAllWorkspaces(true, { visibleOnFullScreen: true, skipTransformProcessType: true });
    }
    ipc.trust(window);
    window.on('blur', () => {
      if (!isPinned && !window.webContents.isDevToolsFocused()) hide();
    });
    window.on('show', () => onShown?.());
    window.once('closed', () => {
      if (built?.window === window) built = null;
    });
    window.webContents.on('render-process-gone', () => {
      window.destroy();
    });
    const loaded = window.loadURL(appUrl('quick-ask.html'));
    loaded.catch(() => undefined); // The window was closed meanwhile.
    return { window, loaded };
  };

  const ensureBuilt = (): Built => (built ??= build());

  const tell = async ({ window, loaded }: Built, opening: Partial<QuickAskOpening>): Promise<void> => {
    const [offer] = await Promise.all([clipboardText?.() ?? null, loaded]);
    ipc.send(window, 'quick-ask:opened', { text: null, isQuestion: false, clipboardText: offer, ...opening });
  };

  const show = (opening: Partial<QuickAskOpening> = {}): void => {
    const now = ensureBuilt();
    const { window } = now;
    if (!window.isVisible()) {
      const { workArea } = screen.getDisplayNearestPoint(screen.getCursorScreenPoint());
      window.setBounds(openingBounds(workArea, cssHeight, window.webContents.getZoomFactor()));
    }
    // The theme may have changed since the window was built.
    window.setBackgroundColor(paperColour());
    window.show();
    if (process.platform === 'darwin') app.focus({ steal: true });
    window.focus();
    tell(now, opening).catch(() => undefined); // The window was closed meanwhile.
  };

  return {
    show,
    hide,
    toggle() {
      if (built?.window.isVisible() === true && built.window.isFocused()) hide();
      else show();
    },
    isVisible: () => built?.window.isVisible() ?? false,
    setPinned(pinned) {
      isPinned = pinned;
    },
    setHeight(height) {
      cssHeight = height;
      const window = built?.window;
      if (window === undefined) return;
      window.setBounds(grownBounds(window.getBounds(), workAreaOf(window), height, window.webContents.getZoomFactor()));
    },
    warmUp() {
      ensureBuilt();
    },
    dispose() {
      built?.window.destroy();
      built = null;
    },
  };
}
