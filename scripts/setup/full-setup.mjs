// @ts-check
/**
 * The whole set-up in its order. Every step looks first whether there is anything to do, and says nothing if not.
 */
import { ensureBuild } from './build.mjs';
import { ensureDebianPackages, packagesForTests, packagesForWindows } from './debian-packages.mjs';
import { ensureDependencies } from './dependencies.mjs';
import { ensureElectron } from './electron-runtime.mjs';
import { ensureSqliteBinding } from './sqlite-binding.mjs';

/**
 * Everything that the windowed app needs except its own build.
 * @param {{ forTests: boolean }} options
 * @returns {Promise<string>} the executable of the Electron to use
 */
export async function setUpRuntime(options) {
  await ensureDebianPackages(options.forTests ? [...packagesForWindows, ...packagesForTests] : packagesForWindows);
  await ensureDependencies();
  const electron = await ensureElectron();
  await ensureSqliteBinding(electron);
  return electron;
}

/**
 * Everything that the windowed app needs.
 * @param {{ forTests: boolean }} options
 * @returns {Promise<string>} the executable of the Electron to use
 */
export async function setUpEverything(options) {
  const electron = await setUpRuntime(options);
  await ensureBuild();
  return electron;
}
