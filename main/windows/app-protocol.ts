import { app, protocol, session, type ProtocolRequest, type ProtocolResponse } from 'electron';
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
    { scheme, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ]);
}

/** Pictures may be part of a page. The tools for developers are not in an installed app. */
function mayLoad(address: string): boolean {
  return isAppUrl(address) || address.startsWith('data:') || (!app.isPackaged && address.startsWith('devtools:'));
}

/**
 * Serves the built renderer from `folder` and refuses every other request that a page could make.
 *
 * The older of Electron's two ways to serve: the newer one, `handle`, makes Node load all of its fetch for the first answer
 * and sends every file through a stream. Traced in turns on two cores, that was 80 of 700 ms until the window shows.
 */
export function serveAppPages(folder: string): void {
  const { defaultSession } = session;
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- see above
  const isServed = defaultSession.protocol.registerBufferProtocol(scheme, (request, answer) => {
    void answerOf(folder, request).then(answer);
  });
  if (!isServed) throw new Error(`The pages of the app cannot be served as ${scheme}:.`);
  wallIn(defaultSession, mayLoad);
}

/** Never fails: what cannot be read is not there. */
async function answerOf(folder: string, { method, url }: ProtocolRequest): Promise<ProtocolResponse> {
  const file = method === 'GET' ? await readAppFile(folder, url) : null;
  if (file === null) return { statusCode: 404, mimeType: 'text/plain', headers: walls, data: Buffer.from('Not found') };
  return { mimeType: file.mimeType, charset: 'utf-8', headers: walls, data: file.content };
}
