import { app, dialog } from 'electron';
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { startApp } from './app.ts';
import { parseCommandLine, type CommandLine } from './arguments.ts';
import { logFailure } from './logging.ts';
import { defaultDataFolder, placesIn, prepareDataFolder } from './services/data-folder.ts';
import { registerAppScheme } from './windows/app-protocol.ts';
import { guardNavigation } from './windows/navigation-guard.ts';

/** Entry of the desktop app. */

function fail(where: string, error: unknown): void {
  logFailure(where, error);
  dialog.showErrorBox('OASST Desktop could not start', error instanceof Error ? error.message : String(error));
  app.exit(1);
}

function readCommandLine(): CommandLine | null {
  try {
    return parseCommandLine(process.argv.slice(app.isPackaged ? 1 : 2), false);
  } catch (error) {
    fail('command line', error);
    return null;
  }
}

function main(): void {
  const commandLine = readCommandLine();
  if (commandLine === null) return;
  const { dataFolder: given, modelPath } = commandLine;
  const dataFolder = given === null ? defaultDataFolder(process.platform, process.env, homedir()) : resolve(given);
  prepareDataFolder(dataFolder);
  app.setPath('userData', placesIn(dataFolder).browserFolder);
  // Root cannot have Chromium's sandbox; whoever starts the app as root says so with this switch.
  if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox();
  registerAppScheme();
  guardNavigation();
  // The lock belongs to the data folder: two windows on two folders are two apps.
  if (!app.requestSingleInstanceLock()) {
    app.quit();
    return;
  }
  startApp({ root: app.getAppPath(), dataFolder, modelOverride: modelPath === null ? null : resolve(modelPath) }).catch(
    (error: unknown) => {
      fail('start', error);
    },
  );
}

process.on('unhandledRejection', (error) => {
  logFailure('unhandled rejection', error);
});
process.on('uncaughtException', (error) => {
  logFailure('uncaught exception', error);
});
main();
