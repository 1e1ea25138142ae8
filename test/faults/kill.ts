import { parseArgs } from 'node:util';
import Database from 'better-sqlite3';
import { goneOf, launchApp, makeDataFolder, removeDataFolder } from '../support/app.ts';
import { slowModel } from '../support/slow-model.ts';
import type { AssistantApi } from '../../preload/contract/api.ts';
import { placesIn } from '../../main/services/data-folder.ts';
import { createRandom } from '../support/random.ts';

/**
 * Kills the whole app at random moments of a streamed answer and looks at what is left on disk. What a window showed is
 * acknowledged text: none of it may be missing that was shown more than 250 ms before the kill.
 *
 * npm run fault -- kill [--times 100] [--seed N] [--json]
 */
export const needsElectron = true;

const allowedLossMs = 250;
/** Long enough that kills fall on the question's transaction, on the reading, and anywhere in the answer. */
const longestWaitMs = 4000;

interface Told {
  atMs: number;
  /** Characters of the answer that the window had by then. */
  length: number;
}

interface Outcome {
  unreadable: boolean;
  /** How long before the kill the oldest missing piece had been shown; 0 when nothing is missing. */
  lostMs: number;
  shownLength: number;
  savedLength: number;
  /** Answers that the start after this kill did not turn into interrupted ones. */
  leftGenerating: number;
}

/** What the page of the app has, seen from a function that is evaluated in it. */
interface PageGlobals {
  assistant: AssistantApi;
  tell(atMs: number, length: number): void;
}

interface SavedAnswer {
  text: string;
  status: string;
}

/** The newest answer, straight from the file that the killed app left. */
function inspect(databasePath: string): { answer: SavedAnswer | undefined; healthy: boolean; generating: number } {
  const db = new Database(databasePath, { fileMustExist: true });
  try {
    const healthy = db.pragma('quick_check', { simple: true }) === 'ok';
    const answer = db
      .prepare<[], SavedAnswer>(`SELECT text, status FROM messages WHERE role = 'assistant' ORDER BY seq DESC LIMIT 1`)
      .get();
    const generating = db
      .prepare<[], { count: number }>(`SELECT count(*) AS count FROM messages WHERE status = 'generating'`)
      .get();
    return { answer, healthy, generating: generating?.count ?? 0 };
  } finally {
    db.close();
  }
}

async function killOnce(dataFolder: string, waitMs: number): Promise<Outcome> {
  const { databasePath } = placesIn(dataFolder);
  const app = await launchApp({ dataFolder, modelPath: slowModel() });
  const { window } = app;
  // What the last kill left has been seen to by now.
  await window.getByRole('textbox', { name: 'Question' }).waitFor();
  const leftGenerating = inspect(databasePath).generating;

  const told: Told[] = [];
  await window.exposeFunction('tell', (atMs: number, length: number) => {
    told.push({ atMs, length });
  });
  await window.evaluate(() => {
    let length = 0;
    const { assistant, tell } = globalThis as unknown as PageGlobals;
    assistant.generations.onEvent((event) => {
      if (event.kind !== 'text') return;
      length += event.text.length;
      tell(Date.now(), length);
    });
  });
  await window.getByRole('button', { name: 'Model:' }).getByText('ready').waitFor();
  await window.evaluate(() => {
    const { assistant } = globalThis as unknown as PageGlobals;
    return assistant.generations.start({ conversationId: null, text: 'Go on for long' });
  });
  await new Promise((next) => setTimeout(next, waitMs));
  const engine = app.enginePid();
  const killedMs = Date.now();
  await app.kill();
  await goneOf(engine);

  const shownLength = told.findLast(({ atMs }) => atMs <= killedMs)?.length ?? 0;
  try {
    const { answer, healthy } = inspect(databasePath);
    const savedLength = answer?.text.length ?? 0;
    const firstMissing = told.find(({ atMs, length }) => atMs <= killedMs && length > savedLength);
    const lostMs = firstMissing === undefined ? 0 : killedMs - firstMissing.atMs;
    return { unreadable: !healthy || answer === undefined, lostMs, shownLength, savedLength, leftGenerating };
  } catch {
    return { unreadable: true, lostMs: Infinity, shownLength, savedLength: 0, leftGenerating };
  }
}

const { values } = parseArgs({
  options: {
    times: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
});
const times = Number(values.times);
const random = createRandom(Number(values.seed));
const dataFolder = makeDataFolder();
const outcomes: Outcome[] = [];
for (let index = 0; index < times; index += 1) {
  const outcome = await killOnce(dataFolder, random() * longestWaitMs);
  outcomes.push(outcome);
  process.stderr.write(
    `kill ${String(index + 1)} of ${String(times)}: shown ${String(outcome.shownLength)}, saved ${String(outcome.savedLength)} characters, ` +
      `lost ${String(outcome.lostMs)} ms${outcome.unreadable ? ', UNREADABLE' : ''}\n`,
  );
}
removeDataFolder(dataFolder);

const unreadable = outcomes.filter((outcome) => outcome.unreadable).length;
const leftGenerating = outcomes.reduce((sum, outcome) => sum + outcome.leftGenerating, 0);
const losses = outcomes.map(({ lostMs }) => lostMs).sort((left, right) => left - right);
const result = {
  name: 'kill',
  pass: unreadable === 0 && leftGenerating === 0 && (losses.at(-1) ?? 0) <= allowedLossMs,
  times,
  unreadable,
  leftGenerating,
  killsDuringText: outcomes.filter(({ shownLength }) => shownLength > 0).length,
  lostMsMedian: losses[Math.floor(losses.length / 2)] ?? 0,
  lostMsWorst: losses.at(-1) ?? 0,
  allowedLossMs,
};
if (values.json) process.stdout.write(`${JSON.stringify(result)}\n`);
else console.table(result);
process.exitCode = result.pass ? 0 : 1;
