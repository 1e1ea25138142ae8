import { app, BaseWindow, session, WebContentsView, type BrowserWindow, type Session } from 'electron';
import { randomUUID } from 'node:crypto';
import { AppError } from '../../preload/contract/errors.ts';
import { fetchNoDictionaries } from '../desktop/appearance.ts';
import type { PrintPage } from '../services/export/exports.ts';
import { wallIn } from '../windows/session-walls.ts';
import { paperSize } from './paper-size.ts';

export interface PagePrinter {
  toPdf: PrintPage;
  /** Opens the system's print dialog. Resolves when the page was handed over, or when the dialog was left. */
  print(html: string, over: BrowserWindow): Promise<void>;
}

/** Pages are served from memory, under addresses that nothing else knows. */
const scheme = 'page';

/** Whatever a page says of itself: nothing runs, nothing is loaded, nothing is sent. */
const contentSecurityPolicy =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** In inches. The foot has room for the title and the number of the page. */
const margins = { top: 0.75, right: 0.8, bottom: 0.85, left: 0.8 };

/** Chromium fills in what the classes name. */
const footer = `<div style="display: flex; box-sizing: border-box; gap: 12pt; width: 100%; padding: 0 ${String(margins.right)}in;
  font: 8pt/1.2 system-ui, sans-serif; color: #555; font-variant-numeric: tabular-nums">
  <span class="title" dir="auto" style="flex: 1; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap"></span>
  <span><span class="pageNumber"></span> / <span class="totalPages"></span></span></div>`;

/**
 * Pages on their way to paper, through Chromium. They are laid out without a window, in a session of their own, and see
 * neither the network nor the app. Electron has to be ready.
 */
export function createPagePrinter(): PagePrinter {
  const pages = new Map<string, string>();
  let walled: Session | null = null;

  const prepare = (own: Session): Session => {
    fetchNoDictionaries(own);
    // A PDF names the program that made it by this, and the computer need not be described there.
    app.userAgentFallback = 'OASST Desktop';
    own.protocol.handle(scheme, (request) => {
      const html = pages.get(request.url);
      if (html === undefined) return new Response('Not found', { status: 404 });
      return new Response(html, {
        headers: { 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': contentSecurityPolicy },
      });
    });
    wallIn(own, (address) => pages.has(address));
    return own;
  };

  /** Does something with a page; it is gone when this settles. */
  const withPage = async <T>(html: string, work: (view: WebContentsView) => Promise<T>): Promise<T> => {
    walled ??= prepare(session.fromPartition('printing'));
    const view = new WebContentsView({
      webPreferences: { session: walled, sandbox: true, contextIsolation: true, javascript: false, spellcheck: false },
    });
    const { webContents: contents } = view;
    const address = `${scheme}:${randomUUID()}`;
    pages.set(address, html);
    const ended = Promise.withResolvers<never>();
    contents.once('render-process-gone', (_event, { reason }) => {
      ended.reject(new AppError('internal', 'The page could not be laid out. Nothing was printed.', { cause: reason }));
    });
    try {
      return await Promise.race([contents.loadURL(address).then(() => work(view)), ended.promise]);
    } finally {
      pages.delete(address);
      contents.close();
    }
  };

  /**
   * One page after the other, each to its end: a page that is closed while it is printed makes Chromium fail with the
   * next one. A signal ends the waiting for it.
   */
  let newest: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> => {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const giveUp = (): void => {
      reject(signal.reason);
    };
    signal.addEventListener('abort', giveUp, { once: true });
    const turn = async (): Promise<void> => {
      try {
        signal.throwIfAborted();
        resolve(await work());
      } catch (error) {
        reject(error);
      } finally {
        signal.removeEventListener('abort', giveUp);
      }
    };
    newest = newest.then(turn);
    return promise;
  };

  return {
    toPdf: (html, signal) =>
      inTurn(signal, () =>
        withPage(html, ({ webContents }) =>
          webContents.printToPDF({
            pageSize: paperSize({
              platform: process.platform,
              env: process.env,
              countryCode: app.getLocaleCountryCode(),
            }),
            margins,
            printBackground: true,
            displayHeaderFooter: true,
            headerTemplate: '<span></span>',
            footerTemplate: footer,
            // Bookmarks for its headings, and an order of reading for programs that read aloud.
            generateTaggedPDF: true,
            generateDocumentOutline: true,
          }),
        ),
      ),
    print: (html, over) =>
      inTurn(new AbortController().signal, () =>
        withPage(html, async (view) => {
          // On Windows the dialog needs a page that is in a window, if only in a hidden one.
          const place = new BaseWindow({ show: false, parent: over });
          place.contentView.addChildView(view);
          try {
            await openPrintDialog(view);
          } finally {
            place.contentView.removeChildView(view);
            place.destroy();
          }
        }),
      ),
  };
}

function openPrintDialog({ webContents }: WebContentsView): Promise<void> {
  return new Promise((resolve, reject) => {
    webContents.print({ printBackground: true }, (isPrinted, reason) => {
      if (isPrinted || /cancell?ed/i.test(reason)) resolve();
      // None at all, or no service of the system that knows of any.
      else if (/printers/i.test(reason)) reject(noPrinter());
      else
        reject(new AppError('internal', 'The system did not take the page. Nothing was printed.', { cause: reason }));
    });
  });
}

function noPrinter(): AppError {
  return new AppError(
    'not-found',
    'This computer knows no printer. Nothing was printed. Add one in the settings of the system, or export a PDF.',
  );
}
