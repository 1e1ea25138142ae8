import { clipboard, dialog, type BrowserWindow, type FileFilter, type OpenDialogOptions } from 'electron';
import type { Events } from '../../../preload/contract/api.ts';
import type { ExportFormat } from '../../../preload/contract/exchange.ts';
import type { PagePrinter } from '../../printing/page-printer.ts';
import { extensionOf } from '../../services/export/export-format.ts';
import type { ElectronSender } from '../electron-transport.ts';
import type { ExchangeDesktop } from './exchange.ts';

const formatNames: Record<ExportFormat, string> = {
  md: 'Markdown',
  html: 'Web pages',
  pdf: 'PDF',
  txt: 'Plain text',
  json: 'Complete conversations',
  oasst: 'Open-Assistant message trees',
};

const allFiles: FileFilter = { name: 'All files', extensions: ['*'] };

/** The system's own questions about files, folders and printers, and its clipboard. */
export function exchangeDialogs(
  windowOf: (sender: ElectronSender) => BrowserWindow,
  pagePrinter: PagePrinter,
): ExchangeDesktop<ElectronSender> {
  const open = async (sender: ElectronSender, options: OpenDialogOptions): Promise<string | null> => {
    const { canceled, filePaths } = await dialog.showOpenDialog(windowOf(sender), options);
    return canceled ? null : (filePaths[0] ?? null);
  };
  return {
    async chooseExportFile(sender, suggestedName, format) {
      const { canceled, filePath } = await dialog.showSaveDialog(windowOf(sender), {
        title: 'Export conversations',
        buttonLabel: 'Export',
        defaultPath: suggestedName,
        filters: [{ name: formatNames[format], extensions: [extensionOf(format)] }, allFiles],
        properties: ['createDirectory', 'showOverwriteConfirmation'],
      });
      return canceled || filePath === '' ? null : filePath;
    },
    chooseExportFolder: (sender) =>
      open(sender, {
        title: 'Choose a folder for the conversations',
        buttonLabel: 'Export here',
        properties: ['openDirectory', 'createDirectory'],
      }),
    chooseImport: (sender, isFolder) =>
      open(sender, {
        title: 'Import conversations',
        ...(isFolder
          ? { buttonLabel: 'Look at this folder', properties: ['openDirectory'] }
          : {
              buttonLabel: 'Look at this file',
              filters: [{ name: 'Conversations', extensions: ['json', 'jsonl', 'gz', 'zip', 'chat'] }, allFiles],
              properties: ['openFile'],
            }),
      }),
    print: (sender, html) => pagePrinter.print(html, windowOf(sender)),
    async copy(text) {
      // Electron 44 made this a promise; before, awaiting it changes nothing.
      await clipboard.writeText(text);
    },
    advanced({ contents }, progress) {
      if (!contents.isDestroyed()) contents.send('exchange:advanced', progress satisfies Events['exchange:advanced']);
    },
  };
}
