import { app, protocol, session } from 'electron';
import { readAppFile } from './app-files.ts';
import { isAppUrl, scheme } from './app-url.ts';
import { wallIn } from './session-walls.ts';

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

/** On every answer, also on those that say that there is nothing. */
const walls = {
  'Content-Security-Policy': contentSecurityPolicy,
  'X-Content-Type-Options': 'nosniff',
  'X-DNS-Prefetch-Control': 'off',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
};

/** Must run before the app is ready. */
export function registerAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
}

/** Pictures may be part of a page. The tools for developers are not in an installed app. */
function mayLoad(address: string): boolean {
  return isAppUrl(address) || address.startsWith('data:') || (!app.isPackaged && address.startsWith('devtools:'));
}

/** Serves the built renderer from `folder` and refuses every other request that a page could make. */
export function serveAppPages(folder: string): void {
  const { defaultSession } = session;
  defaultSession.protocol.handle(scheme, async (request) => {
    const file = request.method === 'GET' ? await readAppFile(folder, request.url) : null;
    if (file === null) return new Response('Not found', { status: 404, headers: walls });
    return new Response(new Uint8Array(file.content), { headers: { ...walls, 'Content-Type': file.contentType } });
  });
  wallIn(defaultSession, mayLoad);
}
