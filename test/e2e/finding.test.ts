import { expect, test, type Locator, type Page } from '@playwright/test';
import { join } from 'node:path';
import { launchApp, makeDataFolder, projectRoot, removeDataFolder, type RunningApp } from '../support/app.ts';
import { violationsOf } from '../support/axe.ts';
import { importHistory, type WrittenConversation } from '../support/history.ts';

/** A history of some hundred conversations: searched, put in order, and taken away in part. */

const pictures = join(projectRoot, 'test-results', 'screenshots');
const hourMs = 60 * 60 * 1000;

const subjects = ['bees', 'the tides', 'Esperanto', 'old maps', 'sourdough', 'chess', 'the Moon', 'knots'];

function writeHistory(): WrittenConversation[] {
  const nowMs = Date.now();
  const ordinary = Array.from({ length: 300 }, (_, index): WrittenConversation => {
    const subject = subjects[index % subjects.length] ?? '';
    return {
      title: `About ${subject}, part ${String(index + 1)}`,
      question: `What should I know about ${subject}?`,
      answers: [`There is much to say about ${subject}. This is note ${String(index + 1)} of many.`],
      updatedAt: nowMs - (index + 2) * 7 * hourMs,
    };
  });
  return [
    ...ordinary,
    {
      title: 'A walk by the sea',
      question: 'Where do limpets live?',
      answers: ['On rocks, where a periwinkle lives as well.', 'Between the tides, on bare rock.'],
      updatedAt: nowMs - hourMs,
    },
    {
      title: '日本語の質問',
      question: '東京タワーの高さは？',
      answers: ['東京タワーの高さは333メートルです。'],
      updatedAt: nowMs - 2 * hourMs,
    },
  ];
}

function list(window: Page): Locator {
  return window.getByRole('navigation', { name: 'Conversations' });
}

function row(window: Page, title: string): Locator {
  return list(window).getByRole('button', { name: title, exact: true });
}

async function openMenu(window: Page, title: string): Promise<void> {
  await row(window, title).click({ button: 'right' });
  await expect(window.getByRole('menu')).toBeVisible();
}

async function choose(window: Page, name: string): Promise<void> {
  await window.getByRole('menuitem', { name, exact: true }).click();
  await expect(window.getByRole('menuitem', { name, exact: true })).toBeHidden();
}

function search(window: Page): Locator {
  return window.getByRole('combobox', { name: 'Search in all conversations' });
}

