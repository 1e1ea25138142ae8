import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test, type Page } from '@playwright/test';
import { electronEnvironment, electronSwitches } from '../../scripts/setup/electron-launch.mjs';
import { electronExecutable } from '../../scripts/setup/electron-runtime.mjs';
import { launchApp, makeDataFolder, projectRoot, removeDataFolder, type RunningApp } from '../support/app.ts';
import { violationsOf } from '../support/axe.ts';

/** Asks something in an app of its own, and then takes away the header of the file that it left. */
async function askAndDamage(dataFolder: string): Promise<void> {
  const app = await launchApp({ dataFolder });
  await app.window.getByRole('textbox', { name: 'Question' }).fill('What is a tree?');
  await app.window.keyboard.press('Enter');
  await expect(app.window.getByRole('button', { name: 'Retry' }).first()).toBeVisible({ timeout: 30_000 });
  await app.quit();
  const databasePath = join(dataFolder, 'conversations.sqlite3');
  writeFileSync(databasePath, readFileSync(databasePath).fill(0, 0, 100));
}

async function recoveryWindowOf(app: RunningApp): Promise<Page> {
  const isIt = (page: Page): boolean => page.url().endsWith('recovery.html');
  await expect.poll(() => app.electron.windows().some(isIt)).toBe(true);
  const page = app.electron.windows().find(isIt);
  if (page === undefined) throw new Error('The recovery window has gone.');
  return page;
}

test('a damaged file leads to a window that saves what can be read, and on into the app', async () => {
  const dataFolder = makeDataFolder();
  await askAndDamage(dataFolder);
  const app = await launchApp({ dataFolder });
  try {
    const recovery = await recoveryWindowOf(app);
    await expect(recovery.getByRole('heading', { name: 'file is damaged' })).toBeVisible();
    expect(await violationsOf(recovery)).toEqual([]);
    await recovery.getByRole('button', { name: 'Save what can be read' }).click();
    await expect(recovery.getByText('1 conversation with 2 messages could be read')).toBeVisible();
    const closed = recovery.waitForEvent('close');
    await recovery.getByRole('button', { name: 'Open the conversations' }).click();
    await closed;
    const main = app.electron.windows().find((page) => page.url().endsWith('index.html'));
    if (main === undefined) throw new Error('There is no main window.');
    await expect(main.getByText('What is a tree?').first()).toBeVisible();
  } finally {
    await app.quit();
    removeDataFolder(dataFolder);
  }
});

test('another start raises that window, and shows what it was for once the conversations are open', async () => {
  const dataFolder = makeDataFolder();
  await askAndDamage(dataFolder);
  const app = await launchApp({ dataFolder });
  const visible = (): Promise<string[]> =>
    app.electron.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()
        .filter((window) => window.isVisible())
        .map(({ webContents }) => webContents.getURL().replace(/.*\//, '')),
    );
  const startAgain = async (...words: string[]): Promise<void> => {
    const args = [...electronSwitches(process.env), projectRoot, '--data', dataFolder, ...words];
    await promisify(execFile)(electronExecutable(), args, { env: electronEnvironment(process.env) });
  };
  try {
    const recovery = await recoveryWindowOf(app);
    await expect(recovery.getByRole('heading', { name: 'file is damaged' })).toBeVisible();
    await expect.poll(visible).toEqual(['recovery.html']);
    await app.electron.evaluate(({ BrowserWindow }) => {
      for (const window of BrowserWindow.getAllWindows()) window.hide();
    });
    await startAgain();
    await expect.poll(visible).toEqual(['recovery.html']);
    await startAgain('--quick-ask');
    await startAgain('--new');
    expect(await visible(), 'what would wait behind it is not shown').toEqual(['recovery.html']);
    await recovery.getByRole('button', { name: 'Save what can be read' }).click();
    await recovery.getByRole('button', { name: 'Open the conversations' }).click();
    // The quick window came and went: it lets the main window, which was asked for last, have the focus.
    await expect.poll(visible).toEqual(['index.html']);
    const main = app.electron.windows().find((page) => page.url().endsWith('index.html'));
    await expect(main?.getByRole('article') ?? recovery.getByRole('article')).toHaveCount(0);
  } finally {
    await app.quit();
    removeDataFolder(dataFolder);
  }
});
