import { createHash, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startEngine } from '../../main/engine/client.ts';
import { inspectModelFile } from '../../main/engine/inspection-client.ts';
import { appPlaces } from '../../main/places.ts';
import { AppError } from '../../preload/contract/errors.ts';
import type { ModelFacts } from '../../preload/contract/library.ts';
import { presets } from '../../preload/contract/presets.ts';
import { createRandom } from '../support/random.ts';
import { mutateCheckpoints } from './checkpoint-mutations.ts';
import { mutant, writeGoodFiles } from './gguf-mutations.ts';
import { openKnownModel } from './known-model.ts';

/**
 * Shows damaged and hostile model files to the app: each is inspected, and what is accepted is loaded by a real engine
 * and asked a short question; then it takes the place of a model whose hash is known, which must be noticed. Processes
 * may end over it; the app, which is this process here, may not, and nobody may have to wait. As many damaged
 * checkpoints are read as well.
 *
 * npm run fault -- gguf [--times 500] [--seed N] [--json]
 */

const hangMs = 30_000;
const root = join(import.meta.dirname, '..', '..');
const places = appPlaces(root, 'sources');
const { nodePath, engineEntry, inspectionEntry, guidePath } = places;
const refusals = new Set(['model-missing', 'model-unreadable', 'model-unsupported', 'out-of-memory']);

type Ending =
  | 'refused'
  | 'refused by the engine'
  | 'answered'
  /** The engine ended, hung or failed, and the app was told. */
  | 'engine failed'
  /** Something that is no AppError, or one that says the app's own code failed. */
  | 'unexpected';

interface Outcome {
  ending: Ending;
  detail: string;
  /** The longest wait for one thing. */
  longestMs: number;
}

function describe(error: unknown): string {
  return error instanceof AppError ? `${error.code}: ${error.message}` : String(error);
}

async function ask(modelPath: string, { promptFormat }: ModelFacts): Promise<Ending> {
  const engine = startEngine({ nodePath, entryPath: engineEntry, onGone: () => undefined });
  try {
    await engine.load(
      {
        modelPath,
        modelSha256: null,
        promptFormat: promptFormat ?? { kind: 'completion' },
        contextTokens: 1024,
        device: 'cpu',
        ignoreMemory: false,
        cache: null,
      },
      { onProgress: () => undefined, onDevice: () => undefined },
    );
    const { end } = engine.generate(
      {
        conversationId: randomUUID(),
        turns: [{ id: 'q', role: 'prompter', text: 'What is a meme?' }],
        answerId: 'a',
        answerSoFar: '',
        parameters: { ...presets.k50, maxNewTokens: 8 },
        seed: 1,
      },
      { onReading: () => undefined, onText: () => undefined },
    );
    await end;
    return 'answered';
  } finally {
    await engine.shutDown();
  }
}

/** The end of one thing that is done with a file; how long it took is kept. */
async function outcomeOf(path: string): Promise<Outcome> {
  let longestMs = 0;
  const timed = async <T>(work: Promise<T>): Promise<T> => {
    const startedMs = performance.now();
    try {
      return await work;
    } finally {
      longestMs = Math.max(longestMs, performance.now() - startedMs);
    }
  };
  let facts: ModelFacts;
  try {
    const { signal } = new AbortController();
    facts = await timed(inspectModelFile({ nodePath, entryPath: inspectionEntry, path, signal }));
  } catch (error) {
    const isRefusal = error instanceof AppError && refusals.has(error.code);
    return { ending: isRefusal ? 'refused' : 'unexpected', detail: describe(error), longestMs };
  }
  try {
    return { ending: await timed(ask(path, facts)), detail: '', longestMs };
  } catch (error) {
    const detail = describe(error);
    if (!(error instanceof AppError) || error.code === 'internal') return { ending: 'unexpected', detail, longestMs };
    return { ending: refusals.has(error.code) ? 'refused by the engine' : 'engine failed', detail, longestMs };
  }
}

const { values } = parseArgs({
  options: {
    times: { type: 'string', default: '500' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
});
const times = Number(values.times);
let appCrashes = 0;
process.on('uncaughtException', (error) => {
  appCrashes += 1;
  process.stderr.write(`unhandled: ${String(error)}\n`);
});

const folder = mkdtempSync(join(tmpdir(), 'oasst-gguf-'));
// Hundreds of short processes load the same code.
process.env['NODE_COMPILE_CACHE'] = join(folder, 'compiled');
const path = join(folder, 'model.gguf');
const outcomes: Outcome[] = [];
let wrongAccepts = 0;
try {
  const good = writeGoodFiles(folder, guidePath);
  const knownPath = join(folder, 'known.gguf');
  const [knownGood] = good.small;
  if (knownGood === undefined) throw new Error('There is no good file.');
  writeFileSync(knownPath, knownGood.bytes);
  const inspection = { nodePath, entryPath: inspectionEntry, path: knownPath, signal: new AbortController().signal };
  const known = await openKnownModel(knownPath, await inspectModelFile(inspection), places);
  if ((await known.use()) !== null) throw new Error('The good file is refused.');
  for (let index = 0; index < times; index += 1) {
    const { kind, source, bytes } = mutant(createRandom(Number(values.seed) * 10_000 + index), good, folder);
    writeFileSync(path, bytes);
    const outcome = await outcomeOf(path);
    outcomes.push(outcome);
    writeFileSync(knownPath, bytes);
    const refusal = await known.use();
    if (refusal === null && !bytes.equals(knownGood.bytes)) wrongAccepts += 1;
    const { ending, detail, longestMs } = outcome;
    const sha256 = createHash('sha256').update(bytes).digest('hex').slice(0, 8);
    process.stderr.write(
      `${index + 1} of ${times}: ${kind} in ${source} (${sha256}): ${ending} after ${Math.round(longestMs)} ms ${detail}\n`,
    );
  }
  writeFileSync(knownPath, knownGood.bytes);
  if ((await known.use()) !== null) throw new Error('The good file is refused after all that.');
  await known.close();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

const checkpoints = await mutateCheckpoints(times, Number(values.seed));
const count = (ending: Ending): number => outcomes.filter((outcome) => outcome.ending === ending).length;
const hangs = outcomes.filter(({ longestMs }) => longestMs > hangMs).length;
const result = {
  name: 'gguf',
  pass:
    appCrashes + hangs + wrongAccepts + count('unexpected') + checkpoints.wrong.length === 0 &&
    checkpoints.slowestMs <= hangMs,
  times,
  appCrashes,
  hangs,
  unexpectedErrors: count('unexpected'),
  refused: count('refused'),
  refusedByEngine: count('refused by the engine'),
  engineFailures: count('engine failed'),
  answered: count('answered'),
  wrongAccepts,
  checkpointsTried: checkpoints.tried,
  checkpointsRefused: checkpoints.refused,
  checkpointsWrong: checkpoints.wrong.length,
  longestMs: Math.round(Math.max(0, ...outcomes.map(({ longestMs }) => longestMs))),
};
if (values.json) process.stdout.write(`${JSON.stringify(result)}\n`);
else console.table(result);
process.exitCode = result.pass ? 0 : 1;
