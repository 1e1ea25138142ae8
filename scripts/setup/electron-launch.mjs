// @ts-check
/**
 * How Electron is started from a terminal: with which switches and in which environment.
 */
import { readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { SetupError } from './progress.mjs';

/** @returns {boolean} Chromium refuses to run as root with its sandbox on */
export function mustDoWithoutSandbox() {
  return process.platform === 'linux' && process.getuid?.() === 0;
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @returns {string[]} switches that this machine needs
 */
export function electronSwitches(env) {
  /** @type {string[]} */
  const switches = [];
  if (mustDoWithoutSandbox()) switches.push('--no-sandbox');
  // Older Electrons look for X11 only, unless told.
  const onlyWayland = (env['DISPLAY'] ?? '') === '' && (env['WAYLAND_DISPLAY'] ?? '') !== '';
  if (process.platform === 'linux' && onlyWayland) switches.push('--ozone-platform=wayland');
  return switches;
}

/**
 * How an Electron is started that prints and shows nothing: it needs no screen.
 * @param {string} electron
 * @returns {string[]} program and arguments
 */
export function printingCommand(electron) {
  const switches = mustDoWithoutSandbox() ? ['--no-sandbox'] : [];
  if (process.platform === 'linux') switches.push('--ozone-platform=headless');
  return [electron, ...switches];
}

/**
 * The environment without the variable that turns Electron into a plain Node (VS Code's terminal sets it).
 * @param {NodeJS.ProcessEnv} env
 * @returns {NodeJS.ProcessEnv}
 */
export function electronEnvironment(env) {
  const { ELECTRON_RUN_AS_NODE: _, ...rest } = env;
  return rest;
}

/**
 * Ubuntu 24.04 and later forbid the sandbox to programs that no AppArmor profile names, and Electron ends with a
 * message that helps nobody. Rather than switching the sandbox off, say what makes it work.
 * @param {string} electron
 */
export function refuseWithoutSandboxRights(electron) {
  if (process.platform !== 'linux' || mustDoWithoutSandbox()) return;
  if (readSetting('/proc/sys/kernel/apparmor_restrict_unprivileged_userns') !== '1') return;
  const helper = join(dirname(electron), 'chrome-sandbox');
  const stat = statSync(helper, { throwIfNoEntry: false });
  // 0o4000: "runs as its owner", which the helper needs to be root's.
  if (stat === undefined || (stat.uid === 0 && (stat.mode & 0o4000) !== 0)) return;
  throw new SetupError(
    'This system does not let Electron use its sandbox yet. Please run this line once, then the same command again:\n\n' +
      `  sudo chown root:root '${helper}' && sudo chmod 4755 '${helper}'\n`,
  );
}

/**
 * @param {string} file
 * @returns {string | undefined}
 */
function readSetting(file) {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return undefined;
  }
}
