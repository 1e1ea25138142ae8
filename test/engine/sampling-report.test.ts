import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { SamplingConfig } from '../../main/services/sampling-report/config-file.ts';
import {
  runSamplingReport,
  type SamplingHandlers,
  type SamplingJob,
} from '../../main/services/sampling-report/sampling-run.ts';
import { mapArguments } from '../../main/services/sampling-report/transformers-arguments.ts';
import { temporaryFolder } from '../support/database.ts';
import { publishedShape, shapeOf } from '../unit/services/sampling-report/report-shape.ts';
import { loadModel, startRealEngine, type RealEngine } from './real-engine.ts';

/** The sampling configs of the published report. */
const shared = { max_new_tokens: 400, min_new_tokens: 4, do_sample: true, temperature: 1, repetition_penalty: 1.2 };
const argumentsOf = Object.entries({
  nucleus9: { temperature: 0.8, top_p: 0.9 },
  k50: { top_k: 50, top_p: 0.95 },
  typical2: { typical_p: 0.2 },
  typical3: { temperature: 0.8, typical_p: 0.3 },
  contrastive: { top_k: 5, penalty_alpha: 0.6 },
  greedy: { do_sample: false, num_beams: 1 },
});
function configsOf(changes: Partial<typeof shared> = {}): SamplingConfig[] {
  return argumentsOf.map(([name, own]) => {
    const samplingParams = { ...shared, ...own, ...changes };
    const mapped = mapArguments(samplingParams);
    if ('impossible' in mapped) throw new Error(mapped.impossible);
    return { ...mapped, name, samplingParams };
  });
}

/** The first two begin alike, so that the second could go on from what was read of the first. */
const prompts = [
  'What is a meme, and where does the word come from? Tell me in a few short sentences.',
  'What is a meme, and where does the word come from? Tell me in one word.',
  'Can you tell me about GLaDOS?',
];

const topics = ['memes', 'trees', 'rain', 'maps', 'clocks', 'bread', 'rivers', 'songs', 'chess', 'the model'];
const fortyPrompts = topics.flatMap((topic) => [
  `What do you know about ${topic}?`,
  `Write a list of three facts about ${topic}.`,
  `Why do people like ${topic}?`,
  `${topic}?`,
]);

async function guide(stateFolder: string): Promise<RealEngine> {
  const engine = startRealEngine();
  await loadModel(engine, undefined, { stateFolder });
  return engine;
}

function jobFor(engine: RealEngine, outPath: string): SamplingJob {
  return {
    model: {
      engine,
      name: 'Guide',
      sha256: 'a'.repeat(64),
      contextTokens: 2048,
      promptFormat: 'open-assistant',
      device: 'cpu',
      isHalfPrecision: false,
    },
    ...{ prompts, configs: configsOf(), seed: 42, outPath },
    promptsPath: 'prompts.jsonl',
    configPath: 'config.json',
  };
}

function handlers(onDone: (done: number) => void = () => undefined): SamplingHandlers {
  return {
    now: () => new Date('2026-01-02T03:04:05.678Z'),
    signal: new AbortController().signal,
    onProgress: ({ done }) => onDone(done),
  };
}

describe('the sampling report of the guide', () => {
  it('has the keys and types of the published one, level by level, and leaves no state behind', async () => {
    const folder = temporaryFolder();
    const engine = await guide(folder);
    // Short answers have the shape of long ones.
    const configs = configsOf({ max_new_tokens: 12 });
    const job = { ...jobFor(engine, join(folder, 'report.json')), configs, prompts: fortyPrompts };
    expect(await runSamplingReport(job, handlers())).toMatchObject({ isWhole: true, done: fortyPrompts.length * 11 });
    expect(shapeOf(readFileSync(job.outPath, 'utf8'))).toEqual(publishedShape);
    await engine.shutDown();
    expect(existsSync(join(folder, 'states')), 'saved states are for conversations').toBe(false);
  });

  it('has the same samples when its engine was killed on the way', async () => {
    const folder = temporaryFolder();
    const unbroken = jobFor(await guide(folder), join(folder, 'unbroken.json'));
    await runSamplingReport(unbroken, handlers());

    const outPath = join(folder, 'broken.json');
    // Within the samples of the first prompt, between two prompts, and within the last one.
    for (const last of [3, 11, 27]) {
      const engine = await guide(folder);
      const run = runSamplingReport(
        jobFor(engine, outPath),
        handlers((done) => {
          if (done === last && engine.pid !== undefined) process.kill(engine.pid, 'SIGKILL');
        }),
      );
      await expect(run).rejects.toMatchObject({ code: 'engine-crashed' });
      expect(existsSync(outPath)).toBe(false);
    }
    const told: number[] = [];
    await runSamplingReport(
      jobFor(await guide(folder), outPath),
      handlers((done) => told.push(done)),
    );
    expect(told[0], 'a kill loses the sample under way and no more').toBeGreaterThanOrEqual(27);
    expect(readFileSync(outPath, 'utf8')).toBe(readFileSync(unbroken.outPath, 'utf8'));
  });
});
