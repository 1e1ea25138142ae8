import { expect, test } from '@playwright/test';
import { launchApp, makeDataFolder, removeDataFolder, type RunningApp } from '../support/app.ts';

/** What a page of the app cannot do, tried from inside a real window. */

let dataFolder: string;
let app: RunningApp;

test.beforeAll(async () => {
  dataFolder = makeDataFolder();
  app = await launchApp({ dataFolder });
});

test.afterAll(async () => {
  await app.quit();
  removeDataFolder(dataFolder);
});

test('the window is sandboxed and isolated, and its page carries a strict policy', async () => {
  const settings = await app.electron.evaluate(({ BrowserWindow }) => {
    const [window] = BrowserWindow.getAllWindows();
    // getLastWebPreferences is not in the type declarations of Electron.
    const contents = window?.webContents as unknown as { getLastWebPreferences(): Record<string, unknown> };
    const { sandbox, contextIsolation, nodeIntegration, webviewTag } = contents.getLastWebPreferences();
    return { sandbox, contextIsolation, nodeIntegration, webviewTag };
  });
  expect(settings).toEqual({ sandbox: true, contextIsolation: true, nodeIntegration: false, webviewTag: false });
  const globals = await app.window.evaluate(() => ['require', 'process', 'module'].filter((name) => name in window));
  expect(globals).toEqual([]);
});

test('nothing is fetched, opened, embedded or navigated to', async () => {
  const { window } = app;
  const blocked = await window.evaluate(async () => {
    const refused = async (attempt: () => Promise<unknown>): Promise<boolean> =>
      attempt().then(
        () => false,
        () => true,
      );
    const image = new Image();
    const imageFails = new Promise<boolean>((resolve) => {
      image.onload = () => {
        resolve(false);
      };
      image.onerror = () => {
        resolve(true);
      };
    });
    image.src = 'https://example.com/pixel.png';
    return {
      fetchWeb: await refused(() => fetch('https://example.com/')),
      fetchFile: await refused(() => fetch('file:///etc/passwd')),
      fetchOwn: await refused(() => fetch('app://bundle/index.html')),
      popup: globalThis.open('https://example.com/') === null,
      image: await imageFails,
      camera: await refused(() => navigator.mediaDevices.getUserMedia({ video: true })),
      notification: (await Notification.requestPermission()) === 'denied',
    };
  });
  expect(blocked).toEqual({
    fetchWeb: true,
    fetchFile: true,
    fetchOwn: true,
    popup: true,
    image: true,
    camera: true,
    notification: true,
  });
  const address = window.url();
  await window.evaluate(() => {
    location.href = 'https://example.com/';
  });
  await window.waitForTimeout(300);
  expect(window.url()).toBe(address);
  // The quick window is built meanwhile; whatever there is shows the app's own pages.
  expect(app.electron.windows().every((page) => page.url().startsWith('app://'))).toBe(true);
});

test('calls that do not fit the contract are refused with a code', async () => {
  const answers = await app.window.evaluate(async () => {
    // The contract's types are what this goes around.
    const api = window.assistant as unknown as Record<string, Record<string, (input: unknown) => Promise<unknown>>>;
    return Promise.all([
      api['conversations']?.['open']?.({ conversationId: '../../etc/passwd' }),
      api['conversations']?.['open']?.({ conversationId: '01a206fd-37a5-7199-a8ff-d346d2c32e69' }),
      api['generations']?.['start']?.({ conversationId: null, text: '', extra: 1 }),
      api['generations']?.['start']?.({ conversationId: null, text: 'x'.repeat(200_000) }),
      api['settings']?.['change']?.({ modelPath: '/etc/passwd' }),
      api['app']?.['openLink']?.({ url: 'file:///etc/passwd' }),
    ]);
  });
  expect(answers.map((answer) => (answer as { error?: { code: string } }).error?.code)).toEqual([
    'invalid-input',
    'not-found',
    'invalid-input',
    'invalid-input',
    'invalid-input',
    'forbidden',
  ]);
});
