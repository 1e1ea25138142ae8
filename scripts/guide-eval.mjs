// @ts-check
/**
 * `npm run guide:eval`: measures the guide model on questions that it was never trained on. See
 * resources/guide-model/evaluate.ts.
 */
import { join } from 'node:path';

import { ensureDependencies } from './setup/dependencies.mjs';
import { bundledNode, projectRoot } from './setup/paths.mjs';
import { runInForeground } from './setup/processes.mjs';
import { runMain } from './setup/progress.mjs';

await runMain(async () => {
  await ensureDependencies();
  const script = join(projectRoot, 'resources', 'guide-model', 'evaluate.ts');
  return runInForeground(bundledNode, [script, ...process.argv.slice(2)]);
});
