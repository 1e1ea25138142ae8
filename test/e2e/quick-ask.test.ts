import { expect, test, type Page } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import {
  launchApp,
  makeDataFolder,
  projectRoot,
  removeDataFolder,
  type RunningApp,
  startAgain,
} from '../support/app.ts';
import { slowModel } from '../support/slow-model.ts';
import { pressKeys, typeText, xdotoolObstacle } from '../support/xdotool.ts';

/** The quick window in a real Electron, with the keys that a person would press. */

const shortcut = 'ctrl+shift+space';
const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const pictures = join(projectRoot, 'test-results', 'screenshots');

let dataFolder: string;
let app: RunningApp;

test.beforeEach(() => {
  const obstacle = xdotoolObstacle();
  test.skip(obstacle !== null, obstacle ?? '');
  dataFolder = makeDataFolder();
});

test.afterEach(async () => {
  await app.quit().catch(() => undefined);
  removeDataFolder(dataFolder);
});

/** The page of the quick window, once it has been built in the background. */
async function quickPage({ electron }: RunningApp): Promise<Page> {
  const find = (): Page | undefined => electron.windows().find((page) => page.url().endsWith('quick-ask.html'));
  const page = find() ?? (await electron.waitForEvent('window', (opened) => opened.url().endsWith('quick-ask.html')));
  await page.waitForLoadState();
  return page;
}

interface QuickState {
  isVisible: boolean;
  isFocused: boolean;
  height: number;
}

/** What the window system knows of the quick window. */
function quickState({ electron }: RunningApp): Promise<QuickState | null> {
  return electron.evaluate(({ BrowserWindow }) => {
    const window = BrowserWindow.getAllWindows().find(({ webContents }) =>
      webContents.getURL().endsWith('quick-ask.html'),
    );
    if (window === undefined) return null;
    return { isVisible: window.isVisible(), isFocused: window.isFocused(), height: window.getBounds().height };
  });
}

async function expectShown(running: RunningApp): Promise<void> {
  await expect.poll(() => quickState(running)).toMatchObject({ isVisible: true, isFocused: true });
}

async function expectHidden(running: RunningApp): Promise<void> {
  await expect.poll(() => quickState(running)).toMatchObject({ isVisible: false });
}

/** Presses the shortcut until it arrives: the app registers it a moment after its first window is there. */
async function openByShortcut(running: RunningApp): Promise<Page> {
  const page = await quickPage(running);
  await expect(async () => {
    if ((await quickState(running))?.isVisible !== true) pressKeys(shortcut);
    expect(await quickState(running)).toMatchObject({ isVisible: true, isFocused: true });
  }).toPass();
  return page;
}

test('shortcut, question, answer, follow-up, hide, shortcut again', async () => {
  app = await launchApp({ dataFolder });
  await app.window.evaluate(() => window.assistant.settings.change({ presetId: 'k50-Precise' }));
  const page = await openByShortcut(app);
  const field = page.getByRole('textbox', { name: 'Question' });
  await expect(field).toBeFocused();
  const empty = await quickState(app);

  typeText('What is a meme?');
  await expect(field).toHaveValue('What is a meme?');
  pressKeys('Return');
  const answer = page.getByRole('article', { name: 'Answer 1' });
  await expect(answer).toContainText('Dawkins');
  await expect(answer).toHaveAttribute('aria-busy', 'false');
  // The window is as high as what it shows, not a line more.
  const spare = (): Promise<number> =>
    page.evaluate(() => {
      const scroller = document.querySelector('[aria-label="Transcript"]');
      return (scroller?.clientHeight ?? 0) - (scroller?.firstElementChild?.clientHeight ?? 0);
    });
  await expect.poll(spare).toBeLessThanOrEqual(1);
  expect(await spare()).toBeGreaterThanOrEqual(0);
  const answered = await quickState(app);
  expect(answered?.height).toBeGreaterThan((empty?.height ?? 0) + 50);

  typeText('Where did the word come from?');
  pressKeys('Return');
  const second = page.getByRole('article', { name: 'Answer 2' });
  await expect(second).toContainText(/Dawkins|mimeme/);
  await expect(second).toHaveAttribute('aria-busy', 'false');
  await expect.poll(async () => (await quickState(app))?.height).toBeGreaterThan(answered?.height ?? 0);

  typeText('half a thou');
  await expect(field).toHaveValue('half a thou');
  pressKeys('Escape');
  await expectHidden(app);
  await openByShortcut(app);
  typeText('ght');
  await expect(field).toHaveValue('half a thought');
  await expect(second).toBeVisible();
  pressKeys(shortcut);
  await expectHidden(app);

  const list = app.window.getByRole('navigation', { name: /conversations/i });
  await expect(list.getByRole('button', { name: /What is a meme\?/ }).first()).toBeVisible();
});

test('losing the focus hides it, unless it is pinned', async () => {
  app = await launchApp({ dataFolder });
  const page = await openByShortcut(app);
  const focusMain = (): Promise<void> =>
    app.electron.evaluate(({ BrowserWindow }) => {
      BrowserWindow.getAllWindows()
        .find(({ webContents }) => webContents.getURL().endsWith('index.html'))
        ?.focus();
    });
  await focusMain();
  await expectHidden(app);

  await openByShortcut(app);
  pressKeys('ctrl+p');
  await expect(page.getByRole('button', { name: 'Keep open' })).toHaveAttribute('aria-pressed', 'true');
  await focusMain();
  await expect.poll(() => quickState(app)).toMatchObject({ isVisible: true, isFocused: false });
  pressKeys(shortcut);
  await expectShown(app);
  pressKeys('Escape');
  await expectHidden(app);
});

