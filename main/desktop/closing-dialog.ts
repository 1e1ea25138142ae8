import { dialog, type BrowserWindow } from 'electron';

/** Asks once what closing is to do. @returns null when the owner would rather not close it */
export async function askHowToClose(window: BrowserWindow): Promise<{ closeToTray: boolean } | null> {
  const { response } = await dialog.showMessageBox(window, {
    type: 'question',
    message: 'Keep OASST Desktop running in the tray?',
    detail:
      'In the tray it stays one key press away, and the model keeps its memory until it has rested for a while. ' +
      'The choice is remembered and can be changed in the settings.',
    buttons: ['Keep running in the tray', 'Quit', 'Cancel'],
    defaultId: 0,
    cancelId: 2,
    noLink: true,
  });
  if (response === 2) return null;
  return { closeToTray: response === 0 };
}
