import { app, dialog } from 'electron';

/** Tells that the conversations' file was found damaged. Nothing is done about it here: the recovery window asks what. */
export async function tellOfDamage(): Promise<void> {
  const { response } = await dialog.showMessageBox({
    type: 'warning',
    message: 'Part of the file that holds the conversations is damaged.',
    detail:
      'The app found this while it looked the file through. Nothing was changed, and what can be read is still shown. ' +
      'At its next start the app offers to save what can be read, or to go back to a backup.',
    buttons: ['Restart now', 'Later'],
    defaultId: 0,
    cancelId: 1,
  });
  if (response !== 0) return;
  app.relaunch();
  app.quit();
}
