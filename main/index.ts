import { app, dialog } from 'electron';
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { startApp } from './app.ts';
import { parseCommandLine, type CommandLine } from './arguments.ts';
import { dangerousSwitch } from './dangerous-switches.ts';
import { installContextMenus } from './desktop/context-menu.ts';
import { isWayland, withShortcutPortal } from './desktop/session.ts';
import { checkHandOver, requestOfCommandLine } from './desktop/start-request.ts';
import { desktopId, linkScheme, printPagesSwitch } from './identity.ts';
import { logFailure } from './logging.ts';
import { appPlaces } from './places.ts';
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
    checkHandOver(process.argv);
    return parseCommandLine(process.argv.slice(app.isPackaged ? 1 : 2), false);
  } catch (error) {
    fail('command line', error);
    return null;
  }
}

/** Tells the system which program this is; portals, notices and icons depend on it. */
function introduceApp(): void {
  if (process.platform === 'linux') app.setDesktopName(`${desktopId}.desktop`);
  if (process.platform === 'win32') {
    app.setAppUserModelId(desktopId);
    // Elsewhere the package says which links are the app's.
    if (app.isPackaged) app.setAsDefaultProtocolClient(linkScheme);
  }
  if (isWayland(process)) {
    const features = withShortcutPortal(app.commandLine.getSwitchValue('enable-features'));
    app.commandLine.appendSwitch('enable-features', features);
  }
}

/** Switches that another start of this app from its sources needs as well. */
function switchesOfThisStart(): string[] {
  return ['no-sandbox', 'ozone-platform'].flatMap((name) => {
    if (!app.commandLine.hasSwitch(name)) return [];
    const value = app.commandLine.getSwitchValue(name);
    return [value === '' ? `--${name}` : `--${name}=${value}`];
  });
}

function refuseDangerousSwitch(): boolean {
  const name = app.isPackaged ? dangerousSwitch(process.argv.slice(1)) : null;
  if (name === null) return false;
  process.stderr.write(
    `OASST Desktop does not start with --${name}: it would open conversations to other programs. Start it without.\n`,
  );
  app.exit(1);
  return true;
}

function main(): void {
  if (refuseDangerousSwitch()) return;
  const commandLine = readCommandLine();
  if (commandLine === null) return;
  const { dataFolder: given, modelPath } = commandLine;
  const dataFolder = given === null ? defaultDataFolder(process.platform, process.env, homedir()) : resolve(given);
  prepareDataFolder(dataFolder);
  app.setPath('userData', placesIn(dataFolder).browserFolder);
  // Root cannot have Chromium's sandbox; whoever starts the app as root says so with this switch.
  if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox();
  introduceApp();
  registerAppScheme();
  guardNavigation();
  installContextMenus();
  const request = requestOfCommandLine(commandLine);
  // The lock belongs to the data folder: two windows on two folders are two apps.
  if (!app.requestSingleInstanceLock(request)) {
    app.quit();
    return;
  }
  startApp({
    root: app.getAppPath(),
    places: app.isPackaged ? appPlaces(process.resourcesPath, 'packaged') : appPlaces(app.getAppPath(), 'built'),
    dataFolder,
    modelOverride: modelPath === null ? null : resolve(modelPath),
    request,
    start: {
      isPackaged: app.isPackaged,
      executable: process.execPath,
      env: process.env,
      appFolder: app.getAppPath(),
      switches: switchesOfThisStart(),
      dataFolder: given === null ? null : dataFolder,
    },
  }).catch((error: unknown) => {
    fail('start', error);
  });
}

process.on('unhandledRejection', (error) => {
  logFailure('unhandled rejection', error);
});
process.on('uncaughtException', (error) => {
  logFailure('uncaught exception', error);
});
if (process.argv.includes(printPagesSwitch)) await import('./printing/process.ts');
else main();
