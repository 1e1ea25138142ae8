// @ts-check
/**
 * `npm run dev`: the app with reloading on change, on the same Electron as everything else.
 */
import { join } from 'node:path';

import { electronEnvironment, mustDoWithoutSandbox } from './setup/electron-launch.mjs';
import { setUpRuntime } from './setup/full-setup.mjs';
import { bundledNode, nodeModules, projectRoot } from './setup/paths.mjs';
import { runInForeground } from './setup/processes.mjs';
import { runMain } from './setup/progress.mjs';

await runMain(async () => {
  const electron = await setUpRuntime({ forTests: false });
  const electronVite = join(nodeModules, 'electron-vite', 'bin', 'electron-vite.js');
  const sandbox = mustDoWithoutSandbox() ? ['--noSandbox'] : [];
  return runInForeground(bundledNode, [electronVite, 'dev', '--watch', ...sandbox, ...process.argv.slice(2)], {
    cwd: projectRoot,
    env: { ...electronEnvironment(process.env), ELECTRON_EXEC_PATH: electron },
  });
});
