import { app } from 'electron';
import { toErrorReport } from '../../preload/contract/errors.ts';
import { fetchNoDictionaries } from '../desktop/appearance.ts';
import { createPagePrinter } from './page-printer.ts';
import type { PrintReply, PrintRequest } from './protocol.ts';

/**
 * Entry of the Electron that prints for the terminal: no window, no data of the owner, no screen. Its last argument is
 * an empty folder for what Chromium keeps. It ends with whoever started it.
 */

const browserFolder = process.argv.at(-1);
if (browserFolder === undefined || !process.connected) app.exit(1);
else {
  app.setPath('userData', browserFolder);
  app.disableHardwareAcceleration();
  // Root cannot have Chromium's sandbox; whoever starts this as root says so with this switch.
  if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox();
  app.dock?.hide();
}

const readySoon = app.whenReady().then(() => fetchNoDictionaries());
const printer = createPagePrinter();

async function print({ id, html }: PrintRequest): Promise<PrintReply> {
  try {
    await readySoon;
    return { id, ok: true, pdf: await printer.toPdf(html, new AbortController().signal) };
  } catch (error) {
    return { id, ok: false, error: toErrorReport(error) };
  }
}

process.on('message', (request: PrintRequest) => {
  void print(request).then((reply) => process.send?.(reply));
});
process.on('disconnect', () => app.exit(0));
// Without a window there is none whose closing would end the app; the print pages are no reason either.
app.on('window-all-closed', () => undefined);
