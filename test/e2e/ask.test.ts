import { expect, test } from '@playwright/test';
import { launchApp, makeDataFolder, removeDataFolder, type RunningApp } from '../support/app.ts';

test.describe('a first start with the guide', () => {
  let dataFolder: string;
  let app: RunningApp;

  test.beforeEach(async () => {
    dataFolder = makeDataFolder();
    app = await launchApp({ dataFolder });
    // What an answer says is looked at below, so it should not depend on luck.
    await app.window.evaluate(() => window.assistant.settings.change({ presetId: 'k50-Precise' }));
  });

  test.afterEach(async () => {
    await app.quit();
    removeDataFolder(dataFolder);
  });

  test('asks, streams, shows how the answer came about, and goes on after a restart', async () => {
    const { window } = app;
    await expect(window.getByRole('heading', { name: 'OASST Desktop guide' })).toBeVisible();
    await window.getByRole('textbox', { name: 'Question' }).fill('What is a meme?');
    await window.keyboard.press('Enter');
    const answer = window.getByRole('article', { name: 'Answer 1' });
    await expect(answer).toContainText('Dawkins');
    await expect(answer).toHaveAttribute('aria-busy', 'false');

    await answer.getByRole('button', { name: 'Details' }).click();
    await expect(answer).toContainText(/k50-Precise · seed \d+ · \d+ tokens · [\d.,]+ tok\/s/);
    const list = window.getByRole('navigation', { name: /conversations/i });
    await expect(list.getByRole('button', { name: 'What is a meme?', exact: true })).toBeVisible();
    expect(app.pageErrors).toEqual([]);

    await app.quit();
    app = await launchApp({ dataFolder });
    await expect(app.window.getByRole('article', { name: 'Answer 1' })).toContainText('Dawkins');
    await app.window.getByRole('textbox', { name: 'Question' }).fill('Where did the word come from?');
    await app.window.keyboard.press('Enter');
    const second = app.window.getByRole('article', { name: 'Answer 2' });
    await expect(second).toContainText(/Dawkins|mimeme/);
    await expect(second).toHaveAttribute('aria-busy', 'false');
    // The saved state of the first turn was restored: only the new turn was read.
    await second.getByRole('button', { name: 'Details' }).click();
    await expect(second).toContainText(/prompt \d{1,2} read, \d{2,} reused/);
  });

  test('a suggestion starts a conversation; it can be renamed, deleted and brought back by keys', async () => {
    const { window, electron } = app;
    await window.getByRole('button', { name: 'What can you do?' }).click();
    await expect(window.getByRole('article', { name: 'Answer 1' })).toHaveAttribute('aria-busy', 'false');

    const press = (id: string): Promise<void> =>
      electron.evaluate(({ Menu }, label) => {
        const items = Menu.getApplicationMenu()?.items.flatMap(({ submenu }) => submenu?.items ?? []) ?? [];
        items.find((item) => item.label === label)?.click();
      }, id);
    await press('Rename');
    await window.getByRole('textbox', { name: /title|name/i }).fill('About the guide');
    await window.keyboard.press('Enter');
    const list = window.getByRole('navigation', { name: /conversations/i });
    await expect(list.getByRole('button', { name: 'About the guide', exact: true })).toBeVisible();

    await press('Delete');
    await expect(list.getByRole('button', { name: 'About the guide', exact: true })).toBeHidden();
    await window.getByRole('button', { name: 'Undo' }).click();
    await expect(list.getByRole('button', { name: 'About the guide', exact: true })).toBeVisible();
  });

  test('a second start shows the first window instead of opening the data twice', async () => {
    await expect(launchApp({ dataFolder })).rejects.toThrow();
    const mainWindows = app.electron.windows().filter((page) => page.url().endsWith('index.html'));
    expect(mainWindows).toHaveLength(1);
  });
});
