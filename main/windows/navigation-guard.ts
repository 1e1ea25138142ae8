import { app } from 'electron';
import { isAppUrl } from './app-url.ts';

/** No page of the app ever leads elsewhere: no navigation, no new windows, no embedded views. */
export function guardNavigation(): void {
  app.on('web-contents-created', (_event, contents) => {
    contents.on('will-navigate', (event) => {
      if (!isAppUrl(event.url)) event.preventDefault();
    });
    contents.on('will-attach-webview', (event) => {
      event.preventDefault();
    });
    contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  });
}
