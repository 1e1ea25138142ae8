// @ts-check
/**
 * `npm run fault -- NAME [arguments]`: runs test/faults/NAME.ts. Without a name it lists what there is.
 */
import { launchScript } from './setup/launch-script.mjs';
import { runMain } from './setup/progress.mjs';

await runMain(() => launchScript('test/faults', 'npm run fault', process.argv.slice(2)));
