import { BrowserWindow, screen } from 'electron';
import type { AppOpening, MenuCommand } from '../../preload/contract/app.ts';
import type { Events } from '../../preload/contract/api.ts';
import type { ElectronTransport } from '../ipc/electron-transport.ts';
import type { SettingsService } from '../services/settings.ts';
import { appUrl } from './app-url.ts';
import { paperColour } from './paper.ts';
import { firstWindowSize, restoredBounds, smallestWindow } from './window-bounds.ts';
import { webPreferences } from './web-preferences.ts';

export interface MainWindow {
  /** Builds it where it is not, and brings it to the front. */
  show(): void;
  /** Gives the app an entry in the task bar and leaves the screen alone. */
  showMinimized(): void;
  hide(): void;
  /** Shows it and tells its page what to show there. */
  open(opening: AppOpening): void;
  /** Shows it and passes on what was chosen in the menu. */
  choose(command: MenuCommand): void;
  isVisible(): boolean;
  /** The window while there is one. */
  current(): BrowserWindow | null;
}

export interface MainWindowOptions {
  preloadPath: string;
  iconPath: string;
  ipc: ElectronTransport;
  /** The window is built while they are read, and shown when they are there. */
  settings: Promise<SettingsService>;
  /** Whether the window may close now that the owner wants it to. */
  mayClose: (window: BrowserWindow) => boolean;
  onShown: () => void;
  /** It lost the focus, was hidden or was closed. */
  onLeft: (how: 'blurred' | 'gone') => void;
}

/** Moving a window tells of every step; its place is saved when it has come to rest. */
const restMs = 500;

interface Built {
  window: BrowserWindow;
  /** Its first frame is painted and its place is known. */
  ready: Promise<unknown>;
  /** Its page listens. */
  loaded: Promise<void>;
}

function workAreas(): [Electron.Rectangle, ...Electron.Rectangle[]] {
  const primary = screen.getPrimaryDisplay();
  const others = screen.getAllDisplays().filter(({ id }) => id !== primary.id);
  return [primary.workArea, ...others.map(({ workArea }) => workArea)];
}

/** Keeps the window's place in the settings, from now on. */
function rememberPlace(window: BrowserWindow, settings: SettingsService): void {
  let timer: NodeJS.Timeout | undefined;
  const save = (): void => {
    clearTimeout(timer);
    const windowBounds = { ...window.getNormalBounds(), isMaximized: window.isMaximized() };
    const before = settings.get().windowBounds;
    if (JSON.stringify(before) === JSON.stringify(windowBounds)) return;
    settings.change({ windowBounds }).catch(() => undefined); // It opens where it was the time before.
  };
  const saveSoon = (): void => {
    clearTimeout(timer);
    timer = setTimeout(save, restMs);
  };
  window.on('resize', saveSoon);
  window.on('move', saveSoon);
  window.on('maximize', saveSoon);
  window.on('unmaximize', saveSoon);
  window.on('close', save);
  window.once('closed', () => {
    clearTimeout(timer);
  });
}

/** The main window: at most one, built when it is first wanted. */
export function createMainWindow(options: MainWindowOptions): MainWindow {
  const { preloadPath, iconPath, ipc, mayClose, onShown, onLeft } = options;
  let built: Built | null = null;

  const build = (): Built => {
    const window = new BrowserWindow({
      ...firstWindowSize(screen.getPrimaryDisplay().workArea),
      minWidth: smallestWindow.width,
      minHeight: smallestWindow.height,
      show: false,
      title: 'OASST Desktop',
      icon: iconPath,
      backgroundColor: paperColour(),
      webPreferences: webPreferences(preloadPath),
    });
    const painted = new Promise<void>((resolve) => window.once('ready-to-show', () => resolve()));
    const placed = options.settings.then((settings) => {
      if (window.isDestroyed()) return;
      const { windowBounds } = settings.get();
      if (windowBounds !== null) window.setBounds(restoredBounds(windowBounds, workAreas()));
      rememberPlace(window, settings);
      // Maximising would show it, which has to wait for its first frame.
      if (windowBounds?.isMaximized === true) window.once('show', () => window.maximize());
    });
    ipc.trust(window);
    window.on('show', onShown);
    window.on('blur', () => {
      onLeft('blurred');
    });
    window.on('hide', () => {
      onLeft('gone');
    });
    window.on('close', (event) => {
      if (!mayClose(window)) event.preventDefault();
    });
    window.once('closed', () => {
      built = null;
      onLeft('gone');
    });
    return { window, ready: Promise.all([painted, placed]), loaded: window.loadURL(appUrl('index.html')) };
  };

  /** Does something with the window once it can be shown, unless it was closed meanwhile. */
  const whenReady = (reveal: (window: BrowserWindow) => void): Built => {
    const now = (built ??= build());
    now.ready.then(
      () => {
        if (!now.window.isDestroyed()) reveal(now.window);
      },
      () => undefined, // Without settings there is no app; that is told elsewhere.
    );
    return now;
  };

  const show = (): Built =>
    whenReady((window) => {
      // The theme is known only now, and the window was painted before.
      window.setBackgroundColor(paperColour());
      if (window.isMinimized()) window.restore();
      window.show();
      window.focus();
    });

  const tell = <E extends 'app:opened' | 'app:menu-chosen'>(event: E, payload: Events[E]): void => {
    const { window, loaded } = show();
    loaded.then(
      () => {
        if (!window.isDestroyed()) ipc.send(window, event, payload);
      },
      () => undefined, // The window was closed while it loaded.
    );
  };

  return {
    show() {
      show();
    },
    showMinimized() {
      whenReady((window) => {
        window.showInactive();
        window.minimize();
      });
    },
    hide() {
      built?.window.hide();
    },
    open(opening) {
      tell('app:opened', opening);
    },
    choose(command) {
      tell('app:menu-chosen', command);
    },
    isVisible: () => built?.window.isVisible() ?? false,
    current: () => built?.window ?? null,
  };
}
