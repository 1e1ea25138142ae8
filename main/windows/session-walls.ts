import type { Session } from 'electron';

/**
 * Shuts a session in: its pages load what `mayLoad` lets them and nothing else, keep no files, and are given no right and
 * no device. A screen cannot be captured as long as no handler offers one.
 */
export function wallIn(session: Session, mayLoad: (address: string) => boolean): void {
  session.webRequest.onBeforeRequest(({ url }, answer) => {
    answer({ cancel: !mayLoad(url) });
  });
  session.setPermissionRequestHandler((_contents, _permission, answer) => {
    answer(false);
  });
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
  session.on('will-download', (event) => {
    event.preventDefault();
  });
}
