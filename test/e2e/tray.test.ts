import { _electron, expect, test, type ElectronApplication, type Page } from '@playwright/test';
import { electronEnvironment, electronSwitches } from '../../scripts/setup/electron-launch.mjs';
import { electronExecutable } from '../../scripts/setup/electron-runtime.mjs';
import { goneOf, holdUntilConnected, makeDataFolder, projectRoot, removeDataFolder } from '../support/app.ts';
import { startPrivateBus, type PrivateBus } from '../support/dbus.ts';
import { startStatusNotifierWatcher, type StatusNotifierWatcher } from '../support/status-notifier-watcher.ts';

/** The tray icon on a session bus of the test's own, and what closing the window does with and without one. */

let dataFolder: string;
let bus: PrivateBus;
let watcher: StatusNotifierWatcher | null;
let app: ElectronApplication;

test.beforeEach(async () => {
  test.skip(process.platform !== 'linux', 'Trays on a session bus are a thing of Linux.');
  dataFolder = makeDataFolder();
  bus = await startPrivateBus();
  watcher = null;
});

test.afterEach(async () => {
  await app.close().catch(() => undefined);
  await watcher?.leave();
  bus.stop();
  removeDataFolder(dataFolder);
});

/** Starts the app on the test's bus. */
async function launch(...words: string[]): Promise<void> {
  const env = { ...electronEnvironment(process.env), DBUS_SESSION_BUS_ADDRESS: bus.address };
  app = await _electron.launch({
    executablePath: electronExecutable(),
    args: [...holdUntilConnected, ...electronSwitches(process.env), projectRoot, '--data', dataFolder, ...words],
    env,
  });
}

/** Starts the app and waits until its window can be seen. */
async function launchWindow(): Promise<Page> {
  await launch();
  const window = await app.firstWindow();
  await expect.poll(visiblePages).toEqual(['/index.html']);
  return window;
}

async function withTray(): Promise<StatusNotifierWatcher> {
  watcher = await startStatusNotifierWatcher(bus.socketPath);
  return watcher;
}

/** The windows that can be seen, by the pages they show. */
function visiblePages(): Promise<string[]> {
  return app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()
      .filter((window) => window.isVisible())
      // A page that has not begun to load has no address yet.
      .flatMap(({ webContents }) => URL.parse(webContents.getURL())?.pathname ?? []),
  );
}

async function closeMainWindow(): Promise<void> {
  await app.evaluate(({ BrowserWindow }) => {
    const pages = BrowserWindow.getAllWindows();
    pages.find(({ webContents }) => webContents.getURL().endsWith('index.html'))?.close();
  });
}

/** Lets the question of the first closing be answered with the button of this number. */
async function answerQuestions(response: number): Promise<void> {
  await app.evaluate(({ dialog }, button) => {
    const asked: typeof globalThis & { questions?: string[] } = globalThis;
    asked.questions = [];
    dialog.showMessageBox = (...args: unknown[]) => {
      const { message } = args.at(-1) as { message: string };
      asked.questions?.push(message);
      return Promise.resolve({ response: button, checkboxChecked: false });
    };
  }, response);
}

function questions(): Promise<string[] | undefined> {
  return app.evaluate(() => (globalThis as typeof globalThis & { questions?: string[] }).questions);
}

