import { ipcMain, type BrowserWindow, type WebContents } from 'electron';
import type { Events } from '../../preload/contract/api.ts';
import type { EventName } from '../../preload/contract/channels.ts';
import { isAppUrl } from '../windows/app-url.ts';
import type { IpcTransport, Sender } from './router.ts';

export interface ElectronSender extends Sender {
  contents: WebContents;
}

/** Electron's IPC. Trusted is the main frame of a registered window, as long as it shows a page of the app. */
export function createElectronTransport() {
  const windows = new Set<BrowserWindow>();

  const transport: IpcTransport<ElectronSender, string> = {
    handle(channel, answer) {
      ipcMain.handle(channel, (event, input: unknown) => {
        // A frame that navigated away is null or detached; its last words are not trusted.
        const frame = event.senderFrame;
        const known = [...windows].some((window) => window.webContents === event.sender);
        const trusted = known && frame !== null && frame === event.sender.mainFrame && isAppUrl(frame.url);
        return answer({ trusted, contents: event.sender }, input);
      });
    },
  };

  return {
    transport,
    /** Lets a window call and be told events, until it is closed. */
    trust(window: BrowserWindow): void {
      windows.add(window);
      window.once('closed', () => windows.delete(window));
    },
    /** Sends an event to one window. */
    send<E extends EventName>(window: BrowserWindow, event: E, payload: Events[E]): void {
      window.webContents.send(event, payload);
    },
    /** Sends an event to all windows. */
    broadcast<E extends EventName>(event: E, payload: Events[E]): void {
      for (const window of windows) {
        if (!window.isDestroyed()) window.webContents.send(event, payload);
      }
    },
  };
}

export type ElectronTransport = ReturnType<typeof createElectronTransport>;
