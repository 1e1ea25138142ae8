// @ts-check
/**
 * `npm run package`: makes what people install, for the system it runs on. On Linux that is an unpacked folder, a tar.gz
 * and a deb where only Debian's tools can be had; with a network that reaches GitHub, name more after two dashes:
 *
 *   npm run package -- dir          only the unpacked folder
 *   npm run package -- AppImage rpm
 *   npm run package -- cuda-addon   the engine for NVIDIA cards, which every package made from then on offers to fetch
 */
import { cpSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';

import { madeCudaAddon, makeCudaAddon } from './packaging/cuda-addon.mjs';
import { stageFolder, stagePackage } from './packaging/stage.mjs';
import { ensureDebianPackages, packagesForPackaging } from './setup/debian-packages.mjs';
import { ensureDependencies } from './setup/dependencies.mjs';
import { setUpEverything } from './setup/full-setup.mjs';
import { bundledNode, nodeModules, projectRoot } from './setup/paths.mjs';
import { run, runOrFail } from './setup/processes.mjs';
import { runMain, step } from './setup/progress.mjs';

/** @type {Partial<Record<NodeJS.Platform, { flag: string, targets: string[] }>>} */
const systems = {
  linux: { flag: '--linux', targets: ['tar.gz', 'deb'] },
  darwin: { flag: '--mac', targets: ['dmg', 'zip'] },
  win32: { flag: '--win', targets: ['nsis'] },
};

/** The target that electron-builder knows nothing of. */
const cudaTarget = 'cuda-addon';

const platform = { os: process.platform, arch: process.arch };

/**
 * The Electron that goes into the package, without what the project put into it to run from its sources.
 * @param {string} executable
 * @returns {string} its folder
 */
function electronDist(executable) {
  const source = process.platform === 'darwin' ? join(dirname(executable), '..', '..', '..') : dirname(executable);
  const dist = join(stageFolder, 'electron');
  const added = join(source, 'resources', 'app');
  cpSync(source, dist, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => path !== added && !path.startsWith(added + sep) && !path.endsWith(`${sep}loader-key`),
  });
  return dist;
}

/** Removes the packages that were made before; what they offer to fetch stays. */
function emptyDist() {
  const dist = join(projectRoot, 'dist');
  const kept = madeCudaAddon(platform)?.archiveName;
  for (const name of existsSync(dist) ? readdirSync(dist) : []) {
    if (name !== kept) rmSync(join(dist, name), { recursive: true, force: true });
  }
}

/**
 * Tools of the system in place of those that electron-builder would fetch.
 * @returns {Promise<NodeJS.ProcessEnv>}
 */
async function builderEnvironment() {
  const sevenZip = await run('which', ['7za']).catch(() => undefined);
  const path = sevenZip?.stdout.trim() ?? '';
  return {
    ...process.env,
    // The highest level, its default for tar.gz, takes minutes more for a percent less.
    ELECTRON_BUILDER_COMPRESSION_LEVEL: '6',
    ...(path === '' ? {} : { ELECTRON_BUILDER_7ZIP_PATH: path }),
    ...(process.platform === 'linux' && existsSync('/usr/bin/dpkg-deb')
      ? { CUSTOM_FPM_PATH: join(projectRoot, 'scripts', 'packaging', 'fpm-for-dpkg.mjs') }
      : {}),
  };
}

await runMain(async () => {
  const system = systems[process.platform];
  if (system === undefined) throw new Error(`There is no package for ${process.platform}.`);
  const wanted = process.argv.length > 2 ? process.argv.slice(2) : system.targets;
  const targets = wanted.filter((target) => target !== cudaTarget);
  if (targets.length < wanted.length) {
    await ensureDependencies();
    await step('Making the add-on for NVIDIA cards', async () => void (await makeCudaAddon(platform)));
    if (targets.length === 0) return 0;
  }
  await ensureDebianPackages(packagesForPackaging);
  const electron = await setUpEverything({ forTests: false });
  await step('Laying out the package', async () => stagePackage(platform));
  const dist = electronDist(electron);
  const version = (
    await run(electron, ['-p', 'process.versions.electron'], { env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' } })
  ).stdout.trim();
  emptyDist();
  const builder = join(nodeModules, 'electron-builder', 'cli.js');
  const env = await builderEnvironment();
  await step(`Packaging (${targets.join(', ')})`, () =>
    runOrFail(
      bundledNode,
      [
        builder,
        system.flag,
        ...targets,
        `-c.electronVersion=${version}`,
        `-c.electronDist=${dist}`,
        '--publish',
        'never',
      ],
      { cwd: projectRoot, env, failure: 'The package could not be made' },
    ),
  );
  return 0;
});
