// @ts-check
/**
 * `npm start`: sets up what is missing, then opens the app. `npm start -- --ask "…"` and the other terminal commands
 * need no Electron and no window; only PDFs are made by an Electron, which shows nothing.
 */
import { join } from 'node:path';

import { isForTerminal, needsPrinting } from './setup/arguments.mjs';
import { ensureDependencies } from './setup/dependencies.mjs';
import { hasDisplay } from './setup/display.mjs';
import {
  electronEnvironment,
  electronSwitches,
  mustDoWithoutSandbox,
  printingCommand,
  refuseWithoutSandboxRights,
} from './setup/electron-launch.mjs';
import { setUpEverything } from './setup/full-setup.mjs';
import { bundledNode, projectRoot } from './setup/paths.mjs';
import { runInForeground } from './setup/processes.mjs';
import { note, runMain, SetupError } from './setup/progress.mjs';

/**
 * @param {readonly string[]} args
 * @returns {Promise<number>} the exit code
 */
async function startTerminal(args) {
  const env = { ...process.env };
  if (needsPrinting(args)) {
    const electron = await setUpEverything({ forTests: false });
    refuseWithoutSandboxRights(electron);
    env['OASST_PRINTING'] = JSON.stringify(printingCommand(electron));
  } else await ensureDependencies();
  return runInForeground(bundledNode, [join(projectRoot, 'main', 'cli', 'index.ts'), ...args], { env });
}

/**
 * @param {readonly string[]} args
 * @returns {Promise<number>} the exit code
 */
async function startWindow(args) {
  if (!hasDisplay(process.env)) {
    throw new SetupError(
      'There is no screen here to show a window on (neither DISPLAY nor WAYLAND_DISPLAY is set).\n' +
        'You can ask in the terminal instead:\n\n  npm start -- --ask "Your question"\n',
    );
  }
  const electron = await setUpEverything({ forTests: false });
  refuseWithoutSandboxRights(electron);
  if (mustDoWithoutSandbox()) note("Running as root: Chromium's sandbox is off (--no-sandbox).");
  return runInForeground(electron, [...electronSwitches(process.env), projectRoot, ...args], {
    env: electronEnvironment(process.env),
  });
}

const args = process.argv.slice(2);
await runMain(() => (isForTerminal(args) ? startTerminal(args) : startWindow(args)));
