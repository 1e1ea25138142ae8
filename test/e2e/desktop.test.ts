import { expect, test, type Page } from '@playwright/test';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Settings, SettingsPatch } from '../../preload/contract/settings.ts';
import { launchApp, makeDataFolder, removeDataFolder, type RunningApp, startAgain } from '../support/app.ts';

/** How the app behaves among others: commands of a second start, links, its place, and what it tells the system. */

let dataFolder: string;
let app: RunningApp;

test.beforeEach(() => {
  dataFolder = makeDataFolder();
});

test.afterEach(async () => {
  await app.quit().catch(() => undefined);
  removeDataFolder(dataFolder);
});

async function quickPage(): Promise<Page> {
  const isQuick = (page: Page): boolean => page.url().endsWith('quick-ask.html');
  const page = app.electron.windows().find(isQuick) ?? (await app.electron.waitForEvent('window', isQuick));
  await page.waitForLoadState();
  return page;
}

function visiblePages(): Promise<string[]> {
  return app.electron.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()
      .filter((window) => window.isVisible())
      // A page that has not begun to load has no address yet.
      .flatMap(({ webContents }) => URL.parse(webContents.getURL())?.pathname ?? []),
  );
}

function changeSettings(patch: SettingsPatch): Promise<unknown> {
  return app.window.evaluate((change) => window.assistant.settings.change(change), patch);
}

async function currentSettings(): Promise<Settings> {
  const envelope = await app.window.evaluate(() => window.assistant.settings.get());
  if (!envelope.ok) throw new Error(envelope.error.message);
  return envelope.value;
}

async function conversationCount(): Promise<number> {
  const envelope = await app.window.evaluate(() =>
    window.assistant.conversations.list({ isArchived: false, after: null, limit: 100 }),
  );
  if (!envelope.ok) throw new Error(envelope.error.message);
  return envelope.value.length;
}

test('a second start with --quick-ask opens the quick window of the first', async () => {
  app = await launchApp({ dataFolder });
  await startAgain(dataFolder, '--quick-ask');
  await expect.poll(visiblePages).toContain('/quick-ask.html');
});

test('a link fills the quick window’s field and never asks', async () => {
  app = await launchApp({ dataFolder });
  await startAgain(dataFolder, 'oasst://ask?q=What%20is%20%22a%20meme%22%3F%0A--ask%20now');
  const quick = await quickPage();
  await expect(quick.getByRole('textbox')).toHaveValue('What is "a meme"?\n--ask now');
  await expect.poll(visiblePages).toContain('/quick-ask.html');
  await quick.waitForTimeout(1000);
  expect(await conversationCount()).toBe(0);
});

test('--ask asks at once, and a long question arrives whole', async () => {
  app = await launchApp({ dataFolder });
  const question = `What is a meme? ${'Be brief, please. '.repeat(380)}ü`;
  await startAgain(dataFolder, '--ask', question);
  await expect.poll(conversationCount).toBe(1);
  const text = await app.window.evaluate(async () => {
    const list = await window.assistant.conversations.list({ isArchived: false, after: null, limit: 100 });
    const conversationId = list.ok ? (list.value[0]?.id ?? '') : '';
    const opened = await window.assistant.conversations.open({ conversationId });
    return opened.ok ? opened.value.messages[0]?.text : null;
  });
  expect(text?.trim()).toBe(question.trim());
});

test('a start that is too long to be handed over leaves the running app alone', async () => {
  app = await launchApp({ dataFolder });
  await expect(startAgain(dataFolder, `oasst://ask?q=${'x'.repeat(60_000)}`)).rejects.toThrow('too long');
  await startAgain(dataFolder, '--quick-ask');
  await expect.poll(visiblePages).toContain('/quick-ask.html');
});

test('--new goes to a new conversation in the main window', async () => {
  app = await launchApp({ dataFolder });
  const { window } = app;
  await window.getByRole('textbox', { name: 'Question' }).fill('Hello');
  await window.keyboard.press('Enter');
  const answer = window.getByRole('article', { name: 'Answer 1' });
  await expect(answer).toHaveAttribute('aria-busy', 'false');
  await startAgain(dataFolder, '--new');
  await expect(answer).toBeHidden();
  await expect(window.getByRole('textbox', { name: 'Question' })).toBeFocused();
});

/** Where the main window is; the quick window may have been built before or after it. */
function mainWindowFacts() {
  return app.electron.evaluate(({ BrowserWindow, screen }) => {
    const window = BrowserWindow.getAllWindows().find(({ webContents }) => webContents.getURL().includes('index.html'));
    return { workArea: screen.getPrimaryDisplay().workArea, bounds: window?.getBounds() };
  });
}

/** Moves it. Playwright may lose the answer of a main process that is busy starting, so this is repeated. */
async function placeMainWindow(bounds: { x: number; y: number; width: number; height: number }): Promise<void> {
  await expect(() =>
    app.electron.evaluate(({ BrowserWindow }, wanted) => {
      const windows = BrowserWindow.getAllWindows();
      windows.find(({ webContents }) => webContents.getURL().includes('index.html'))?.setBounds(wanted);
      return true;
    }, bounds),
  ).toPass();
}

