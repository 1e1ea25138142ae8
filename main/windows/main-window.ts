import { BrowserWindow, nativeTheme, screen } from 'electron';
import { appUrl } from './app-url.ts';
import { firstWindowSize, smallestWindow } from './window-bounds.ts';

export interface MainWindowOptions {
  preloadPath: string;
  iconPath: string;
}

/** The paper colours of the page (`tokens.css`), so that the window does not flash while it loads. */
const paper = { light: '#f8fcf9', dark: '#141a17' };

/** Opens the main window; it shows itself when its first frame is painted. */
export function openMainWindow({ preloadPath, iconPath }: MainWindowOptions): BrowserWindow {
  const window = new BrowserWindow({
    ...firstWindowSize(screen.getPrimaryDisplay().workArea),
    minWidth: smallestWindow.width,
    minHeight: smallestWindow.height,
    show: false,
    title: 'OASST Desktop',
    icon: iconPath,
    backgroundColor: nativeTheme.shouldUseDarkColors ? paper.dark : paper.light,
    webPreferences: {
      preload: preloadPath,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false,
    },
  });
  window.once('ready-to-show', () => {
    window.show();
  });
  void window.loadURL(appUrl('index.html'));
  return window;
}
