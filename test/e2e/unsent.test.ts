import { expect, test, type Page } from '@playwright/test';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { launchApp, makeDataFolder, projectRoot, removeDataFolder, type RunningApp } from '../support/app.ts';
import { violationsOf } from '../support/axe.ts';
import { slowModel } from '../support/slow-model.ts';

/** Drafts, questions that wait, and temporary conversations. Screenshots land in test-results. */

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

const composer = (window: Page) => window.getByRole('textbox', { name: 'Question', exact: true });
const waiting = (window: Page) => window.getByRole('region', { name: /waits?/ }).getByRole('listitem');

async function choose(label: string): Promise<void> {
  await app.electron.evaluate(({ Menu }, wanted) => {
    const items = Menu.getApplicationMenu()?.items.flatMap(({ submenu }) => submenu?.items ?? []) ?? [];
    items.find((item) => item.label === wanted)?.click();
  }, label);
}

/** Files below the data folder that hold a text, as main or as Chromium would write it. */
function filesWith(text: string): string[] {
  const needles = [Buffer.from(text, 'utf8'), Buffer.from(text, 'utf16le')];
  return readdirSync(dataFolder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => needles.some((needle) => readFileSync(path).includes(needle)));
}

test('unsent text outlives a kill, in a conversation, before one, and in the quick window', async () => {
  app = await launchApp({ dataFolder });
  await composer(app.window).fill('What can you do?');
  await app.window.keyboard.press('Enter');
  await expect(app.window.getByRole('article', { name: 'Answer 1' })).toHaveAttribute('aria-busy', 'false');
  await composer(app.window).fill('half a follow-up');
  await choose('New conversation');
  await composer(app.window).fill('half a new question');
  await choose('Quick question');
  const quick = (): Page | undefined => app.electron.windows().find((page) => page.url().endsWith('quick-ask.html'));
  await expect.poll(() => quick() !== undefined).toBe(true);
  await quick()?.getByRole('textbox').fill('half a quick question');
  await app.window.waitForTimeout(1000);
  await app.kill();

  app = await launchApp({ dataFolder });
  await expect(composer(app.window)).toHaveValue('half a new question');
  await app.window.getByRole('button', { name: 'What can you do?', exact: true }).first().click();
  await expect(composer(app.window)).toHaveValue('half a follow-up');
  await choose('Quick question');
  await expect.poll(() => quick() !== undefined).toBe(true);
  await expect(quick()?.getByRole('textbox') ?? composer(app.window)).toHaveValue('half a quick question');
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`questions wait for the answer, and outlive a kill (${colorScheme})`, async () => {
    app = await launchApp({ dataFolder, modelPath: slowModel(), colorScheme });
    await composer(app.window).fill('Tell me something long');
    await app.window.keyboard.press('Enter');
    await expect(app.window.getByRole('button', { name: 'Stop' })).toBeVisible();
    for (const question of [
      'And shorter?',
      `A question that is so long that it does not fit into two lines of the list: ${'word after word, '.repeat(20)}`,
      'And in one sentence?',
    ]) {
      await composer(app.window).fill(question);
      await app.window.keyboard.press('Enter');
    }
    await expect(waiting(app.window)).toHaveCount(3);
    await app.window.getByRole('button', { name: 'Edit waiting question 3' }).focus();
    await app.window.keyboard.press('Alt+ArrowUp');
    await expect(waiting(app.window).nth(1)).toContainText('And in one sentence?');
    await composer(app.window).fill('One more');
    await app.window.screenshot({ path: join(pictures, `queue-${colorScheme}.png`) });
    await app.kill();

    app = await launchApp({ dataFolder, modelPath: slowModel(), colorScheme });
    await expect(app.window.getByText('Paused: 3 questions wait.')).toBeVisible();
    await expect(waiting(app.window).nth(1)).toContainText('And in one sentence?');
    await app.window.screenshot({ path: join(pictures, `queue-paused-${colorScheme}.png`) });
    expect(await violationsOf(app.window)).toEqual([]);
    await app.window.getByRole('button', { name: 'Send the next' }).click();
    await expect(app.window.getByRole('article', { name: 'Question 2' })).toContainText('And shorter?');
    await expect(waiting(app.window)).toHaveCount(2);
    await app.window.keyboard.press('Escape');
    await expect(app.window.getByText('Paused: 2 questions wait.')).toBeVisible();
  });
}

for (const colorScheme of ['light', 'dark'] as const) {
  test(`a temporary conversation leaves no byte behind (${colorScheme})`, async () => {
    app = await launchApp({ dataFolder, colorScheme });
    const { window } = app;
    await composer(window).fill('An ordinary question about lighthouses');
    await window.keyboard.press('Enter');
    await expect(window.getByRole('article', { name: 'Answer 1' })).toHaveAttribute('aria-busy', 'false');

    await choose('New temporary conversation');
    await expect(window.getByRole('note')).toBeVisible();
    await window.screenshot({ path: join(pictures, `temporary-first-${colorScheme}.png`) });
    await composer(window).fill('A zyxomma question, please');
    await window.keyboard.press('Enter');
    const answer = window.getByRole('article', { name: 'Answer 1' });
    await expect(answer).toHaveAttribute('aria-busy', 'false');
    await composer(window).fill('Zyxomma, unsent');
    await window.screenshot({ path: join(pictures, `temporary-${colorScheme}.png`) });
    expect(await violationsOf(window)).toEqual([]);
    // Long enough for a draft to be saved, and for the engine to save what it read.
    await window.waitForTimeout(3000);
    await choose('New conversation');
    await expect(window.getByRole('note')).toBeHidden();
    const list = window.getByRole('navigation', { name: /conversations/i });
    await expect(list.getByRole('button', { name: /zyxomma/ })).toHaveCount(0);
    await app.quit();
    expect(filesWith('lighthouses').length).toBeGreaterThan(0);
    expect(filesWith('yxomma')).toEqual([]);
    // The engine saved the state of the one conversation that lasts, and of no other.
    const states = readdirSync(join(dataFolder, 'cache', 'states')).filter((name) => name.endsWith('.state'));
    expect(states).toHaveLength(1);
  });
}
