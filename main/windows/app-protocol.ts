import { protocol, session } from 'electron';
import { readFile } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';

/** The app's pages come from their own scheme, so that `file:` keeps no privileges and every answer carries the policy. */
const scheme = 'app';
const host = 'bundle';

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

export function appUrl(page: string): string {
  return `${scheme}://${host}/${page}`;
}

/** Whether an address is a page of the app. */
export function isAppUrl(address: string): boolean {
  const url = URL.canParse(address) ? new URL(address) : null;
  return url?.protocol === `${scheme}:` && url.host === host;
}

/** The file behind an app address, or null when it would lie outside the folder. */
export function fileFor(folder: string, address: string): string | null {
  if (!isAppUrl(address)) return null;
  let path: string;
  try {
    path = decodeURIComponent(new URL(address).pathname);
  } catch {
    return null;
  }
  if (path.includes('\0')) return null;
  const file = normalize(join(folder, path));
  return file.startsWith(folder + sep) ? file : null;
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
