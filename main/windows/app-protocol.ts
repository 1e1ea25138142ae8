import { protocol, session } from 'electron';
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { fileFor, isAppUrl, scheme } from './app-url.ts';

/** Nothing from outside, nothing inline, no connection to anywhere. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** What a built renderer consists of; anything else is not served. */
const contentTypes = new Map([
  ['.html', 'text/html; charset=utf-8'],
  ['.js', 'text/javascript; charset=utf-8'],
  ['.css', 'text/css; charset=utf-8'],
  ['.woff2', 'font/woff2'],
  ['.svg', 'image/svg+xml'],
  ['.png', 'image/png'],
]);

/** Must run before the app is ready. */
export function registerAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
}

/** Serves the built renderer from `folder` and refuses every other request that a page could make. */
export function serveAppPages(folder: string): void {
  const { defaultSession } = session;
  defaultSession.protocol.handle(scheme, async (request) => {
    const file = request.method === 'GET' ? fileFor(folder, request.url) : null;
    const contentType = file === null ? undefined : contentTypes.get(extname(file));
    const content = file === null || contentType === undefined ? null : await readFile(file).catch(() => null);
    if (content === null || contentType === undefined) return new Response('Not found', { status: 404 });
    return new Response(new Uint8Array(content), {
      headers: {
        'Content-Type': contentType,
        'Content-Security-Policy': contentSecurityPolicy,
        'X-Content-Type-Options': 'nosniff',
      },
    });
  });
  defaultSession.webRequest.onBeforeRequest((details, answer) => {
    const own = isAppUrl(details.url) || details.url.startsWith('data:') || details.url.startsWith('devtools:');
    answer({ cancel: !own });
  });
  defaultSession.setPermissionRequestHandler((_contents, _permission, answer) => {
    answer(false);
  });
  defaultSession.setPermissionCheckHandler(() => false);
  defaultSession.setDevicePermissionHandler(() => false);
}