test('an answer goes on in the main window in the middle of a word, with nothing lost or doubled', async () => {
  app = await launchApp({ dataFolder, modelPath: slowModel() });
  const page = await openByShortcut(app);
  typeText('Tell me something long');
  pressKeys('Return');
  const answer = page.getByRole('article', { name: 'Answer 1' });
  await expect.poll(async () => (await answer.innerText()).length, { timeout: 60_000 }).toBeGreaterThan(100);
  pressKeys('ctrl+o');
  await expectHidden(app);
  const inMain = app.window.getByRole('article', { name: 'Answer 1' });
  const atHandOver = (await inMain.locator('.markdown').innerText()).length;
  await expect
    .poll(async () => (await inMain.locator('.markdown').innerText()).length, { timeout: 60_000 })
    .toBeGreaterThan(atHandOver + 100);
  await app.window.keyboard.press('Escape');
  await expect(inMain).toHaveAttribute('aria-busy', 'false');

  const stored = await app.window.evaluate(async () => {
    const conversations = await window.assistant.conversations.list({ isArchived: false, after: null, limit: 100 });
    return conversations.ok ? conversations.value.map(({ origin }) => origin) : null;
  });
  expect(stored).toEqual(['quick-ask']);
  // What the stream left on the page is what the database holds: a fresh page shows the same.
  const streamed = await inMain.locator('.markdown').innerText();
  await app.window.reload();
  await expect(inMain).toBeVisible();
  expect(await inMain.locator('.markdown').innerText()).toBe(streamed);
});

test('both windows show the same answer while it is written', async () => {
  app = await launchApp({ dataFolder, modelPath: slowModel() });
  const page = await openByShortcut(app);
  typeText('Tell me something long');
  pressKeys('Return');
  const answer = page.getByRole('article', { name: 'Answer 1' });
  await expect.poll(async () => (await answer.innerText()).length, { timeout: 60_000 }).toBeGreaterThan(60);
  const list = app.window.getByRole('navigation', { name: /conversations/i });
  await list
    .getByRole('button', { name: /Tell me something long/ })
    .first()
    .click();
  const inMain = app.window.getByRole('article', { name: 'Answer 1' });
  await expect.poll(async () => (await inMain.innerText()).length, { timeout: 60_000 }).toBeGreaterThan(160);
  await app.window.keyboard.press('Escape');
  await expect(inMain).toHaveAttribute('aria-busy', 'false');
  await expect(answer).toHaveAttribute('aria-busy', 'false');
  expect(await answer.locator('.markdown').innerText()).toBe(await inMain.locator('.markdown').innerText());
});

test('a second start with --quick-ask shows it, and with --ask asks in it', async () => {
  app = await launchApp({ dataFolder });
  const page = await quickPage(app);
  await startAgain(dataFolder, '--quick-ask');
  await expectShown(app);
  await startAgain(dataFolder, '--ask', 'What is a meme?');
  await expect(page.getByRole('article', { name: 'Question 1' })).toContainText('What is a meme?');
  await expect(page.getByRole('article', { name: 'Answer 1' })).toContainText('meme');
});

test('the draft is there again after a restart', async () => {
  app = await launchApp({ dataFolder });
  await openByShortcut(app);
  typeText('half a thought');
  pressKeys('Escape');
  await expectHidden(app);
  await app.quit();
  app = await launchApp({ dataFolder });
  const page = await openByShortcut(app);
  await expect(page.getByRole('textbox', { name: 'Question' })).toHaveValue('half a thought');
});

test('it has only its own methods, and its page cannot leave', async () => {
  app = await launchApp({ dataFolder });
  const page = await quickPage(app);
  const found = await page.evaluate(() => ({
    areas: Object.keys(window.quickAssistant),
    main: 'assistant' in window,
    node: ['require', 'process', 'module'].filter((name) => name in window),
  }));
  expect(found).toEqual({
    areas: ['app', 'conversations', 'generations', 'models', 'quickAsk'],
    main: false,
    node: [],
  });
  const address = page.url();
  await page.evaluate(() => {
    location.href = 'https://example.com/';
  });
  await page.waitForTimeout(300);
  expect(page.url()).toBe(address);
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`it has no accessibility violations, and stays right at twice the size (${colorScheme})`, async () => {
    app = await launchApp({ dataFolder, colorScheme });
    const page = await openByShortcut(app);
    await page.emulateMedia({ colorScheme });
    const violations = async (): Promise<unknown> => {
      await page.evaluate(axeSource);
      return page.evaluate(async () => {
        const { axe } = globalThis as unknown as { axe: { run(): Promise<{ violations: { id: string }[] }> } };
        return (await axe.run()).violations;
      });
    };
    await page.screenshot({ path: join(pictures, `quick-empty-${colorScheme}.png`) });
    expect(await violations()).toEqual([]);
    typeText('What is a meme?');
    pressKeys('Return');
    await expect(page.getByRole('article', { name: 'Answer 1' })).toHaveAttribute('aria-busy', 'false');
    await page.screenshot({ path: join(pictures, `quick-answer-${colorScheme}.png`) });
    expect(await violations()).toEqual([]);
    await app.electron.evaluate(({ BrowserWindow }) => {
      BrowserWindow.getAllWindows()
        .find(({ webContents }) => webContents.getURL().endsWith('quick-ask.html'))
        ?.webContents.setZoomFactor(2);
    });
    await expect
      .poll(() => page.evaluate(() => document.documentElement.scrollWidth - innerWidth))
      .toBeLessThanOrEqual(0);
    await expect(page.getByRole('textbox', { name: 'Question' })).toBeInViewport();
    expect(await violations()).toEqual([]);
  });
}
