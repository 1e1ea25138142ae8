import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Engine } from '../../../../main/engine/client.ts';
import type { SamplingConfig } from '../../../../main/services/sampling-report/config-file.ts';
import type { SamplingReport } from '../../../../main/services/sampling-report/report-format.ts';
import {
  runSamplingReport,
  sampleSeed,
  type SamplingHandlers,
  type SamplingJob,
} from '../../../../main/services/sampling-report/sampling-run.ts';
import { mapArguments } from '../../../../main/services/sampling-report/transformers-arguments.ts';
import type { StopReason } from '../../../../preload/contract/conversations.ts';
import { AppError } from '../../../../preload/contract/errors.ts';
import { temporaryFolder } from '../../../support/database.ts';

function config(name: string, samplingParams: SamplingConfig['samplingParams']): SamplingConfig {
  const mapped = mapArguments(samplingParams);
  if ('impossible' in mapped) throw new Error(mapped.impossible);
  return { ...mapped, name, samplingParams };
}

const sampled = config('k50', { max_new_tokens: 20, do_sample: true, temperature: 1, min_new_tokens: 4 });
const greedy = config('greedy', { max_new_tokens: 20, do_sample: false });

/** An engine whose answers tell what it was asked with; `before` may interfere with each of them. */
function tellingEngine(before: (count: number) => StopReason | 'crash' = () => 'end-of-text') {
  let count = 0;
  const engine: Pick<Engine, 'generate' | 'measure'> = {
    generate({ turns, seed, parameters }, { onText }) {
      const question = turns[0]?.text ?? '';
      if (question !== '.') count += 1;
      const stopReason = question === '.' ? 'length' : before(count);
      const cancelled = Promise.withResolvers<undefined>();
      const usage = {
        promptTokens: 3,
        reusedTokens: 0,
        replyTokens: 3,
        promptMs: 1,
        replyMs: 1,
        firstVisibleTurnId: '',
      };
      const end = async () => {
        if (stopReason === 'crash') throw new AppError('engine-crashed', 'The engine ended unexpectedly.');
        onText(`${question} ${parameters.temperature} `);
        if (stopReason === 'stopped') await cancelled.promise;
        onText(String(seed));
        return { stopReason, usage };
      };
      return { end: end(), cancel: () => cancelled.resolve(undefined) };
    },
    measure: async ({ draft }) => ({
      historyTokens: 0,
      draftTokens: draft.length,
      limitTokens: 1536,
      firstVisibleTurnId: null,
      fits: draft.length <= 1536,
    }),
  };
  return { engine, count: () => count };
}

function jobIn(
  folder: string,
  engine: SamplingJob['model']['engine'],
  changes: Partial<SamplingJob> = {},
): SamplingJob {
  const model = { engine, name: 'Model Q4_0', sha256: 'a'.repeat(64), contextTokens: 2048, device: 'cpu' };
  return {
    model: { ...model, promptFormat: 'open-assistant', isHalfPrecision: false },
    prompts: ['one', 'two', 'three'],
    configs: [sampled, greedy],
    seed: 42,
    promptsPath: 'prompts.jsonl',
    configPath: 'config.json',
    outPath: join(folder, 'report.json'),
    ...changes,
  };
}

function handlers(changes: Partial<SamplingHandlers> = {}): SamplingHandlers {
  return {
    now: () => new Date('2026-01-02T03:04:05.678Z'),
    signal: new AbortController().signal,
    onProgress: () => undefined,
    ...changes,
  };
}

const read = ({ outPath }: SamplingJob): SamplingReport => JSON.parse(readFileSync(outPath, 'utf8')) as SamplingReport;

describe('a sampling report', () => {
  it('holds two samples of each config for each prompt, one where nothing is left to chance', async () => {
    const { engine } = tellingEngine();
    const job = jobIn(temporaryFolder(), engine);
    const told: number[] = [];
    const outcome = await runSamplingReport(job, handlers({ onProgress: ({ done }) => told.push(done) }));
    expect(outcome).toMatchObject({ isWhole: true, done: 9, total: 9, ended: 9, cutOff: 0, otherTurn: 0 });
    expect(told).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    const { date, args, prompts } = read(job);
    expect(date).toBe('2026-01-02T03:04:05.678000');
    expect(args).toMatchObject({ seed: 42, num_samples: 2, prompts: 'prompts.jsonl', config: 'config.json' });
    expect(prompts.map(({ prompt }) => prompt)).toEqual(['one', 'two', 'three']);
    const seed = (sample: number): number => sampleSeed(42, { prompt: 1, config: 'k50', sample });
    expect(prompts[1]?.results[0]).toEqual({
      sampling_config: 'k50',
      sampling_params: sampled.samplingParams,
      outputs: [`two 1 ${seed(0)}<|endoftext|>`, `two 1 ${seed(1)}<|endoftext|>`],
    });
    expect(prompts[1]?.results[1]?.outputs).toHaveLength(1);
    expect(readdirSync(join(job.outPath, '..')), 'nothing else is left').toEqual(['report.json']);
  });

  it.each([
    ['open-assistant', 'v2_5'],
    ['chat-template', 'chat-template'],
    ['completion', 'completion'],
  ] as const)('says of a model with the prompt format %s that its mode is %s', async (promptFormat, mode) => {
    const { engine } = tellingEngine();
    const job = jobIn(temporaryFolder(), engine, { prompts: ['one'] });
    await runSamplingReport({ ...job, model: { ...job.model, promptFormat } }, handlers());
    expect(read(job).args['mode']).toBe(mode);
  });

  it('shows what the model did not end itself without an end mark, and counts it', async () => {
    const reasons: StopReason[] = ['length', 'marker', 'end-of-text'];
    const { engine } = tellingEngine((count) => reasons[count - 1] ?? 'end-of-text');
    const job = jobIn(temporaryFolder(), engine, { prompts: ['one'] });
    const outcome = await runSamplingReport(job, handlers());
    expect(outcome).toMatchObject({ ended: 1, cutOff: 1, otherTurn: 1, tooShort: 1 });
    const outputs = read(job).prompts[0]?.results.flatMap((result) => result.outputs) ?? [];
    expect(outputs.map((output) => output.endsWith('<|endoftext|>'))).toEqual([false, false, true]);
  });

  it('asks nothing when a prompt is too long for the model', async () => {
    const { engine, count } = tellingEngine();
    const job = jobIn(temporaryFolder(), engine, { prompts: ['one', 'x'.repeat(1600)] });
    await expect(runSamplingReport(job, handlers())).rejects.toMatchObject({
      code: 'prompt-too-long',
      message: expect.stringContaining('Prompt 2 is 1600 tokens long') as string,
    });
    expect(count()).toBe(0);
  });

  it('is not written over a file that is there, nor into a folder that is not', async () => {
    const { engine, count } = tellingEngine();
    const job = jobIn(temporaryFolder(), engine);
    writeFileSync(job.outPath, 'mine');
    await expect(runSamplingReport(job, handlers())).rejects.toMatchObject({ code: 'invalid-input' });
    expect(readFileSync(job.outPath, 'utf8')).toBe('mine');
    const lost = { ...job, outPath: join(job.outPath, '..', 'none', 'report.json') };
    await expect(runSamplingReport(lost, handlers())).rejects.toMatchObject({ code: 'not-found' });
    expect(count()).toBe(0);
  });
});

