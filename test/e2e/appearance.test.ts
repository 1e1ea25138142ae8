import { expect, test } from '@playwright/test';
import { join } from 'node:path';
import { launchApp, makeDataFolder, projectRoot, removeDataFolder, type RunningApp } from '../support/app.ts';
import { violationsOf } from '../support/axe.ts';

/** How the window looks and whether everyone can use it, in light and dark. Screenshots land in test-results. */

const pictures = join(projectRoot, 'test-results', 'screenshots');

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    let dataFolder: string;
    let app: RunningApp;

    test.beforeAll(async () => {
      dataFolder = makeDataFolder();
      app = await launchApp({ dataFolder, colorScheme });
      await expect(app.window.getByRole('button', { name: 'Model:' })).toContainText('ready');
    });

    test.afterAll(async () => {
      await app.quit();
      removeDataFolder(dataFolder);
    });

    test('the first screen has no accessibility violations', async () => {
      await app.window.screenshot({ path: join(pictures, `first-screen-${colorScheme}.png`) });
      expect(await violationsOf(app.window)).toEqual([]);
    });

    test('a conversation has none either, also with its details and the model sheet open', async () => {
      const { window } = app;
      for (const [index, question] of [
        'What is a meme?',
        'Where did the word come from?',
        'Which keyboard shortcuts are there?',
      ].entries()) {
        await window.getByRole('textbox', { name: 'Question' }).fill(question);
        await window.keyboard.press('Enter');
        await expect(window.getByRole('article', { name: `Answer ${String(index + 1)}` })).toHaveAttribute(
          'aria-busy',
          'false',
        );
      }
      await window.getByRole('article', { name: 'Answer 3' }).getByRole('button', { name: 'Details' }).click();
      await window.screenshot({ path: join(pictures, `conversation-${colorScheme}.png`) });
      expect(await violationsOf(window)).toEqual([]);
      await window.getByRole('button', { name: 'Model:' }).click();
      await expect(window.getByLabel('The model in use')).toBeVisible();
      await window.screenshot({ path: join(pictures, `model-${colorScheme}.png`) });
      expect(await violationsOf(window)).toEqual([]);
      await window.keyboard.press('Escape');
    });

    test('the models page has none', async () => {
      const { window } = app;
      await window.getByRole('button', { name: 'Model:' }).click();
      await window.getByRole('button', { name: 'Models…' }).click();
      await expect(window.getByRole('article', { name: /SFT-1 12B/ })).toBeVisible();
      await window.screenshot({ path: join(pictures, `models-${colorScheme}.png`) });
      expect(await violationsOf(window)).toEqual([]);
      await window.keyboard.press('Escape');
    });

    test('the settings and the palette have none', async () => {
      const { window } = app;
      await window.getByRole('button', { name: 'Settings' }).click();
      for (const section of [
        'General',
        'Model and device',
        'Presets',
        'Shortcuts',
        'Appearance',
        'Quick window',
        'Data and privacy',
        'About',
      ]) {
        await window.getByRole('tab', { name: section }).click();
        await expect(window.getByRole('tabpanel', { name: section })).toBeVisible();
        await window.screenshot({
          path: join(pictures, `settings-${section.replaceAll(' ', '-')}-${colorScheme}.png`),
        });
        expect(await violationsOf(window)).toEqual([]);
      }
      await app.electron.evaluate(({ Menu }) => {
        const items = Menu.getApplicationMenu()?.items.flatMap(({ submenu }) => submenu?.items ?? []);
        items?.find(({ accelerator }) => accelerator === 'CmdOrCtrl+K')?.click();
      });
      await expect(window.getByRole('listbox', { name: 'Conversations and commands' })).toBeVisible();
      await window.screenshot({ path: join(pictures, `palette-${colorScheme}.png`) });
      expect(await violationsOf(window)).toEqual([]);
      await window.keyboard.press('Escape');
      await expect(window.getByRole('listbox', { name: 'Conversations and commands' })).toBeHidden();
      await window.keyboard.press('Escape');
      await expect(window.getByRole('textbox', { name: 'Question' })).toBeVisible();
    });

    test('it stays right at twice the size', async () => {
      const { window, electron } = app;
      const setZoom = (factor: number): Promise<void> =>
        electron.evaluate(({ BrowserWindow }, wanted) => {
          BrowserWindow.getAllWindows()[0]?.webContents.setZoomFactor(wanted);
        }, factor);
      await setZoom(2);
      await expect
        .poll(() => window.evaluate(() => document.documentElement.scrollWidth - innerWidth))
        .toBeLessThanOrEqual(0);
      await expect(window.getByRole('textbox', { name: 'Question' })).toBeInViewport();
      await window.screenshot({ path: join(pictures, `zoomed-${colorScheme}.png`) });
      expect(await violationsOf(window)).toEqual([]);
      await setZoom(1);
    });
  });
}
