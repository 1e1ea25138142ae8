import { expect, test } from '@playwright/test';
import { join } from 'node:path';
import { launchApp, makeDataFolder, projectRoot, removeDataFolder, type RunningApp } from '../support/app.ts';
import { attackPage } from '../support/hostile/attacker.ts';
import { ipcAttacks } from '../support/hostile/ipc-attacks.ts';
import { openListener, type Listener } from '../support/hostile/listener.ts';
import { pageAttacks } from '../support/hostile/page-attacks.ts';

/** What Electron's list for secure apps asks for, looked at in the running app, and everything it forbids, tried. */

test.describe.configure({ timeout: 300_000 });

let dataFolder: string;
let app: RunningApp;
let listener: Listener;

test.beforeAll(async () => {
  dataFolder = makeDataFolder();
  listener = await openListener();
  app = await launchApp({ dataFolder });
  // The quick window is built once the main one has come to rest.
  await expect.poll(() => app.electron.windows().filter((page) => page.url().startsWith('app:')).length).toBe(2);
});

test.afterAll(async () => {
  await app.quit();
  await listener.close();
  removeDataFolder(dataFolder);
});

test('every window is sandboxed, isolated and without Node', async () => {
  const windows = await app.electron.evaluate(({ webContents }) =>
    webContents.getAllWebContents().map((contents) => {
      // getLastWebPreferences is not in the type declarations of Electron.
      const inner = contents as unknown as { getLastWebPreferences(): Record<string, unknown> };
      return { address: contents.getURL(), ...inner.getLastWebPreferences() };
    }),
  );
  expect(windows.map(({ address }) => address).sort()).toEqual([
    'app://bundle/index.html',
    'app://bundle/quick-ask.html',
  ]);
  for (const preferences of windows) {
    expect(preferences).toMatchObject({
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
      enableBlinkFeatures: '',
    });
  }
});

test('every answer of the app’s own scheme carries the policy, and none leads out of its folder', async () => {
  const answers = await app.electron.evaluate(
    async ({ session }, paths) =>
      Promise.all(
        paths.map(async (path) => {
          const answer = await session.defaultSession.fetch(`app://bundle/${path}`);
          return {
            path,
            status: answer.status,
            policy: answer.headers.get('content-security-policy') ?? '',
            sniffing: answer.headers.get('x-content-type-options'),
          };
        }),
      ),
    [
      'index.html',
      'quick-ask.html',
      'missing.html',
      '..%2f..%2fpackage.json',
      '%2e%2e/%2e%2e/package.json',
      '..%5c..%5cpackage.json',
      '../main/index.js',
      '..%2fpreload%2fmain-window.cjs',
      'index.html%00',
      '//etc/passwd',
    ],
  );
  for (const { path, policy, sniffing, status } of answers) {
    expect(policy, path).toContain("default-src 'none'");
    expect(policy, path).toContain("connect-src 'none'");
    expect(policy, path).not.toContain('unsafe');
    expect(sniffing, path).toBe('nosniff');
    expect(status, path).toBe(/^(index|quick-ask)\.html$/.test(path) ? 200 : 404);
  }
});

test('the listener hears what is sent to it', async () => {
  await fetch(`${listener.target.http}/proof`);
  expect(listener.take()).toEqual(['GET /proof HTTP/1.1']);
});

test('a foreign script in the main window gets nowhere', async () => {
  const attempts = await attackPage(app, app.window, listener, pageAttacks);
  expect(attempts.filter(({ accepted }) => accepted !== null)).toEqual([]);
  expect(attempts.length).toBeGreaterThan(100);
});

test('a foreign script in the quick window gets nowhere', async () => {
  const quick = app.electron.windows().find((page) => page.url().endsWith('quick-ask.html'));
  if (quick === undefined) throw new Error('There is no quick window.');
  const attempts = await attackPage(app, quick, listener, pageAttacks);
  expect(attempts.filter(({ accepted }) => accepted !== null)).toEqual([]);
});

test('forged, oversized and twisted calls are refused, and the app answers on', async () => {
  const attempts = await attackPage(app, app.window, listener, ipcAttacks, 0);
  expect(attempts.filter(({ accepted }) => accepted !== null)).toEqual([]);
  expect(attempts.length).toBeGreaterThan(200);
  expect(await app.window.evaluate(() => window.assistant.app.info())).toMatchObject({ ok: true });
});

test('a page that empties itself comes back', async () => {
  await app.window.evaluate(() => {
    location.href = 'about:blank';
  });
  await expect(app.window.getByRole('textbox', { name: 'Question' })).toBeVisible();
  expect(app.window.url()).toMatch(/^app:\/\/bundle\/index\.html/);
});

test('a window that the app did not register is refused, even with its preload and its page', async () => {
  const preload = join(projectRoot, 'out', 'preload', 'main-window.cjs');
  const code: unknown = await app.electron.evaluate(async ({ BrowserWindow }, path) => {
    const stranger = new BrowserWindow({ show: false, webPreferences: { preload: path, sandbox: true } });
    await stranger.loadURL('app://bundle/index.html');
    const asked: unknown = await stranger.webContents.executeJavaScript(
      'assistant.app.info().then(({ error }) => error?.code)',
    );
    stranger.destroy();
    return asked;
  }, preload);
  expect(code).toBe('forbidden');
});