test('the tray leads back to the app, tells of the model, and quits', async () => {
  const tray = await withTray();
  const window = await launchWindow();
  await window.getByRole('textbox', { name: 'Question' }).fill('Hello');
  await window.keyboard.press('Enter');
  await expect.poll(() => tray.iconCount()).toBe(1);
  await expect.poll(async () => (await tray.menu()).map(({ label }) => label)).toContain('Hello');
  await expect.poll(() => tray.tooltip()).toMatch(/guide: (ready|writing an answer)$/);
  await expect.poll(() => tray.tooltip()).toMatch(/guide: ready$/);
  const lines = (await tray.menu()).filter(({ isSeparator }) => !isSeparator);
  expect(lines.map(({ label }) => label)).toEqual([
    ...['Ask…', 'Open OASST Desktop', 'Hello', 'OASST Desktop guide: ready', 'Unload the model', 'Quit'],
  ]);
  expect(lines.filter(({ isEnabled }) => !isEnabled).map(({ label }) => label)).toEqual(['OASST Desktop guide: ready']);

  await tray.choose('Unload the model');
  await expect.poll(() => tray.tooltip()).toMatch(/not loaded$/);
  await tray.choose('Load the model');
  await expect.poll(() => tray.tooltip()).toMatch(/ready$/);

  await tray.choose('Ask…');
  await expect.poll(visiblePages).toContain('/quick-ask.html');

  const pid = app.process().pid ?? 0;
  await tray.choose('Quit');
  await goneOf(pid);
});

test('closing asks once, then hides; the tray brings the window back with what it showed', async () => {
  const tray = await withTray();
  const window = await launchWindow();
  await expect.poll(() => tray.iconCount()).toBe(1);
  await window.getByRole('textbox', { name: 'Question' }).fill('a draft');

  await answerQuestions(2);
  await closeMainWindow();
  await expect.poll(questions).toHaveLength(1);
  expect(await visiblePages()).toEqual(['/index.html']);

  await answerQuestions(0);
  await closeMainWindow();
  await expect.poll(visiblePages).toEqual([]);
  expect(await questions()).toHaveLength(1);

  await tray.choose('Open OASST Desktop');
  await expect.poll(visiblePages).toEqual(['/index.html']);
  await expect(window.getByRole('textbox', { name: 'Question' })).toHaveValue('a draft');
  await closeMainWindow();
  await expect.poll(visiblePages).toEqual([]);
  expect(await questions()).toHaveLength(1);
});

test('a choice to quit is kept, too', async () => {
  await withTray();
  await launchWindow();
  await answerQuestions(1);
  const pid = app.process().pid ?? 0;
  await closeMainWindow();
  await goneOf(pid);
});

test('where there is no tray, closing quits and nothing asks', async () => {
  await launchWindow();
  const pid = app.process().pid ?? 0;
  await closeMainWindow();
  await goneOf(pid);
});

test('when the tray goes away while the window is hidden, the window comes back', async () => {
  test.setTimeout(120_000);
  const tray = await withTray();
  await launchWindow();
  await expect.poll(() => tray.iconCount()).toBe(1);
  await answerQuestions(0);
  await closeMainWindow();
  await expect.poll(visiblePages).toEqual([]);
  // Without a window manager nothing is minimised.
  const isBack = (): Promise<boolean> =>
    app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows().some((window) => window.isVisible() || window.isMinimized()),
    );
  expect(await isBack()).toBe(false);
  watcher = null;
  await tray.leave();
  await expect.poll(isBack, { timeout: 60_000 }).toBe(true);
});

test('started with the session, only the tray icon shows', async () => {
  const tray = await withTray();
  await launch('--hidden');
  await expect.poll(() => tray.iconCount()).toBe(1);
  expect(await visiblePages()).toEqual([]);
  await expect.poll(() => tray.tooltip()).toMatch(/not loaded$/);
  await tray.choose('Open OASST Desktop');
  await expect.poll(visiblePages).toEqual(['/index.html']);
});

test('started with the session, a tray that comes late is waited for', async () => {
  await launch('--hidden');
  await expect.poll(() => app.evaluate(({ app: electron }) => electron.isReady())).toBe(true);
  const tray = await withTray();
  await expect.poll(() => tray.iconCount()).toBe(1);
  expect(await visiblePages()).toEqual([]);
});

test('started with the session where there is no tray, the window shows', async () => {
  await launch('--hidden');
  await expect.poll(visiblePages, { timeout: 60_000 }).toEqual(['/index.html']);
});
