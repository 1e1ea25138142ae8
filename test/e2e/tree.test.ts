import { expect, test, type Locator, type Page } from '@playwright/test';
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
import { importLongConversation } from '../support/history.ts';

/** The tree of messages in the hand: edited, answered again, compared, cut, copied, and jumped about in. */

const pictures = join(projectRoot, 'test-results', 'screenshots');

let dataFolder: string;
let app: RunningApp;

test.beforeEach(() => {
  dataFolder = makeDataFolder();
});

test.afterEach(async () => {
  await app.quit().catch(() => undefined);
  removeDataFolder(dataFolder);
});

async function ask(window: Page, question: string, answer: number): Promise<void> {
  await window.getByRole('textbox', { name: 'Question' }).fill(question);
  await window.keyboard.press('Enter');
  await expect(window.getByRole('article', { name: `Answer ${String(answer)}` })).toHaveAttribute('aria-busy', 'false');
}

async function choose(window: Page, turn: Locator, label: string): Promise<void> {
  await turn.hover();
  await turn.getByRole('button', { name: /^More for this/ }).click();
  await window.getByRole('menuitem', { name: label, exact: true }).click();
}

function longTexts(count: number): string[] {
  return Array.from({ length: count }, (_, index) => {
    const number = String(Math.floor(index / 2) + 1);
    return index % 2 === 0
      ? `Question ${number}?`
      : `Answer to question ${number}. ${'More words follow. '.repeat(index % 60)}`;
  });
}

