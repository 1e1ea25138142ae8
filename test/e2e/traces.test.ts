import { expect, test } from '@playwright/test';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { launchApp, makeDataFolder, removeDataFolder } from '../support/app.ts';

/** Where words of a conversation are found afterwards: in the database, and nowhere else. */

const secret = 'zephyrine quokka';

/** The files of a data folder that hold the words, in either of the ways that Chromium writes text. */
function filesWith(folder: string, words: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => {
      const content = readFileSync(path);
      return content.includes(words) || content.includes(Buffer.from(words, 'utf16le'));
    });
}

test('an app that answers, loses its engine, its page and itself leaves no words behind', async () => {
  const dataFolder = makeDataFolder();
  const app = await launchApp({ dataFolder });
  let printed = '';
  for (const stream of [app.electron.process().stdout, app.electron.process().stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => (printed += text));
  }
  const composer = app.window.getByRole('textbox', { name: 'Question' });
  await composer.fill(`What is a ${secret}?`);
  await app.window.keyboard.press('Enter');
  await expect(app.window.getByRole('article', { name: 'Answer 1' })).toHaveAttribute('aria-busy', 'false');

  await composer.fill(`And another ${secret}?`);
  await app.window.keyboard.press('Enter');
  process.kill(app.enginePid(), 'SIGKILL');
  await expect(app.window.getByRole('article', { name: 'Answer 2' })).toHaveAttribute('aria-busy', 'false');
  const crashed = app.window.waitForEvent('crash');
  await app.electron.evaluate(({ webContents }) => {
    webContents
      .getAllWebContents()
      .find((contents) => contents.getURL().endsWith('index.html'))
      ?.forcefullyCrashRenderer();
  });
  await crashed;
  await app.kill();

  expect(printed).not.toContain(secret);
  const files = filesWith(dataFolder, secret);
  // The search that finds nothing elsewhere finds what there is.
  expect(files.length).toBeGreaterThan(0);
  expect(files.filter((path) => !/\.sqlite3(-wal|-shm)?$/.test(path))).toEqual([]);
  removeDataFolder(dataFolder);
});
