import { expect, test } from '@playwright/test';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { launchApp, makeDataFolder, projectRoot, removeDataFolder, type RunningApp } from '../support/app.ts';
import { startHubServer, type HubServer } from '../support/hub-server.ts';

/** The models page with everything behind it: a hub, processes that fetch and convert, the engine. */

const checkpoint = join(projectRoot, 'test', 'fixtures', 'pytorch');
const isLarge = (name: string): boolean => name.endsWith('.bin');

let dataFolder: string;
let app: RunningApp;
let hub: HubServer;

test.beforeEach(async () => {
  dataFolder = makeDataFolder();
  hub = await startHubServer({ repository: 'theblackcat102/pythia-1b-deduped-sft' });
  for (const name of readdirSync(checkpoint).filter((each) => /\.(bin|json)$/.test(each))) {
    hub.publish(name, readFileSync(join(checkpoint, name)), isLarge(name));
  }
  app = await launchApp({ dataFolder });
  await openModels();
  const mirror = app.window.getByRole('textbox', { name: 'Hub or mirror' });
  await mirror.fill(hub.hub.hubUrl);
  await mirror.press('Enter');
});

test.afterEach(async () => {
  expect(app.pageErrors).toEqual([]);
  await app.quit().catch(() => undefined);
  await hub.close();
  removeDataFolder(dataFolder);
});

async function openModels(): Promise<void> {
  const { window } = app;
  await window.getByRole('button', { name: 'Model:' }).click();
  await window.getByRole('button', { name: 'Models…' }).click();
  await expect(window.getByRole('heading', { level: 1, name: 'Models' })).toBeVisible();
}

const entry = () => app.window.getByRole('article', { name: 'Pythia 1B SFT' });
const installed = () => app.window.getByRole('listitem', { name: /^Pythia 1B SFT/ });

test('a model is fetched, converted, verified, used and removed by buttons alone', async () => {
  const { window } = app;
  await expect(entry()).toContainText('to fetch');
  expect(hub.requests).toHaveLength(0);
  await entry().getByRole('button', { name: 'Get this model' }).click();
  await expect(window.getByText('is installed and can be used', { exact: false })).toBeVisible({ timeout: 60_000 });
  await installed().getByRole('button', { name: 'Verify now' }).click();
  await expect(installed()).toContainText('every byte of the file is as it should be');
  await installed().getByRole('button', { name: 'Use', exact: true }).click();
  await expect(installed()).toContainText('In use');
  await expect(window.getByRole('button', { name: 'Model:' })).toContainText('Pythia 1B SFT');
  await window.keyboard.press('Escape');
  // Weights drawn by chance say nothing of use; that an answer comes is what counts.
  await window.getByRole('textbox', { name: 'Question' }).fill('Hello');
  await window.keyboard.press('Enter');
  await expect(window.getByRole('article', { name: 'Answer 1' })).toHaveAttribute('aria-busy', 'false');

  await openModels();
  await installed().getByRole('button', { name: 'Remove…' }).click();
  await installed()
    .getByRole('button', { name: /^Delete/ })
    .click();
  await expect(installed()).toHaveCount(0);
  await expect(window.getByRole('button', { name: 'Model:' })).toContainText('guide');
  expect(readdirSync(join(dataFolder, 'models'))).toEqual([]);
});

test('what is on its way survives a kill of the app, waits, and goes on where it was', async () => {
  hub.setFaults(({ host }) => (host === 'store' ? { kind: 'slow', bytesPerSecond: 30_000 } : null));
  await entry().getByRole('button', { name: 'Get this model' }).click();
  await expect(installed()).toContainText(/[1-9]\d* of \d+ KB/, { timeout: 30_000 });
  await app.kill();
  const before = hub.requests.length;
  app = await launchApp({ dataFolder });
  await openModels();
  await expect(installed()).toContainText(/paused/i);
  expect(hub.requests).toHaveLength(before);
  hub.setFaults(() => null);
  await installed().getByRole('button', { name: 'Resume' }).click();
  await expect(installed().getByRole('button', { name: 'Use', exact: true })).toBeEnabled({ timeout: 60_000 });
});

test('a file that changed since it was added is not used, and the model before stays', async () => {
  const { window } = app;
  await entry().getByRole('button', { name: 'Get this model' }).click();
  await expect(installed().getByRole('button', { name: 'Use', exact: true })).toBeEnabled({ timeout: 60_000 });
  const name = readdirSync(join(dataFolder, 'models')).find((each) => each.endsWith('.gguf')) ?? '';
  const path = join(dataFolder, 'models', name);
  const bytes = readFileSync(path);
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 100) ^ 1, bytes.length - 100);
  writeFileSync(path, bytes);
  await installed().getByRole('button', { name: 'Use', exact: true }).click();
  await expect(installed()).toContainText('its content has changed');
  await expect(window.getByRole('button', { name: 'Model:' })).toContainText('guide');
});
