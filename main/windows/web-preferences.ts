import { app, type WebPreferences } from 'electron';
import { canCheckSpelling } from '../desktop/spelling.ts';

/** The walls around every page of the app: a sandboxed renderer that has nothing but its preload script's api. */
export function webPreferences(preloadPath: string): WebPreferences {
  return {
    preload: preloadPath,
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    webviewTag: false,
    devTools: !app.isPackaged,
    spellcheck: canCheckSpelling(process.platform),
  };
}
