import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { getModuleVersion } from 'node-llama-cpp';
import { openCore } from '../../main/core.ts';
import { contentPathIn } from '../../main/installation/addon-content.ts';
import { appPlaces } from '../../main/places.ts';
import { temporaryFolder } from '../support/database.ts';
import { guidePath, loadModel, startRealEngine } from './real-engine.ts';

const root = join(import.meta.dirname, '..', '..');
const library = dirname(createRequire(import.meta.url).resolve('node-llama-cpp'));
const urlOf = (path: string): string => pathToFileURL(path).href;
const run = promisify(execFile);

/** Packages as node-llama-cpp's own, with files in the place of libraries. Their import leaves a mark. */
function fakeAddon(version: string, folder = temporaryFolder()): string {
  for (const name of ['linux-x64-cuda', 'linux-x64-cuda-ext']) {
    const binaries = join(folder, name, 'bins', 'linux-x64-cuda');
    mkdirSync(binaries, { recursive: true });
    mkdirSync(join(folder, name, 'dist'));
    writeFileSync(join(folder, name, 'package.json'), '{ "type": "module" }');
    writeFileSync(
      join(folder, name, 'dist', 'index.js'),
      `import { writeFileSync } from 'node:fs';
       import { join } from 'node:path';
       writeFileSync(join(import.meta.dirname, 'imported'), '');
       export const getBinsDir = () => ({
         binsDir: join(import.meta.dirname, '..', 'bins'), packageVersion: ${JSON.stringify(version)},
       });`,
    );
    writeFileSync(join(binaries, 'llama-addon.node'), 'not a library');
    writeFileSync(
      join(binaries, '_nlcBuildMetadata.json'),
      JSON.stringify({ buildOptions: { platform: 'linux', arch: 'x64', gpu: 'cuda' } }),
    );
  }
  return folder;
}

/** Where node-llama-cpp finds an engine for NVIDIA cards, asked in a process that uses an add-on, or none. */
async function found(addonFolder: string | null): Promise<{ binaryPath: string; extBackendsPath?: string } | null> {
  const script = join(temporaryFolder(), 'ask.ts');
  const lookup = join(library, 'bindings', 'utils', 'compileLLamaCpp.js');
  writeFileSync(
    script,
    `import { useAddon } from ${JSON.stringify(urlOf(join(root, 'main', 'engine', 'process', 'addon.ts')))};
     import { getPrebuiltBinaryPath } from ${JSON.stringify(urlOf(lookup))};
     ${addonFolder === null ? '' : `useAddon(${JSON.stringify(addonFolder)});`}
     const options = { platform: 'linux', arch: 'x64', gpu: 'cuda' };
     console.log(JSON.stringify(await getPrebuiltBinaryPath(options, 'linux-x64-cuda')));`,
  );
  const { stdout } = await run(process.execPath, [script]);
  return JSON.parse(stdout) as { binaryPath: string } | null;
}

describe('node-llama-cpp', () => {
  it('finds its CUDA packages in the folder of the add-on', async () => {
    const folder = fakeAddon(await getModuleVersion());
    expect(await found(folder)).toMatchObject({
      binaryPath: join(folder, 'linux-x64-cuda', 'bins', 'linux-x64-cuda', 'llama-addon.node'),
      extBackendsPath: join(folder, 'linux-x64-cuda-ext', 'bins', 'linux-x64-cuda'),
    });
  });

  it('refuses those of another version', async () => {
    const folder = fakeAddon('0.0.1');
    expect(await found(folder)).toBeNull();
    expect(existsSync(join(folder, 'linux-x64-cuda', 'dist', 'imported'))).toBe(true);
  });

  it('goes on as without where the folder has none', async () => {
    expect(await found(temporaryFolder())).toEqual(await found(null));
  });
});

/** Files by whose names node-llama-cpp tells that there is an NVIDIA card; it never loads them. */
const nvidiaNames = ['libnvidia-ml.so.1', 'libcuda.so.1', 'libcudart.so.13', 'libcublas.so.13', 'libcublasLt.so.13'];

/** Has processes that are started during this test believe that there is one. */
function pretendCard(): void {
  const driver = temporaryFolder();
  for (const name of nvidiaNames) writeFileSync(join(driver, name), '');
  const before = process.env['LD_LIBRARY_PATH'];
  process.env['LD_LIBRARY_PATH'] = driver;
  onTestFinished(() => {
    if (before === undefined) delete process.env['LD_LIBRARY_PATH'];
    else process.env['LD_LIBRARY_PATH'] = before;
  });
}

/** Whether the app, with an add-on in its data folder, has its engine look at it. */
async function isLookedAt(harm: (folder: string) => void): Promise<boolean> {
  const dataFolder = temporaryFolder();
  const engineVersion = await getModuleVersion();
  const folder = fakeAddon(engineVersion, join(dataFolder, 'addons', `cuda-${engineVersion}`));
  const files = ['linux-x64-cuda/dist/index.js', 'linux-x64-cuda-ext/dist/index.js'].map((path) => ({
    path,
    sizeBytes: statSync(join(folder, path)).size,
  }));
  writeFileSync(contentPathIn(folder), JSON.stringify({ version: 1, files }));
  harm(folder);
  const cudaArchivePath = join(dataFolder, 'cuda-addon.json');
  writeFileSync(
    cudaArchivePath,
    JSON.stringify({
      ...{ appVersion: '0.1.0', engineVersion, os: 'linux', arch: 'x64', url: 'https://example.org/cuda.tar.gz' },
      ...{ sizeBytes: 1, unpackedBytes: 1, sha256: 'a'.repeat(64) },
    }),
  );
  const core = await openCore({ ...appPlaces(root, 'sources'), dataFolder, modelOverride: null, cudaArchivePath });
  try {
    await core.models.ensureLoaded();
  } finally {
    await core.dispose();
  }
  return existsSync(join(folder, 'linux-x64-cuda', 'dist', 'imported'));
}

const isLinux = process.platform === 'linux' && process.arch === 'x64';

describe.skipIf(!isLinux)(`the engine${isLinux ? '' : ' (skipped: the packages are those of Linux on x64)'}`, () => {
  it('tries the add-on where there is a card, and passes over one that does not work', async () => {
    const folder = fakeAddon(await getModuleVersion());
    pretendCard();
    const engine = startRealEngine({ addonFolder: folder });
    expect(await loadModel(engine, guidePath, { device: 'gpu' })).toMatchObject({ name: 'OASST Desktop guide' });
    expect(existsSync(join(folder, 'linux-x64-cuda', 'dist', 'imported'))).toBe(true);
  });

  it.each<[what: string, harm: (folder: string) => void, expected: boolean]>([
    ['when it is whole', () => undefined, true],
    [
      'not when a file of it is shorter',
      (folder) => truncateSync(join(folder, 'linux-x64-cuda-ext/dist/index.js'), 9),
      false,
    ],
    ['not when it was not unpacked to its end', (folder) => rmSync(contentPathIn(folder)), false],
  ])('gets the add-on in the data folder %s', async (_what, harm, expected) => {
    pretendCard();
    expect(await isLookedAt(harm)).toBe(expected);
  });

  it('does not look at it when it is to run on the processor', async () => {
    const folder = fakeAddon(await getModuleVersion());
    const engine = startRealEngine({ addonFolder: folder });
    await loadModel(engine, guidePath);
    expect(existsSync(join(folder, 'linux-x64-cuda', 'dist', 'imported'))).toBe(false);
  });
});
