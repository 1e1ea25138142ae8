import { expect, test, type Locator, type Page } from '@playwright/test';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { launchApp, makeDataFolder, projectRoot, removeDataFolder, type RunningApp } from '../support/app.ts';
import { violationsOf } from '../support/axe.ts';
import { importHistory } from '../support/history.ts';

/** What was deleted: looked at, brought back, and erased without a trace. */

const pictures = join(projectRoot, 'test-results', 'screenshots');
const hourMs = 60 * 60 * 1000;

const titles = ['Zorblax and the harvest', 'Sourdough that does not rise', 'A walk by the sea', 'Knots for beginners'];

function row(window: Page, title: string): Locator {
  return window.getByRole('navigation', { name: 'Conversations' }).getByRole('button', { name: title, exact: true });
}

function trashed(window: Page, title: string): Locator {
  return window.getByRole('region', { name: 'Trash' }).getByRole('listitem', { name: title });
}

/** Whether a file of the folder, of those that the app writes, holds the text. */
function holds(folder: string, text: string): boolean {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.startsWith(join(folder, 'browser')))
    .some((entry) => readFileSync(join(entry.parentPath, entry.name)).includes(text));
}

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    let dataFolder: string;
    let app: RunningApp;

    test.beforeAll(async () => {
      dataFolder = makeDataFolder();
      const now = Date.now();
      await importHistory(
        dataFolder,
        titles.map((title, index) => ({
          ...{ title, question: `What should I know about ${title}?`, updatedAt: now - index * hourMs },
          answers: [`There is much to say about it.`, `Another answer about ${title.toLowerCase()}.`],
        })),
      );
      rmSync(join(dataFolder, 'history.json'));
      app = await launchApp({ dataFolder, colorScheme });
      await expect(row(app.window, titles[0] ?? '')).toBeVisible();
    });

    test.afterAll(async () => {
      await app.quit();
      removeDataFolder(dataFolder);
    });

    test('gives back what was deleted', async () => {
      const page = app.window;
      for (const title of titles.slice(0, 3)) {
        await row(page, title).focus();
        await page.keyboard.press('Delete');
        await expect(row(page, title)).toBeHidden();
      }
      const branch = await page.evaluate(async () => {
        const { conversations, messages } = window.assistant;
        const list = await conversations.list({ isArchived: false, after: null, limit: 1 });
        const tree = await messages.tree({ conversationId: (list.ok ? list.value[0]?.id : null) ?? '' });
        const answer = tree.ok ? tree.value.nodes.find(({ role }) => role === 'assistant') : undefined;
        return messages.deleteBranch({ messageId: answer?.id ?? '' });
      });
      expect(branch.ok).toBe(true);

      await page.getByRole('button', { name: 'Trash', exact: true }).click();
      await expect(trashed(page, titles[3] ?? '')).toContainText('Branch that begins with');
      await expect(trashed(page, titles[0] ?? '')).toContainText('30 days left');
      await page.screenshot({ path: join(pictures, `trash-${colorScheme}.png`) });
      expect(await violationsOf(page)).toEqual([]);

      await trashed(page, titles[2] ?? '')
        .getByRole('button', { name: 'Restore' })
        .click();
      await expect(row(page, titles[2] ?? '')).toBeVisible();
      await expect(trashed(page, titles[2] ?? '')).toBeHidden();
    });

    test('erases so that no file holds it, backups included', async () => {
      const page = app.window;
      expect((await page.evaluate(() => window.assistant.backups.create())).ok).toBe(true);
      expect(holds(dataFolder, 'Zorblax')).toBe(true);
      await trashed(page, titles[0] ?? '')
        .getByRole('button', { name: 'Erase now…' })
        .click();
      await page.getByRole('checkbox', { name: 'Erase it in the backups as well' }).check();
      await page.screenshot({ path: join(pictures, `trash-question-${colorScheme}.png`) });
      expect(await violationsOf(page)).toEqual([]);
      await page.getByRole('button', { name: 'Erase', exact: true }).click();
      await expect(page.getByText(/^Erased: 1 conversation\. It is gone from \d+ backups? as well\.$/)).toBeVisible();
      expect(holds(dataFolder, 'Zorblax'), 'title and question').toBe(false);
      expect(holds(dataFolder, 'zorblax'), 'answer').toBe(false);

      await page.getByRole('button', { name: 'Empty the trash…' }).click();
      await page.getByRole('button', { name: 'Erase everything' }).click();
      await expect(page.getByText('The trash is empty.')).toBeVisible();
      await page.screenshot({ path: join(pictures, `trash-empty-${colorScheme}.png`) });
      await page.keyboard.press('Escape');
      await expect(row(page, titles[2] ?? '')).toBeVisible();
      expect(app.pageErrors).toEqual([]);
    });
  });
}
