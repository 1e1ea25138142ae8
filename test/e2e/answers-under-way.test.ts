import { expect, test } from '@playwright/test';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { goneOf, launchApp, makeDataFolder, removeDataFolder, type RunningApp } from '../support/app.ts';
import { slowModel } from '../support/slow-model.ts';
import { writeSyntheticGguf } from '../support/synthetic-gguf.ts';

let dataFolder: string;
let app: RunningApp;

test.beforeEach(() => {
  dataFolder = makeDataFolder();
});

test.afterEach(async () => {
  await app.quit().catch(() => undefined);
  removeDataFolder(dataFolder);
});

/** Asks and waits until at least `length` characters of the first answer are on the page. */
async function askAndWait(running: RunningApp, length: number): Promise<string> {
  const { window } = running;
  await window.getByRole('textbox', { name: 'Question' }).fill('Tell me something long');
  await window.keyboard.press('Enter');
  const answer = window.getByRole('article', { name: 'Answer 1' });
  await expect.poll(async () => (await answer.innerText()).length, { timeout: 60_000 }).toBeGreaterThan(length);
  return answer.innerText();
}

test('Escape stops an answer, what was written stays, and a retry stands beside it', async () => {
  app = await launchApp({ dataFolder, modelPath: slowModel() });
  const { window } = app;
  await askAndWait(app, 100);
  await window.keyboard.press('Escape');
  const answer = window.getByRole('article', { name: 'Answer 1' });
  await expect(answer).toHaveAttribute('aria-busy', 'false');
  await expect(answer).toContainText(/stopped/i);
  const kept = await answer.innerText();
  expect(kept.length).toBeGreaterThan(100);

  await answer.getByRole('button', { name: 'Retry', exact: true }).click();
  await expect(answer).toHaveAttribute('aria-busy', 'true');
  await expect(answer).toContainText('2/2');
  await window.keyboard.press('Escape');
  await expect(answer).toHaveAttribute('aria-busy', 'false');
  await answer.getByRole('button', { name: /previous|earlier/i }).click();
  await expect(answer).toContainText('1/2');
  await expect.poll(async () => (await answer.innerText()).slice(0, 80)).toBe(kept.slice(0, 80));
});

test('an engine that is killed ends one answer, not the app; the answer goes on in place', async () => {
  app = await launchApp({ dataFolder, modelPath: slowModel() });
  const { window } = app;
  await askAndWait(app, 100);
  const engine = app.enginePid();
  process.kill(engine, 'SIGKILL');
  await goneOf(engine);
  const answer = window.getByRole('article', { name: 'Answer 1' });
  await expect(answer).toContainText('ended unexpectedly');
  const kept = await answer.innerText();

  await answer.getByRole('button', { name: 'Continue', exact: true }).click();
  await expect
    .poll(async () => (await answer.innerText()).length, { timeout: 60_000 })
    .toBeGreaterThan(kept.length + 100);
  expect((await answer.innerText()).slice(0, 80)).toBe(kept.slice(0, 80));
  expect(app.enginePid()).not.toBe(engine);
});

test('an app that is killed keeps the answer, marks it interrupted and can continue it', async () => {
  app = await launchApp({ dataFolder, modelPath: slowModel() });
  const seen = await askAndWait(app, 200);
  await app.window.waitForTimeout(500);
  const engine = app.enginePid();
  await app.kill();
  await goneOf(engine);

  app = await launchApp({ dataFolder, modelPath: slowModel() });
  const answer = app.window.getByRole('article', { name: 'Answer 1' });
  await expect(answer).toContainText(/interrupted/i);
  const kept = await answer.innerText();
  expect(kept.slice(0, 150)).toBe(seen.slice(0, 150));
  await answer.getByRole('button', { name: 'Continue', exact: true }).click();
  await expect
    .poll(async () => (await answer.innerText()).length, { timeout: 60_000 })
    .toBeGreaterThan(kept.length + 50);
});

test('a bad model file is named as such, and the guide is one button away', async () => {
  const badModel = join(dataFolder, 'cut.gguf');
  writeSyntheticGguf({ path: badModel, layers: 1, width: 64, heads: 2, vocabularySize: 4096, truncateTo: 60_000 });
  app = await launchApp({ dataFolder, modelPath: badModel });
  const { window } = app;
  const chip = window.getByRole('button', { name: /model:/i });
  await expect(chip).toContainText('could not be loaded');
  await window.getByRole('textbox', { name: 'Question' }).fill('Hello');
  await window.keyboard.press('Enter');
  await expect(window.getByRole('article', { name: 'Answer 1' })).toContainText('could not be read');

  await chip.click();
  await expect(window.getByText(/ends (early|inside)/)).toBeVisible();
  await window.getByRole('button', { name: 'Use the guide' }).click();
  await expect(chip).toContainText('ready');
  const answer = window.getByRole('article', { name: 'Answer 1' });
  await answer.getByRole('button', { name: /try again/i }).click();
  await expect(answer).toHaveAttribute('aria-busy', 'false');
  await expect(answer).not.toContainText('could not be read');
  await expect(answer.getByRole('button', { name: 'Copy answer' })).toBeVisible();
});

test('a model file that is no model leaves the one in use', async () => {
  const page = join(dataFolder, 'page.gguf');
  writeFileSync(page, '<!doctype html><title>Not found</title>'.repeat(10));
  app = await launchApp({ dataFolder });
  const { window, electron } = app;
  const chip = window.getByRole('button', { name: /model:/i });
  await expect(chip).toContainText('ready');
  await electron.evaluate(({ dialog }, path) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [path] });
  }, page);
  await chip.click();
  await window.getByLabel('The model in use').getByRole('button', { name: 'Models…' }).click();
  await window.getByRole('button', { name: 'Choose a model file…' }).click();
  const installed = window.getByRole('region', { name: 'Installed' });
  await expect(installed.getByText('This is a web page', { exact: false })).toBeVisible();
  await expect(chip).toContainText('ready');
  await expect(chip).toContainText('guide');
});
