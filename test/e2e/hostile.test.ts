import { expect, test } from '@playwright/test';
import { launchApp, makeDataFolder, removeDataFolder, type RunningApp } from '../support/app.ts';
import { hostileAnswers } from '../support/hostile/answers.ts';
import { openListener, type Listener } from '../support/hostile/listener.ts';
import { importAnswers, readAnswers } from '../support/hostile/reader.ts';

/** What an answer can do that a model, or whoever sends a file of conversations, has made up to do harm. */

test.describe.configure({ timeout: 300_000 });

let dataFolder: string;
let app: RunningApp;
let listener: Listener;

test.beforeAll(async () => {
  dataFolder = makeDataFolder();
  listener = await openListener();
  importAnswers(dataFolder, hostileAnswers(listener.target.http));
  app = await launchApp({ dataFolder });
  await expect.poll(() => app.electron.windows().length).toBe(2);
});

test.afterAll(async () => {
  await app.quit();
  await listener.close();
  removeDataFolder(dataFolder);
});

test('nothing runs, nothing is fetched, the window answers, and the text stays what it was', async () => {
  const answers = hostileAnswers(listener.target.http);
  const attempts = await readAnswers(app, listener, answers);
  expect(attempts.filter(({ accepted }) => accepted !== null)).toEqual([]);
  expect(attempts).toHaveLength(answers.length);
});

test('the address that is shown before it is opened is the real one', async () => {
  const { electron, window: page } = app;
  await electron.evaluate(({ dialog }) => {
    const seen = globalThis as { asked?: string[] };
    const asked: string[] = (seen.asked = []);
    // The owner reads the address, and does not open it.
    dialog.showMessageBox = (...given: unknown[]) => {
      asked.push((given.at(-1) as { detail: string }).detail);
      return Promise.resolve({ response: 1, checkboxChecked: false });
    };
  });
  await page.evaluate(async () => {
    for (const url of [
      'https://аpple.com/',
      'https://example.com\u2215login.evil.example/',
      'HTTPS://Example.COM:443/a b',
    ]) {
      await window.assistant.app.openLink({ url });
    }
  });
  const refused = await page.evaluate(() =>
    window.assistant.app.openLink({ url: 'https://bank.example@evil.example/' }),
  );
  expect(refused).toMatchObject({ ok: false, error: { code: 'forbidden' } });
  const asked = await electron.evaluate(() => (globalThis as { asked?: string[] }).asked);
  expect(asked).toEqual([
    'https://xn--pple-43d.com/',
    'https://example.xn--comlogin-0f7d.evil.example/',
    'https://example.com/a%20b',
  ]);
});
