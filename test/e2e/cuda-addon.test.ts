import { expect, test } from '@playwright/test';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CudaAddonState } from '../../preload/contract/cuda-addon.ts';
import { launchApp, makeDataFolder, projectRoot, removeDataFolder, type RunningApp } from '../support/app.ts';
import { violationsOf } from '../support/axe.ts';

/** What the settings say of the engine for NVIDIA cards, on a machine that seems to have one. */

const pictures = join(projectRoot, 'test-results', 'screenshots');

const offered: CudaAddonState = {
  step: { kind: 'offered' },
  archive: {
    url: 'https://github.com/oasst-desktop/oasst-desktop/releases/download/v0.1.0/oasst-desktop-cuda.tar.gz',
    sizeBytes: 320_139_122,
    unpackedBytes: 563_805_182,
  },
  folder: '/home/somebody/.config/oasst-desktop/addons/cuda-3.22.1',
  hasCudaLibraries: true,
  unused: null,
  failure: null,
};

const states: Record<string, Partial<CudaAddonState>> = {
  offered: { hasCudaLibraries: false, unused: 'earlier' },
  fetching: { step: { kind: 'fetching', fetchedBytes: 81_000_000, secondsLeft: 95 } },
  paused: {
    step: { kind: 'paused', fetchedBytes: 81_000_000 },
    failure: { code: 'network-failed', message: 'github.com could not be reached.', details: {} },
  },
  ready: { step: { kind: 'ready' } },
};

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.skip(process.platform !== 'linux', 'a driver is made to seem to be there as on Linux');
    let dataFolder: string;
    let driverFolder: string;
    let app: RunningApp;

    test.beforeAll(async () => {
      dataFolder = makeDataFolder();
      driverFolder = mkdtempSync(join(tmpdir(), 'oasst-driver-'));
      writeFileSync(join(driverFolder, 'libcuda.so.1'), '');
      const before = process.env['LD_LIBRARY_PATH'];
      process.env['LD_LIBRARY_PATH'] = driverFolder;
      try {
        app = await launchApp({ dataFolder, colorScheme });
      } finally {
        if (before === undefined) delete process.env['LD_LIBRARY_PATH'];
        else process.env['LD_LIBRARY_PATH'] = before;
      }
      await app.window.getByRole('button', { name: 'Settings' }).click();
      await app.window.getByRole('tab', { name: 'Model and device' }).click();
    });

    test.afterAll(async () => {
      expect(app.pageErrors).toEqual([]);
      await app.quit();
      removeDataFolder(dataFolder);
      rmSync(driverFolder, { recursive: true, force: true });
    });

    const section = () => app.window.getByRole('region', { name: 'CUDA for NVIDIA cards' });

    test('a copy without the add-on says so, and fetches nothing', async () => {
      await expect(section()).toContainText('built without a CUDA engine to fetch');
      const answer = await app.window.evaluate(() => window.assistant.cudaAddon.fetch());
      expect(answer).toMatchObject({ ok: false, error: { code: 'not-found' } });
    });

    test('every state can be used by everyone', async () => {
      for (const [name, change] of Object.entries(states)) {
        await app.electron.evaluate(
          ({ BrowserWindow }, state) => {
            for (const window of BrowserWindow.getAllWindows()) window.webContents.send('cuda-addon:changed', state);
          },
          { ...offered, ...change },
        );
        if (name === 'ready') await section().getByRole('button', { name: 'Remove it…' }).click();
        await section().getByRole('button').last().scrollIntoViewIfNeeded();
        await app.window.screenshot({ path: join(pictures, `cuda-${name}-${colorScheme}.png`) });
        expect(await violationsOf(app.window)).toEqual([]);
      }
    });
  });
}