for (const colorScheme of ['light', 'dark'] as const) {
  test(`branches are made, compared, rated, deleted and jumped to (${colorScheme})`, async () => {
    app = await launchApp({ dataFolder, colorScheme });
    let { window } = app;
    const picture = async (name: string): Promise<void> => {
      await window.screenshot({ path: join(pictures, `tree-${name}-${colorScheme}.png`) });
      expect(await violationsOf(window)).toEqual([]);
    };
    const setZoom = (factor: number): Promise<void> =>
      app.electron.evaluate(({ BrowserWindow }, wanted) => {
        BrowserWindow.getAllWindows()[0]?.webContents.setZoomFactor(wanted);
      }, factor);
    await ask(window, 'What is a meme?', 1);
    await ask(window, 'Where did the word come from?', 2);

    // In other words: the new branch is on the page, the old one behind the switch.
    const first = window.getByRole('article', { name: 'Question 1' });
    await first.hover();
    await first.getByRole('button', { name: 'Edit question' }).click();
    await window.keyboard.press('Control+A');
    await window.keyboard.type('What can you do?');
    await picture('edit');
    await window.keyboard.press('Enter');
    await expect(window.getByRole('article', { name: 'Answer 1' })).toHaveAttribute('aria-busy', 'false');
    await expect(first).toContainText('2/2');
    await expect(window.getByRole('article', { name: 'Question 2' })).toBeHidden();
    await first.getByRole('button', { name: 'Previous version' }).click();
    await expect(window.getByRole('article', { name: 'Question 2' })).toContainText('Where did the word come from?');

    // Two more answers, side by side.
    const second = window.getByRole('article', { name: 'Answer 2' });
    await second.hover();
    await second.getByRole('button', { name: 'Several answers' }).click();
    await picture('retry-menu');
    await window.getByRole('menuitem', { name: 'Two answers, side by side' }).click();
    const columns = window.getByRole('region', { name: 'Answers side by side' }).getByRole('article');
    await expect(columns).toHaveCount(3);
    for (const index of [0, 1, 2]) await expect(columns.nth(index)).toHaveAttribute('aria-busy', 'false');
    await columns.nth(2).getByRole('button', { name: 'Good answer' }).click();
    await expect(columns.nth(2).getByRole('button', { name: 'Good answer' })).toHaveAttribute('aria-pressed', 'true');
    await columns.nth(1).getByRole('button', { name: 'Details' }).click();
    await picture('versions');
    await setZoom(2);
    await expect.poll(() => columns.nth(2).evaluate((column) => column.getBoundingClientRect().left)).toBeLessThan(100);
    expect(await window.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
    await picture('versions-narrow');
    await setZoom(1);
    await columns.nth(2).getByRole('button', { name: 'Go on with this one' }).click();
    await expect(second).toContainText('3/3');

    // The rating is there after a restart.
    await app.quit();
    app = await launchApp({ dataFolder, colorScheme });
    window = app.window;
    const rated = window.getByRole('article', { name: 'Answer 2' });
    await expect(rated).toContainText('3/3');
    await expect(rated.getByRole('button', { name: 'Good answer' })).toHaveAttribute('aria-pressed', 'true');
    await rated.hover();
    await picture('answer');

    // The map: every branch, and a jump by keys.
    await window.getByRole('button', { name: 'Map of this conversation' }).click();
    const map = window.getByRole('tree');
    await expect(map.getByRole('treeitem')).toHaveCount(8);
    await picture('map');
    await window.keyboard.press('Home');
    await expect(map.getByRole('treeitem').first()).toContainText('What can you do?');
    await window.keyboard.press('Enter');
    await expect(window.getByRole('article', { name: 'Question 1' })).toBeFocused();
    await expect(window.getByRole('article', { name: 'Question 1' })).toContainText('What can you do?');
    await picture('jumped');

    // Deleted with all that follows, and back again.
    await choose(window, window.getByRole('article', { name: 'Question 1' }), 'Delete this question and what follows');
    await expect(window.getByRole('article', { name: 'Question 1' })).toContainText('What is a meme?');
    await expect(window.getByRole('article', { name: 'Question 1' })).not.toContainText('/2');
    await picture('deleted');
    await window.getByRole('button', { name: 'Undo' }).click();
    await expect(window.getByRole('article', { name: 'Question 1' })).toContainText('What can you do?');
    await expect(window.getByRole('article', { name: 'Question 1' })).toContainText('2/2');

    // A conversation of its own.
    await choose(window, window.getByRole('article', { name: 'Answer 1' }), 'Copy into a new conversation');
    await expect(window.getByRole('heading', { level: 1 })).toContainText(/copy/i);
    await expect(window.getByRole('article')).toHaveCount(2);
    expect(app.pageErrors).toEqual([]);
  });
}

test('a link leads to its message in another conversation and on another branch', async () => {
  app = await launchApp({ dataFolder });
  const { window, electron } = app;
  await ask(window, 'What is a meme?', 1);
  const answer = window.getByRole('article', { name: 'Answer 1' });
  await answer.hover();
  await answer.getByRole('button', { name: 'Retry answer' }).click();
  await expect(answer).toContainText('2/2');
  await expect(answer).toHaveAttribute('aria-busy', 'false');
  await answer.getByRole('button', { name: 'Previous version' }).click();
  await expect(answer).toContainText('1/2');
  const id = await answer.getAttribute('data-turn');
  await choose(window, answer, 'Copy link');
  await expect(window.getByText('The link to this message is on the clipboard.')).toBeVisible();
  const link = await electron.evaluate(({ clipboard }) => clipboard.readText());
  expect(link).toBe(`oasst://message/${id ?? ''}`);

  await answer.getByRole('button', { name: 'Next version' }).click();
  await expect(answer).toContainText('2/2');
  await electron.evaluate(({ Menu }) => {
    const items = Menu.getApplicationMenu()?.items.flatMap(({ submenu }) => submenu?.items ?? []) ?? [];
    items.find((item) => item.label === 'New conversation')?.click();
  });
  await expect(answer).toBeHidden();
  await startAgain(dataFolder, link);
  await expect(answer).toContainText('1/2');
  await expect(answer).toBeFocused();
});

test('a long conversation opens at its end, grows upwards without moving, and leads to its beginning', async () => {
  const ids = await importLongConversation(dataFolder, 'A long conversation', longTexts(2000));
  app = await launchApp({ dataFolder });
  const { window } = app;
  await window.getByRole('button', { name: 'A long conversation', exact: true }).click();
  await expect(window.getByRole('article', { name: 'Answer 1000' })).toBeInViewport();
  expect(await window.getByRole('article').count()).toBeLessThan(100);

  // While it grows above, what is read stays where it is.
  const transcript = window.getByRole('region', { name: 'Transcript' });
  await transcript.hover();
  for (let turn = 0; turn < 12; turn++) {
    await window.mouse.wheel(0, -700);
    await window.waitForTimeout(100);
  }
  await expect(window.getByRole('button', { name: 'Jump to the newest' })).toBeVisible();
  const topOf = (id: string | null): Promise<number> =>
    window.locator(`[data-turn="${id ?? ''}"]`).evaluate((article) => article.getBoundingClientRect().top);
  const firstInView = (): Promise<string | null> =>
    transcript.evaluate((box) => {
      const { top } = box.getBoundingClientRect();
      const article = [...box.querySelectorAll('article')].find((one) => one.getBoundingClientRect().bottom > top + 1);
      return article?.dataset['turn'] ?? null;
    });
  await window.waitForTimeout(500);
  const read = await firstInView();
  const before = await topOf(read);
  const countBefore = await window.getByRole('article').count();
  await transcript.evaluate((box) => {
    box.dispatchEvent(new Event('scroll'));
  });
  await window.waitForTimeout(500);
  expect(await window.getByRole('article').count()).toBeGreaterThanOrEqual(countBefore);
  expect(Math.abs((await topOf(read)) - before)).toBeLessThan(2);

  // At the very top, where a browser would not hold the place by itself.
  const count = await window.getByRole('article').count();
  const [first, firstTop] = await transcript.evaluate((box) => {
    box.scrollTop = 0;
    const article = box.querySelector('article');
    return [article?.dataset['turn'] ?? null, article?.getBoundingClientRect().top ?? 0] as const;
  });
  await expect.poll(() => window.getByRole('article').count()).toBeGreaterThan(count);
  await window.waitForTimeout(500);
  expect(Math.abs((await topOf(first)) - firstTop)).toBeLessThan(2);

  await transcript.focus();
  await window.keyboard.press('Control+Home');
  await expect(window.getByRole('article', { name: 'Question 1', exact: true })).toBeInViewport();
  expect(await window.getByRole('article').count()).toBeLessThan(200);
  await window.screenshot({ path: join(pictures, 'tree-beginning.png') });
  await window.keyboard.press('Control+End');
  await expect(window.getByRole('article', { name: 'Answer 1000' })).toBeInViewport();

  // A message in the middle, asked for by its address.
  await startAgain(dataFolder, `oasst://message/${ids[999] ?? ''}`);
  const middle = window.getByRole('article', { name: 'Answer 500', exact: true });
  await expect(middle).toBeFocused();
  await expect(middle).toBeInViewport();
  expect(app.pageErrors).toEqual([]);
});
