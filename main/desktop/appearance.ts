import { app, BrowserWindow, nativeTheme, session, type Session } from 'electron';
import type { Settings } from '../../preload/contract/settings.ts';
import type { SettingsService } from '../services/settings.ts';
import { canCheckSpelling } from './spelling.ts';
import { steppedZoom } from './zoom.ts';

/** An address that leads nowhere, should the checker want a dictionary all the same. */
const noDictionaries = 'data:,';

/**
 * Keeps Chromium from fetching dictionaries, which it does on its own as soon as there is a session, whether or not any
 * window checks spelling. Has to run before anything else does once the app is ready, or the session is made.
 */
export function fetchNoDictionaries(own: Session = session.defaultSession): void {
  own.setSpellCheckerDictionaryDownloadURL(noDictionaries);
  own.setSpellCheckerLanguages([]);
  own.setSpellCheckerEnabled(false);
}

/** Keeps theme, zoom and spell checking of all windows in step with the settings, from now on. */
export function keepAppearance(settings: SettingsService): void {
  const { defaultSession } = session;
  const applyTheme = ({ theme }: Settings): void => {
    nativeTheme.themeSource = theme;
  };
  const applySpelling = ({ spellCheck }: Settings): void => {
    defaultSession.setSpellCheckerEnabled(spellCheck && canCheckSpelling(process.platform));
  };
  const applyZoom = ({ webContents }: BrowserWindow): void => webContents.setZoomFactor(settings.get().zoom);

  const adopt = (window: BrowserWindow): void => {
    applyZoom(window);
    // A page begins with the zoom that Chromium remembers.
    window.webContents.on('did-navigate', () => applyZoom(window));
    window.webContents.on('zoom-changed', (_event, direction) => {
      void changeZoom(settings, direction);
    });
  };

  applyTheme(settings.get());
  applySpelling(settings.get());
  for (const window of BrowserWindow.getAllWindows()) adopt(window);
  app.on('browser-window-created', (_event, window) => adopt(window));
  settings.onChanged((now, before) => {
    if (now.theme !== before.theme) applyTheme(now);
    if (now.spellCheck !== before.spellCheck) applySpelling(now);
    if (now.zoom !== before.zoom) BrowserWindow.getAllWindows().forEach(applyZoom);
  });
}

/** What the View menu does, and Ctrl with the wheel. */
export async function changeZoom(settings: SettingsService, direction: 'in' | 'out' | 'reset'): Promise<void> {
  await settings.change({ zoom: direction === 'reset' ? 1 : steppedZoom(settings.get().zoom, direction) });
}
