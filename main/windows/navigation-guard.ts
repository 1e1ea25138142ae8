import { app } from 'electron';

/** No page of the app ever leads elsewhere: no navigation, no new windows, no embedded views, no devices. */
export function guardNavigation(): void {
  app.on('web-contents-created', (_event, contents) => {
    // A page may be loaded anew; what is in a frame of it may not even be loaded once.
    contents.on('will-frame-navigate', (event) => {
      if (!event.isMainFrame || event.url !== contents.getURL()) event.preventDefault();
    });
    // An empty page is not asked for, and comes at once.
    contents.on('did-navigate', (_event, url) => {
      if (url === 'about:blank' && contents.navigationHistory.canGoBack()) contents.navigationHistory.goBack();
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
    // Calls between browsers ask neither the policy nor the session: no packets of theirs, and connections to nowhere.
    contents.setWebRTCIPHandlingPolicy('disable_non_proxied_udp');
  });
}
