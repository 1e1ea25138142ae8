// @ts-check
/**
 * `npm test`: sets up what is missing and runs every test, with an invisible display where there is none. The last
 * line is `N passed, N failed` (`, N skipped`).
 *
 *   npm test -- unit integration     only these layers (unit integration engine component e2e
 *                                    package)
 *   npm test -- unit import-rules    only files with this in their name
 *   npm test -- -t "part of a name"  only tests of this name
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ensurePackage } from './packaging/current.mjs';
import { readTestSelection } from './setup/arguments.mjs';
import { ensureDependencies } from './setup/dependencies.mjs';
import { withDisplay } from './setup/display.mjs';
import { electronEnvironment } from './setup/electron-launch.mjs';
import { setUpEverything } from './setup/full-setup.mjs';
import { bundledNode, nodeModules, projectRoot } from './setup/paths.mjs';
import { runInForeground } from './setup/processes.mjs';
import { runMain } from './setup/progress.mjs';
import { details, exitCodeOf, lastLine, noReason, sumCounts, withExitCode } from './testing/counts.mjs';
import { countPlaywright } from './testing/playwright-report.mjs';

/** @typedef {import('./testing/counts.mjs').Counts} Counts */
/** @typedef {import('./setup/arguments.mjs').TestSelection} TestSelection */

/**
 * @param {TestSelection} selection
 * @param {string} folder for the report
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<Counts>}
 */
async function runVitest(selection, folder, env) {
  const report = join(folder, 'vitest.json');
  const args = ['run', '--passWithNoTests', '--reporter=default', '--reporter=./scripts/testing/vitest-reporter.mjs'];
  for (const layer of selection.layers) args.push('--project', layer);
  if (selection.name !== undefined) args.push('-t', selection.name);
  const exitCode = await runInForeground(
    bundledNode,
    [join(nodeModules, 'vitest', 'vitest.mjs'), ...args, ...selection.files],
    { cwd: projectRoot, env: { ...env, OASST_VITEST_REPORT: report } },
  );
  const counts = /** @type {Counts | undefined} */ (readReport(report));
  // Tests that the name leaves out count as skipped for vitest, without a note; they are no news.
  if (counts !== undefined && selection.name !== undefined) {
    counts.skipped = counts.skipped.filter((test) => test.reason !== noReason);
  }
  return withExitCode('vitest', counts, exitCode);
}

/**
 * @param {TestSelection} selection
 * @param {string} folder for the report
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<Counts>}
 */
async function runPlaywright(selection, folder, env) {
  const report = join(folder, 'playwright.json');
  const args = ['test', '--pass-with-no-tests', '--reporter=list,json'];
  if (selection.name !== undefined) args.push('-g', selection.name);
  const exitCode = await runInForeground(
    bundledNode,
    [join(nodeModules, '@playwright', 'test', 'cli.js'), ...args, ...selection.files],
    { cwd: projectRoot, env: { ...env, PLAYWRIGHT_JSON_OUTPUT_FILE: report } },
  );
  const content = /** @type {import('@playwright/test/reporter').JSONReport | undefined} */ (readReport(report));
  return withExitCode('Playwright', content === undefined ? undefined : countPlaywright(content), exitCode);
}

/**
 * @param {string} file
 * @returns {unknown} undefined when the runner did not get as far as writing it
 */
function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/**
 * @param {TestSelection} selection
 * @returns {Promise<Counts>}
 */
async function runSelection(selection) {
  // Ctrl+C ends the runner that is at work; this remembers not to start the next one.
  let interrupted = false;
  process.on('SIGINT', () => (interrupted = true));
  const folder = mkdtempSync(join(tmpdir(), 'oasst-tests-'));
  try {
    return await withDisplay(async (displayEnv) => {
      const env = electronEnvironment(displayEnv);
      /** @type {Counts[]} */
      const parts = [];
      if (selection.layers.length > 0) parts.push(await runVitest(selection, folder, env));
      if (selection.endToEnd && !interrupted) parts.push(await runPlaywright(selection, folder, env));
      if (selection.package && !interrupted) {
        await ensurePackage({ withDeb: env['OASST_TEST_INSTALL'] === '1' });
        parts.push(await runVitest({ ...selection, layers: ['package'] }, folder, env));
      }
      return sumCounts(parts);
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

await runMain(async () => {
  const selection = readTestSelection(process.argv.slice(2));
  if (selection.endToEnd || selection.package) await setUpEverything({ forTests: true });
  else await ensureDependencies();
  const counts = await runSelection(selection);
  process.stdout.write(`${details(counts)}\n${lastLine(counts)}\n`);
  return exitCodeOf(counts);
});
