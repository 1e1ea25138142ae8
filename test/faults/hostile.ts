import { parseArgs } from 'node:util';
import { launchApp, makeDataFolder, removeDataFolder } from '../support/app.ts';
import { hostileAnswers } from '../support/hostile/answers.ts';
import { attackPage, type Attempt } from '../support/hostile/attacker.ts';
import { ipcAttacks } from '../support/hostile/ipc-attacks.ts';
import { openListener } from '../support/hostile/listener.ts';
import { pageAttacks } from '../support/hostile/page-attacks.ts';
import { importAnswers, readAnswers } from '../support/hostile/reader.ts';

/**
 * Tries, in the built app, all that a foreign script in one of its pages and an answer made up to do harm could do, and
 * counts what is refused. Whatever gets through is named on standard error.
 *
 * npm run fault -- hostile [--json]
 */
export const needsElectron = true;

const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } });

async function tryEverything(): Promise<Attempt[]> {
  const listener = await openListener();
  const dataFolder = makeDataFolder();
  const answers = hostileAnswers(listener.target.http);
  importAnswers(dataFolder, answers);
  const app = await launchApp({ dataFolder });
  try {
    const { window, electron } = app;
    const quick =
      electron.windows().find((page) => page.url().endsWith('quick-ask.html')) ??
      (await electron.waitForEvent('window', (page) => page.url().endsWith('quick-ask.html')));
    return [
      ...(await readAnswers(app, listener, answers)),
      ...(await attackPage(app, window, listener, ipcAttacks, 0)),
      ...(await attackPage(app, quick, listener, pageAttacks)),
      ...(await attackPage(app, window, listener, pageAttacks)),
    ];
  } finally {
    await app.kill();
    await listener.close();
    removeDataFolder(dataFolder);
  }
}

const attempts = await tryEverything();
const accepted = attempts.filter((attempt) => attempt.accepted !== null);
const kinds = [...new Set(attempts.map(({ kind }) => kind))].map((kind) => {
  const tried = attempts.filter((attempt) => attempt.kind === kind).length;
  const through = accepted.filter((attempt) => attempt.kind === kind).length;
  return { kind, tried, refused: tried - through, accepted: through };
});
const result = {
  name: 'hostile',
  pass: accepted.length === 0,
  tried: attempts.length,
  refused: attempts.length - accepted.length,
  accepted: accepted.length,
};
for (const { kind, name, accepted: how } of accepted) process.stderr.write(`${kind}, ${name}: ${how ?? ''}\n`);
if (values.json) process.stdout.write(`${JSON.stringify({ ...result, kinds })}\n`);
else console.table([...kinds, { ...result, kind: 'all' }], ['kind', 'tried', 'refused', 'accepted']);
process.exitCode = result.pass ? 0 : 1;