describe('a report that was not finished', () => {
  const whole = async (): Promise<SamplingReport> => {
    const job = jobIn(temporaryFolder(), tellingEngine().engine);
    await runSamplingReport(job, handlers());
    return read(job);
  };
  const partOf = ({ outPath }: SamplingJob): string => `${outPath}.part`;

  /** A folder in which a run was ended by its engine after `count` samples. */
  async function crashed(count: number): Promise<SamplingJob> {
    const { engine } = tellingEngine((asked) => (asked > count ? 'crash' : 'end-of-text'));
    const job = jobIn(temporaryFolder(), engine);
    await expect(runSamplingReport(job, handlers())).rejects.toMatchObject({ code: 'engine-crashed' });
    expect(existsSync(job.outPath)).toBe(false);
    return job;
  }

  it.each([0, 1, 4, 8])('goes on behind %i samples, with the same outcome as an unbroken run', async (count) => {
    const broken = await crashed(count);
    const { engine, count: asked } = tellingEngine();
    const job = { ...broken, model: { ...broken.model, engine } };
    expect(await runSamplingReport(job, handlers({ now: () => new Date('2027-01-01') }))).toMatchObject({ done: 9 });
    expect(asked()).toBe(9 - count);
    expect(read(job), 'also the date is that of its beginning').toEqual(await whole());
    expect(existsSync(partOf(job))).toBe(false);
  });

  it.each([
    ['half a line at its end', '{"prompt":2,"config":"k5'],
    ['a line that is none', '\u0000\u0000\n'],
    ['a line of other bytes', Buffer.from([0x7b, 0xff, 0x0a])],
  ])('goes on in front of %s', async (_name, bytes) => {
    const broken = await crashed(4);
    appendFileSync(partOf(broken), bytes);
    const { engine, count } = tellingEngine();
    const job = { ...broken, model: { ...broken.model, engine } };
    await runSamplingReport(job, handlers());
    expect(count()).toBe(5);
    expect(read(job)).toEqual(await whole());
  });

  it('begins anew when it was ended within its first line', async () => {
    const { engine, count } = tellingEngine();
    const job = jobIn(temporaryFolder(), engine);
    writeFileSync(partOf(job), '{"format":"oasst-desk');
    await runSamplingReport(job, handlers());
    expect(count()).toBe(9);
  });

  it('is kept when it is stopped, without the sample under way', async () => {
    const stop = new AbortController();
    const { engine } = tellingEngine((count) => {
      if (count <= 4) return 'end-of-text';
      stop.abort();
      return 'stopped';
    });
    const job = jobIn(temporaryFolder(), engine);
    expect(await runSamplingReport(job, handlers({ signal: stop.signal }))).toMatchObject({ isWhole: false, done: 4 });
    expect(existsSync(job.outPath)).toBe(false);
    const again = tellingEngine();
    await runSamplingReport({ ...job, model: { ...job.model, engine: again.engine } }, handlers());
    expect(again.count()).toBe(5);
  });

  it.each<[string, (job: SamplingJob) => Partial<SamplingJob>]>([
    ['prompts', () => ({ prompts: ['one', 'two', 'four'] })],
    ['configs', () => ({ configs: [sampled] })],
    ['seed', () => ({ seed: 43 })],
    ['model', ({ model }) => ({ model: { ...model, sha256: 'b'.repeat(64) } })],
  ])('is neither continued nor harmed by one with other %s', async (_name, change) => {
    const job = await crashed(4);
    const before = readFileSync(partOf(job), 'utf8');
    await expect(runSamplingReport({ ...job, ...change(job) }, handlers())).rejects.toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining('It was left as it is.') as string,
    });
    expect(readFileSync(partOf(job), 'utf8')).toBe(before);
  });

  it('cannot be kept where a folder has its name', async () => {
    const job = jobIn(temporaryFolder(), tellingEngine().engine);
    mkdirSync(partOf(job));
    await expect(runSamplingReport(job, handlers())).rejects.toMatchObject({ code: 'invalid-input' });
  });
});
