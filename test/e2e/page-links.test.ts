import { expect, test, type Page } from '@playwright/test';
import { join } from 'node:path';
import {
  launchApp,
  makeDataFolder,
  projectRoot,
  removeDataFolder,
  type RunningApp,
  startAgain,
} from '../support/app.ts';
import { violationsOf } from '../support/axe.ts';
import { importAnswers } from '../support/hostile/reader.ts';

/** Links that open pages of the app: in an answer, in the quick window, and from another program. */

const pictures = join(projectRoot, 'test-results', 'screenshots');

const question = 'Where are my conversations kept?';
const answer = [
  'In one file on this computer. [Data and privacy](oasst://open/settings/data) names the folder and makes backups.',
  ...Array.from({ length: 30 }, (_, index) => `Paragraph ${String(index + 1)}.`),
  'What you deleted is in the [Trash](oasst://open/trash), and [here](oasst://open/models) are the models. ' +
    'The source lies at [example.org](https://example.org/).',
].join('\n\n');

let dataFolder: string;
let app: RunningApp;

test.beforeEach(() => {
  dataFolder = makeDataFolder();
  importAnswers(dataFolder, [{ kind: 'answer', name: question, text: answer }]);
});

test.afterEach(async () => {
  await app.quit().catch(() => undefined);
  removeDataFolder(dataFolder);
});

function conversationId(): Promise<string> {
  return app.window.evaluate(async () => {
    const list = await window.assistant.conversations.list({ isArchived: false, after: null, limit: 1 });
    return list.ok ? (list.value[0]?.id ?? '') : '';
  });
}

function currentSettings(): Promise<unknown> {
  return app.window.evaluate(() => window.assistant.settings.get());
}

/** How far the transcript is scrolled. */
function scrollTop(page: Page): Promise<number> {
  return page.getByRole('region', { name: 'Transcript' }).evaluate((element) => element.scrollTop);
}

/** Every page that Electron has, and everything it handed to the system, since it began. */
function watchOpenings(): Promise<void> {
  return app.electron.evaluate(({ dialog, shell }) => {
    const seen = globalThis as { opened?: string[] };
    const opened: string[] = (seen.opened = []);
    shell.openExternal = (url) => Promise.resolve(void opened.push(url));
    dialog.showMessageBox = () => {
      opened.push('question');
      return Promise.resolve({ response: 1, checkboxChecked: false });
    };
  });
}

for (const colorScheme of ['light', 'dark'] as const) {
  test(`by click and by Enter, and back to where the reader was, in ${colorScheme}`, async () => {
    app = await launchApp({ dataFolder, colorScheme });
    await watchOpenings();
    const { window } = app;
    await window.locator('[data-conversation]').click();
    const trash = window.getByRole('link', { name: 'Trash' });
    await expect(trash).toHaveAccessibleDescription('Opens Trash in this app');
    await trash.scrollIntoViewIfNeeded();
    await window.screenshot({ path: join(pictures, `page-links-${colorScheme}.png`) });
    expect(await violationsOf(window)).toEqual([]);
    const before = await scrollTop(window);
    expect(before).toBeGreaterThan(0);

    await trash.click();
    await expect(window.getByRole('heading', { level: 1, name: 'Trash' })).toBeVisible();
    await window.keyboard.press('Escape');
    await expect(trash).toBeFocused();
    expect(await scrollTop(window)).toBe(before);

    await trash.press('Tab');
    await expect(window.getByRole('link', { name: 'here (Models)' })).toBeFocused();
    await window.keyboard.press('Enter');
    await expect(window.getByRole('region', { name: 'Models' })).toBeFocused();
    await window.keyboard.press('Escape');
    await expect(window.getByRole('link', { name: 'here (Models)' })).toBeFocused();

    await window.getByRole('link', { name: 'Data and privacy' }).click({ button: 'middle' });
    await expect(window.getByRole('tab', { name: 'Data and privacy' })).toBeFocused();
    expect(window.url()).toBe('app://bundle/index.html');
    // The quick window is made when the main one has settled.
    await expect.poll(() => app.electron.windows()).toHaveLength(2);
    expect(await app.electron.evaluate(() => (globalThis as { opened?: string[] }).opened)).toEqual([]);
    expect(app.pageErrors).toEqual([]);
  });
}

test('in the quick window they open in the main window, and the quick one hides', async () => {
  app = await launchApp({ dataFolder });
  const isQuick = (page: Page): boolean => page.url().endsWith('quick-ask.html');
  const quick = app.electron.windows().find(isQuick) ?? (await app.electron.waitForEvent('window', isQuick));
  const id = await conversationId();
  await quick.evaluate((input) => window.quickAssistant.quickAsk.setConversation(input), { conversationId: id });
  await quick.reload();
  await startAgain(dataFolder, '--quick-ask');
  await quick.getByRole('link', { name: 'Data and privacy' }).click();
  await expect(app.window.getByRole('tab', { name: 'Data and privacy' })).toBeFocused();
  const visible = (): Promise<(string | undefined)[]> =>
    app.electron.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()
        .filter((window) => window.isVisible())
        .map(({ webContents }) => URL.parse(webContents.getURL())?.pathname),
    );
  await expect.poll(visible).toEqual(['/index.html']);
  await expect(quick.getByRole('link', { name: 'Data and privacy' })).toBeAttached();
});

test('from another program, and nothing but the closed list', async () => {
  app = await launchApp({ dataFolder });
  const { window } = app;
  const before = await currentSettings();
  await startAgain(dataFolder, 'oasst://open/settings/presets');
  await expect(window.getByRole('tab', { name: 'Presets' })).toBeFocused();
  await startAgain(dataFolder, 'oasst://open/../trash');
  await startAgain(dataFolder, 'oasst://me@open:80/models?x#y');
  await startAgain(dataFolder, 'oasst://open/settings/erase');
  await expect(window.getByRole('tab', { name: 'Presets' })).toBeFocused();
  await startAgain(dataFolder, 'oasst://open/shortcuts');
  await expect(window.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible();
  await window.keyboard.press('Escape');
  await expect(window.getByRole('dialog')).toBeHidden();
  await expect(window.getByRole('tab', { name: 'Presets' })).toHaveAttribute('aria-selected', 'true');
  expect(await currentSettings()).toEqual(before);
});
