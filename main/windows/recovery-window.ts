import { BrowserWindow } from 'electron';
import { appUrl } from './app-url.ts';
import { paperColour } from './paper.ts';
import { webPreferences } from './web-preferences.ts';

/** The window for conversations that cannot be opened: small, and shown as soon as it is painted. */
export function openRecoveryWindow(preloadPath: string, iconPath: string): BrowserWindow {
  const window = new BrowserWindow({
    width: 680,
    height: 760,
    minWidth: 480,
    minHeight: 400,
    show: false,
    title: 'OASST Desktop',
    icon: iconPath,
    backgroundColor: paperColour(),
    webPreferences: webPreferences(preloadPath),
  });
  // The entries of the application menu belong to the main window.
  window.removeMenu();
  window.once('ready-to-show', () => window.show());
  window.loadURL(appUrl('recovery.html')).catch(() => undefined); // The window was closed meanwhile.
  return window;
}
