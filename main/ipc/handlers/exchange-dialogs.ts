import { dialog, type BrowserWindow, type FileFilter, type OpenDialogOptions } from 'electron';
import type { Events } from '../../../preload/contract/api.ts';
import type { ExportFormat } from '../../../preload/contract/exchange.ts';
import { extensionOf } from '../../services/export/export-format.ts';
import type { ElectronSender } from '../electron-transport.ts';
import type { ExchangeDesktop } from './exchange.ts';

const formatNames: Record<ExportFormat, string> = {
  md: 'Markdown',
  html: 'Web pages',
  txt: 'Plain text',
  json: 'Complete conversations',
  oasst: 'Open-Assistant message trees',
};

const allFiles: FileFilter = { name: 'All files', extensions: ['*'] };

/** The system's own questions about files and folders. */
export function exchangeDialogs(windowOf: (sender: ElectronSender) => BrowserWindow): ExchangeDesktop<ElectronSender> {
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
    chooseImportFile: (sender) =>
      open(sender, {
        title: 'Import conversations',
        buttonLabel: 'Look at this file',
        filters: [{ name: 'Conversations', extensions: ['json', 'jsonl', 'gz'] }, allFiles],
        properties: ['openFile'],
      }),
    advanced({ contents }, fraction) {
      if (!contents.isDestroyed()) {
        contents.send('exchange:advanced', { fraction } satisfies Events['exchange:advanced']);
      }
    },
  };
}
