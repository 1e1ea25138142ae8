import { expect, test, type Locator, type Page } from '@playwright/test';
import { join } from 'node:path';
import { launchApp, makeDataFolder, projectRoot, removeDataFolder, type RunningApp } from '../support/app.ts';
import { violationsOf } from '../support/axe.ts';
import { idFor, importHistory } from '../support/history.ts';

/** A backup that the app makes by itself, one of the owner's, and a restore that is taken back. */

const pictures = join(projectRoot, 'test-results', 'screenshots');
const titles = ['About bees', 'About the tides', 'About knots'];

function section(window: Page): Locator {
  return window.getByRole('region', { name: 'Backups' });
}

function conversation(window: Page, title: string): Locator {
  return window.getByRole('navigation', { name: 'Conversations' }).getByRole('button', { name: title, exact: true });
}

for (const colorScheme of ['light', 'dark'] as const) {
  test(`backups are made, looked into and restored (${colorScheme})`, async () => {
    const dataFolder = makeDataFolder();
    let app: RunningApp | null = null;
    try {
      const written = titles.map((title, index) => ({
        ...{ title, question: `What should I know ${title.toLowerCase()}?`, answers: ['Much.'] },
        updatedAt: Date.now() - index * 60_000,
      }));
      await importHistory(dataFolder, written);
      app = await launchApp({ dataFolder, colorScheme });
      const page = app.window;
      await expect(conversation(page, 'About bees')).toBeVisible();

      await page.getByRole('button', { name: 'Settings' }).click();
      await page.getByRole('tab', { name: 'Data and privacy' }).click();
      // The first one is made by itself, once the window has come to rest.
      await expect(section(page).getByText('on schedule')).toBeVisible();
      await section(page).getByRole('button', { name: 'Back up now' }).click();
      await expect(section(page).getByText('made by you')).toBeVisible();
      await section(page).evaluate((element) => element.scrollIntoView({ block: 'start' }));
      expect(await violationsOf(page)).toEqual([]);
      await page.screenshot({ path: join(pictures, `backups-${colorScheme}.png`) });

      await page.evaluate(
        (conversationIds) => window.assistant.conversations.delete({ conversationIds }),
        [idFor('About knots')],
      );
      await expect(conversation(page, 'About knots')).toBeHidden();

      await section(page).getByRole('listitem').filter({ hasText: 'made by you' }).getByText('Look into…').click();
      const dialog = page.getByRole('dialog');
      await expect(dialog).toContainText('3 conversations with 6 messages.');
      await expect(dialog).toContainText('1 conversation in it is gone today.');
      await page.screenshot({ path: join(pictures, `backup-preview-${colorScheme}.png`) });
      await dialog.getByRole('button', { name: 'Restore…' }).click();
      expect(await violationsOf(page)).toEqual([]);
      await page.screenshot({ path: join(pictures, `backup-restore-${colorScheme}.png`) });
      await dialog.getByRole('button', { name: 'Restore', exact: true }).click();
      await expect(dialog).toBeHidden();
      await expect(conversation(page, 'About knots')).toBeVisible();
      await expect(section(page).getByText('before a restore', { exact: false }).last()).toBeVisible();

      await page.getByRole('button', { name: 'Undo' }).click();
      await expect(conversation(page, 'About knots')).toBeHidden();
      await expect(conversation(page, 'About bees')).toBeVisible();
      expect(app.pageErrors).toEqual([]);
    } finally {
      await app?.quit();
      removeDataFolder(dataFolder);
    }
  });
}
