// @ts-check
/**
 * `npm run build`: builds the app into out/, whether or not something has changed.
 */
import { build } from './setup/build.mjs';
import { ensureDependencies } from './setup/dependencies.mjs';
import { runMain } from './setup/progress.mjs';

await runMain(async () => {
  await ensureDependencies();
  await build();
  return 0;
});
