import { app } from 'electron';

/** No page of the app ever leads elsewhere: no navigation, no new windows, no embedded views, no devices. */
export function guardNavigation(): void {
  app.on('web-contents-created', (_event, contents) => {
    // A page may be loaded anew; what is in a frame of it may not even be loaded once.
    contents.on('will-frame-navigate', (event) => {
      if (!event.isMainFrame || event.url !== contents.getURL()) event.preventDefault();
    });
    contents.on('will-redirect', (event) => {
      event.preventDefault();
    });
    contents.on('will-attach-webview', (event) => {
      event.preventDefault();
    });
    // Chromium would take the first one it finds.
    contents.on('select-bluetooth-device', (event, _devices, choose) => {
      event.preventDefault();
      choose('');
    });
    contents.setWindowOpenHandler(() => ({ action: 'deny' }));
    // Calls between browsers go past all other walls: their packets ask neither the policy nor the session.
    contents.setWebRTCIPHandlingPolicy('disable_non_proxied_udp');
  });
}
