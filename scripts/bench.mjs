// @ts-check
/**
 * `npm run bench -- NAME [arguments]`: runs test/bench/NAME.ts. Without a name it lists what there is.
 */
import { launchScript } from './setup/launch-script.mjs';
import { runMain } from './setup/progress.mjs';

await runMain(() => launchScript('test/bench', 'npm run bench', process.argv.slice(2)));
