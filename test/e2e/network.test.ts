import { _electron, expect, test } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { electronEnvironment, electronSwitches } from '../../scripts/setup/electron-launch.mjs';
import { electronExecutable } from '../../scripts/setup/electron-runtime.mjs';
import { holdUntilConnected, makeDataFolder, projectRoot, removeDataFolder } from '../support/app.ts';

/** What Chromium's own log of the network says about a start with both windows, and about a PDF. */

test('the app asks the network for nothing by itself', async () => {
  const dataFolder = makeDataFolder();
  const logPath = join(dataFolder, 'net-log.json');
  const electron = await _electron.launch({
    executablePath: electronExecutable(),
    args: [
      ...holdUntilConnected,
      ...electronSwitches(process.env),
      `--log-net-log=${logPath}`,
      projectRoot,
      '--data',
      dataFolder,
    ],
    env: { ...electronEnvironment(process.env), LANG: 'en_US.UTF-8' },
  });
  await expect.poll(() => electron.windows().length).toBe(2);
  const pdfPath = join(dataFolder, 'printed.pdf');
  await electron.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = async () => ({ canceled: false, filePath });
  }, pdfPath);
  const page = electron.windows().find((each) => each.url().endsWith('index.html'));
  const exported = await page?.evaluate(async () => {
    const started = await window.assistant.generations.start({
      conversationId: null,
      text: 'Hello',
    });
    if (!started.ok) return started;
    const conversationIds = [started.value.conversation.id];
    return window.assistant.exchange.export({ conversationIds, format: 'pdf', branches: 'all' });
  });
  expect(exported).toMatchObject({ ok: true, value: { name: 'printed.pdf' } });
  await electron.close();
  const log = readFileSync(logPath, 'utf8');
  expect(log).toContain('"events"');
  expect(log.match(/"url":"(?:https?|wss?|ftp):[^"]*"/g)).toBeNull();
  removeDataFolder(dataFolder);
});
