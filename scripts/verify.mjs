// @ts-check
/**
 * `npm run verify`: formatting, lint, types, unused code and the list of licences, all at once. What passed takes one line; what failed
 * shows its output.
 */
import { ensureDependencies } from './setup/dependencies.mjs';
import { npmCommand } from './setup/npm.mjs';
import { projectRoot } from './setup/paths.mjs';
import { run } from './setup/processes.mjs';
import { formatDuration, runMain } from './setup/progress.mjs';

/** Names of npm scripts. */
const checks = ['format:check', 'lint', 'check', 'knip', 'licences:check'];

/**
 * @param {string} name
 * @returns {Promise<boolean>} whether it passed
 */
async function runCheck(name) {
  const startedAt = Date.now();
  const npm = npmCommand();
  const result = await run(npm.command, [...npm.args, 'run', '--silent', name], { cwd: projectRoot, env: npm.env });
  const passed = result.code === 0;
  process.stdout.write(`${passed ? 'ok    ' : 'FAILED'} ${name} (${formatDuration(Date.now() - startedAt)})\n`);
  if (!passed) process.stdout.write(`${result.output.trimEnd()}\n\n`);
  return passed;
}

await runMain(async () => {
  await ensureDependencies();
  const results = await Promise.all(checks.map(runCheck));
  return results.every(Boolean) ? 0 : 1;
});
