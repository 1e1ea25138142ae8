import type { Session } from 'electron';

/** Nobody listens there: what goes past all other walls, such as a call between browsers, ends at it. */
const deadEnd = 'http://127.0.0.1:9';

/**
 * Shuts a session in: its pages load what `mayLoad` lets them and nothing else, keep no files, and are given no right and
 * no device. A screen cannot be captured as long as no handler offers one.
 */
export function wallIn(session: Session, mayLoad: (address: string) => boolean): void {
  session.webRequest.onBeforeRequest(({ url }, answer) => {
    answer({ cancel: !mayLoad(url) });
  });
  void session.setProxy({ proxyRules: deadEnd, proxyBypassRules: '<-loopback>' });
  session.setPermissionRequestHandler((_contents, _permission, answer) => {
    answer(false);
  });
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
  session.on('will-download', (event) => {
    event.preventDefault();
  });
}