function hits(window: Page): Locator {
  return window.getByRole('listbox', { name: 'What was found' }).getByRole('option');
}

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    let dataFolder: string;
    let app: RunningApp;

    test.beforeAll(async () => {
      dataFolder = makeDataFolder();
      await importHistory(dataFolder, writeHistory());
      app = await launchApp({ dataFolder, colorScheme });
      await expect(row(app.window, 'A walk by the sea')).toBeVisible();
    });

    test.afterAll(async () => {
      await app.quit();
      removeDataFolder(dataFolder);
    });

    async function picture(name: string): Promise<void> {
      await app.window.screenshot({ path: join(pictures, `finding-${name}-${colorScheme}.png`) });
      expect(await violationsOf(app.window)).toEqual([]);
    }

    test('a word of another branch is found and shown where it was said', async () => {
      const { window } = app;
      await list(window).getByRole('button', { name: 'Find' }).click();
      await expect(search(window)).toBeFocused();
      await picture('search-empty');
      await window.keyboard.type('periwin');
      await expect(hits(window)).toHaveCount(1);
      await expect(hits(window).getByText('periwin', { exact: true })).toBeVisible();
      await window.keyboard.press('Enter');
      await expect(window.getByRole('article', { name: 'Answer 1' })).toContainText('where a periwinkle lives');
      await picture('opened');
      await window.keyboard.press('Escape');
      await expect(search(window)).toHaveValue('periwin');
      await expect(hits(window)).toHaveCount(1);
    });

    test('other scripts and short queries are found, and more hits follow as one scrolls', async () => {
      const { window } = app;
      await search(window).fill('333');
      await expect(hits(window).first()).toContainText('日本語の質問');
      await search(window).fill('京');
      await expect(hits(window).first()).toContainText('日本語の質問');
      await search(window).fill('know');
      await expect(window.getByText('50 found so far')).toBeVisible();
      await hits(window).first().hover();
      await expect(async () => {
        await window.mouse.wheel(0, 4000);
        await expect(window.getByText('300 found', { exact: true })).toBeVisible({ timeout: 100 });
      }).toPass();
      expect(await hits(window).count()).toBeLessThan(40);
      await search(window).fill('moon');
      await expect(hits(window).first()).toContainText('Title');
      await picture('search');
      await window.getByRole('combobox', { name: 'When' }).selectOption('Last 7 days');
      await window.getByRole('button', { name: 'Pinned' }).click();
      await expect(window.getByText('Nothing found with these filters.')).toBeVisible();
      await picture('search-filtered');
      await window.getByRole('button', { name: 'Clear filters' }).click();
      await window.keyboard.press('Escape');
      await expect(search(window)).toBeHidden();
    });

    test('conversations are pinned, filed and archived', async () => {
      const { window } = app;
      await openMenu(window, 'A walk by the sea');
      await picture('menu');
      await choose(window, 'Pin');
      await expect(list(window).getByRole('heading', { name: 'Pinned' })).toBeVisible();
      await openMenu(window, '日本語の質問');
      await choose(window, 'Move to folder…');
      await choose(window, 'New folder');
      await expect(window.getByRole('textbox', { name: 'Name of the folder' })).toBeFocused();
      await window.keyboard.type('Languages');
      await window.keyboard.press('Enter');
      const folder = list(window).getByRole('button', { name: 'Languages 1' });
      await expect(folder).toBeFocused();
      await row(window, 'About Esperanto, part 3').dragTo(folder);
      await expect(list(window).getByRole('button', { name: 'Languages 2' })).toBeVisible();
      await openMenu(window, 'About the tides, part 2');
      await choose(window, 'Archive');
      await expect(row(window, 'About the tides, part 2')).toBeHidden();
      await picture('list');
      await list(window).getByRole('button', { name: 'Archive', exact: true }).click();
      await expect(row(window, 'About the tides, part 2')).toBeVisible();
      await picture('archive');
      await list(window).getByRole('button', { name: 'Back to the list' }).click();
    });

    test('many are selected, deleted and brought back at once', async () => {
      const { window } = app;
      await row(window, 'About old maps, part 4').click();
      await row(window, 'About bees, part 9').click({ modifiers: ['Shift'] });
      const bar = window.getByRole('toolbar', { name: 'Selected conversations' });
      await expect(bar.getByText('6 selected')).toBeVisible();
      await picture('selected');
      await window.keyboard.press('Delete');
      await expect(window.getByText('6 conversations deleted.')).toBeVisible();
      await expect(row(window, 'About chess, part 6')).toBeHidden();
      await window.getByRole('button', { name: 'Undo' }).click();
      await expect(row(window, 'About chess, part 6')).toBeVisible();
      await row(window, 'About chess, part 6').focus();
      await window.keyboard.press('Control+A');
      await expect(bar.getByText('301 selected')).toBeVisible();
      await window.keyboard.press('Escape');
      await expect(bar).toBeHidden();
    });

    test('the list stays as long as a window shows, and keys reach its end', async () => {
      const { window } = app;
      await row(window, 'About chess, part 6').focus();
      await window.keyboard.press('End');
      await expect(row(window, 'About old maps, part 300')).toBeFocused();
      await expect(row(window, 'About old maps, part 300')).toBeInViewport();
      expect(await list(window).locator('[data-conversation]').count()).toBeLessThan(80);
      await window.keyboard.press('Home');
      await expect(row(window, 'A walk by the sea')).toBeFocused();
    });

    test('all of it is there after a restart, and nothing was complained about', async () => {
      expect(app.pageErrors).toEqual([]);
      await app.quit();
      app = await launchApp({ dataFolder, colorScheme });
      const { window } = app;
      await expect(list(window).getByRole('button', { name: 'Languages 2' })).toBeVisible();
      await expect(list(window).getByRole('heading', { name: 'Pinned' })).toBeVisible();
      await expect(row(window, 'About the tides, part 2')).toBeHidden();
    });
  });
}