test('the window comes back where it was, and onto a screen that exists', async () => {
  app = await launchApp({ dataFolder });
  await expect.poll(visiblePages).toContain('/index.html');
  const placed = { x: 120, y: 90, width: 900, height: 640 };
  await placeMainWindow(placed);
  await expect.poll(async () => (await currentSettings()).windowBounds).toEqual({ ...placed, isMaximized: false });
  await app.quit();

  app = await launchApp({ dataFolder });
  await expect.poll(visiblePages).toContain('/index.html');
  await expect(async () => expect((await mainWindowFacts()).bounds).toEqual(placed)).toPass();

  await placeMainWindow({ ...placed, x: 5000 });
  // A window manager may keep a part of it in sight.
  await expect.poll(async () => (await currentSettings()).windowBounds?.x).toBeGreaterThan(1000);
  await app.quit();

  app = await launchApp({ dataFolder });
  await expect.poll(visiblePages).toContain('/index.html');
  await expect(async () => {
    const { workArea, bounds } = await mainWindowFacts();
    expect(bounds).toMatchObject({ width: 900, height: 640 });
    expect(bounds?.x).toBeLessThanOrEqual(workArea.x + workArea.width - 900);
  }).toPass();
});

test('theme and zoom take effect at once, in every window, and after a restart', async () => {
  app = await launchApp({ dataFolder });
  const quick = await quickPage();
  const look = (page: Page): Promise<{ isDark: boolean; ratio: number }> =>
    page.evaluate(() => ({ isDark: matchMedia('(prefers-color-scheme: dark)').matches, ratio: devicePixelRatio }));
  await changeSettings({ theme: 'dark', zoom: 1.5 });
  expect(await app.electron.evaluate(({ nativeTheme }) => nativeTheme.themeSource)).toBe('dark');
  await expect.poll(async () => (await look(app.window)).ratio).toBeCloseTo(1.5);
  await expect.poll(async () => (await look(quick)).ratio).toBeCloseTo(1.5);

  await app.electron.evaluate(({ Menu }) => {
    const view = Menu.getApplicationMenu()?.items.find(({ label }) => label === '&View');
    view?.submenu?.items.find(({ label }) => label === 'Zoom out')?.click();
  });
  await expect.poll(async () => (await currentSettings()).zoom).toBe(1.25);
  await expect.poll(async () => (await look(app.window)).ratio).toBeCloseTo(1.25);
  await app.quit();

  app = await launchApp({ dataFolder });
  await expect.poll(async () => (await look(app.window)).ratio).toBeCloseTo(1.25);
  expect(await app.electron.evaluate(({ nativeTheme }) => nativeTheme.themeSource)).toBe('dark');
});

test('starting with the session follows its settings at once', async () => {
  test.skip(process.platform !== 'linux', 'The file for it is a thing of Linux.');
  const configHome = mkdtempSync(join(tmpdir(), 'oasst-config-'));
  const before = process.env['XDG_CONFIG_HOME'];
  process.env['XDG_CONFIG_HOME'] = configHome;
  try {
    app = await launchApp({ dataFolder });
    const folder = join(configHome, 'autostart');
    const file = (): string => {
      const [name = ''] = existsSync(folder) ? readdirSync(folder) : [];
      return name === '' ? '' : readFileSync(join(folder, name), 'utf8');
    };
    await changeSettings({ startAtLogin: true });
    await expect.poll(file).toMatch(new RegExp(`^Exec=.*${dataFolder}.* --hidden$`, 'm'));
    await changeSettings({ startMinimized: false });
    await expect.poll(file).not.toContain('--hidden');
    await changeSettings({ startAtLogin: false });
    await expect.poll(file).toBe('');
  } finally {
    if (before === undefined) delete process.env['XDG_CONFIG_HOME'];
    else process.env['XDG_CONFIG_HOME'] = before;
    await app.quit();
    rmSync(configHome, { recursive: true });
  }
});

test('the shortcut is told of as it is: taken keys are refused and the ones before keep working', async () => {
  app = await launchApp({ dataFolder });
  const state = (): Promise<unknown> =>
    app.window.evaluate(async () => {
      const envelope = await window.assistant.desktop.state();
      return envelope.ok ? envelope.value.shortcut : envelope.error;
    });
  const change = (accelerator: string | null): Promise<unknown> =>
    app.window.evaluate(async (keys) => {
      const envelope = await window.assistant.desktop.setShortcut({ accelerator: keys });
      return envelope.ok ? envelope.value : envelope.error;
    }, accelerator);
  const first = 'CommandOrControl+Shift+Space';
  expect(await state()).toMatchObject({ accelerator: first, state: 'not-confirmed' });
  expect(await change('Control+Alt+NoSuchKey')).toMatchObject({ state: 'refused' });
  expect(await state()).toMatchObject({ accelerator: first, state: 'not-confirmed' });
  expect(await app.electron.evaluate(({ globalShortcut }, keys) => globalShortcut.isRegistered(keys), first)).toBe(
    true,
  );
  expect(await change('Control+Alt+F9')).toMatchObject({ accelerator: 'Control+Alt+F9', state: 'not-confirmed' });
  expect(await app.electron.evaluate(({ globalShortcut }, keys) => globalShortcut.isRegistered(keys), first)).toBe(
    false,
  );
  expect(await change(null)).toMatchObject({ state: 'off' });
});
