import { createHash } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { AppError } from '../../../preload/contract/errors.ts';
import type { PromptFormat } from '../../../preload/contract/library.ts';
import type { SamplingParameters } from '../../../preload/contract/presets.ts';
import type { Engine, GenerationEnd } from '../../engine/client.ts';
import type { SamplingConfig } from './config-file.ts';
import { refuseExisting, writeWhole } from './files.ts';
import { openPartFile, sampleKey, type Sample } from './part-file.ts';
import { endMark, formatReport, type SamplingReport } from './report-format.ts';

export interface SamplingModel {
  engine: Pick<Engine, 'generate' | 'measure'>;
  /** With its quantization: reports of two files of one model are told apart by it. */
  name: string;
  sha256: string | null;
  contextTokens: number;
  promptFormat: PromptFormat['kind'];
  /** Name of the GPU, or `cpu`. */
  device: string;
  isHalfPrecision: boolean;
}

export interface SamplingJob {
  model: SamplingModel;
  prompts: readonly string[];
  configs: readonly SamplingConfig[];
  seed: number;
  /** As they were named, for the report's record of them. */
  promptsPath: string;
  configPath: string;
  outPath: string;
}

export interface SamplingHandlers {
  now: () => Date;
  signal: AbortSignal;
  /** Told after each sample; `resumed` of those done were there from an earlier run. */
  onProgress: (progress: { done: number; total: number; resumed: number }) => void;
}

export interface SamplingOutcome {
  /** False when it was stopped before its end. */
  isWhole: boolean;
  done: number;
  total: number;
  /** How the samples ended. */
  ended: number;
  cutOff: number;
  /** Ended by beginning a turn that is not the model's own. */
  otherTurn: number;
  /** Ended with fewer tokens than their config's `min_new_tokens`. */
  tooShort: number;
}

/** Each config is sampled twice, as in the published reports. */
const samplesPerConfig = 2;

/** The engine's seed for one sample. It depends on nothing but what the sample is, so any of them can be made again. */
export function sampleSeed(
  seed: number,
  { prompt, config, sample }: Pick<Sample, 'prompt' | 'config' | 'sample'>,
): number {
  return createHash('sha256')
    .update(JSON.stringify([seed, prompt, config, sample]))
    .digest()
    .readUInt32BE(0);
}

function fingerprintOf({ model, prompts, configs, seed }: SamplingJob): string {
  const { name, sha256, contextTokens, promptFormat, device } = model;
  const sampled = configs.map((config) => [config.name, config.samplingParams, config.parameters]);
  return createHash('sha256')
    .update(
      JSON.stringify([name, sha256, contextTokens, promptFormat, device, seed, samplesPerConfig, prompts, sampled]),
    )
    .digest('hex');
}

/** The name of Open-Assistant's turn marks in oasst-model-eval, which has none for other ways to build a prompt. */
function modeOf({ promptFormat }: SamplingModel): string {
  return promptFormat === 'open-assistant' ? 'v2_5' : promptFormat;
}

/** The date as Python writes it: in UTC, without saying so. */
function pythonDate(date: Date): string {
  return date.toISOString().replace('Z', '000');
}

function reportOf(job: SamplingJob, date: string, samplesOf: (prompt: number, config: SamplingConfig) => Sample[]) {
  const { model, seed } = job;
  const report: SamplingReport = {
    model_name: model.name,
    date,
    args: {
      device: model.device,
      device_index: 0,
      model_name: model.name,
      mode: modeOf(model),
      prompts: job.promptsPath,
      report: null,
      seed,
      verbose: false,
      n: null,
      num_samples: samplesPerConfig,
      config: job.configPath,
      half: model.isHalfPrecision,
      skip_special_tokens: false,
      model_type: 'CausalLM',
      max_input_len: null,
    },
    prompts: job.prompts.map((prompt, index) => ({
      prompt,
      results: job.configs.map((config) => ({
        sampling_config: config.name,
        sampling_params: config.samplingParams,
        outputs: samplesOf(index, config).map(({ text, stopReason }) =>
          stopReason === 'end-of-text' ? text + endMark : text,
        ),
      })),
    })),
  };
  return report;
}

/** Finds out before hours of work whether the model can read every prompt. @throws AppError `prompt-too-long` */
async function checkLengths({ model, prompts }: SamplingJob): Promise<void> {
  for (const [index, prompt] of prompts.entries()) {
    const { fits, draftTokens, limitTokens } = await model.engine.measure({ turns: [], draft: prompt });
    if (fits) continue;
    throw new AppError(
      'prompt-too-long',
      `Prompt ${index + 1} is ${draftTokens} tokens long; the model can read at most ${limitTokens} at once. ` +
        'Shorten it or take it out, and start again. Nothing was asked yet.',
      { usedTokens: draftTokens, limitTokens },
    );
  }
}

interface Asked {
  text: string;
  parameters: SamplingParameters;
  seed: number;
}

/** Asks for samples one after the other, so that none of them depends on what was asked before. */
function createSampler(engine: SamplingModel['engine']) {
  const conversationId = uuidv7();
  const ask = async (
    { text, parameters, seed }: Asked,
    signal: AbortSignal,
  ): Promise<GenerationEnd & { text: string }> => {
    let written = '';
    const turns = [{ id: uuidv7(), role: 'prompter' as const, text }];
    const generation = engine.generate(
      { conversationId, turns, answerId: uuidv7(), answerSoFar: '', parameters, seed },
      { onReading: () => undefined, onText: (piece) => (written += piece) },
    );
    signal.addEventListener('abort', generation.cancel, { once: true });
    if (signal.aborted) generation.cancel();
    try {
      return { ...(await generation.end), text: written };
    } finally {
      signal.removeEventListener('abort', generation.cancel);
    }
  };

  return {
    ask,
    /**
     * Asks the shortest question there is. The context then holds next to nothing that a prompt could go on from: how a
     * prompt is read, down to rounding, is the same after a restart as in the middle of a run. And what is left at the
     * end is too little for the engine to save among the states of real conversations.
     */
    async clear(): Promise<void> {
      const off = { topK: null, topP: null, typicalP: null, repetitionPenalty: 1 };
      const parameters: SamplingParameters = { ...off, temperature: 0, maxNewTokens: 1 };
      // Also after a stop: it takes no time.
      await ask({ text: '.', parameters, seed: 0 }, new AbortController().signal);
    },
  };
}

/**
 * Runs every prompt under every config and writes the report. Finished samples are kept in `<outPath>.part`, and the
 * same job goes on from there; the report appears under its name when it is whole.
 *
 * @throws AppError when the engine fails or a file cannot be written; what is finished is kept
 */
export async function runSamplingReport(job: SamplingJob, handlers: SamplingHandlers): Promise<SamplingOutcome> {
  const { prompts, configs, outPath, model } = job;
  const { now, signal, onProgress } = handlers;
  await refuseExisting(outPath);
  await checkLengths(job);
  const wanted = (prompt: number, config: SamplingConfig) =>
    Array.from({ length: config.isGreedy ? 1 : samplesPerConfig }, (_, sample) => ({
      ...{ prompt, sample, config: config.name },
    }));
  const perPrompt = configs.reduce((sum, config) => sum + wanted(0, config).length, 0);
  const total = prompts.length * perPrompt;

  const part = await openPartFile(`${outPath}.part`, fingerprintOf(job), pythonDate(now()));
  const sampler = createSampler(model.engine);
  const resumed = part.samples.size;
  const isStopped = (): boolean => signal.aborted;
  try {
    onProgress({ done: resumed, total, resumed });
    for (const [index, prompt] of prompts.entries()) {
      const missing = configs.flatMap((config) =>
        wanted(index, config)
          .filter((sample) => !part.samples.has(sampleKey(sample)))
          .map((sample) => ({ config, sample })),
      );
      if (missing.length > 0 && !isStopped()) await sampler.clear();
      for (const { config, sample } of missing) {
        if (isStopped()) break;
        const { parameters } = config;
        const asked = { text: prompt, parameters, seed: sampleSeed(job.seed, sample) };
        const { stopReason, usage, text } = await sampler.ask(asked, signal);
        if (stopReason !== 'end-of-text' && stopReason !== 'marker' && stopReason !== 'length') break;
        await part.add({ ...sample, stopReason, tokens: usage?.replyTokens ?? 0, text });
        onProgress({ done: part.samples.size, total, resumed });
      }
    }
  } finally {
    // An engine that has just failed has nothing left to clear.
    await sampler.clear().catch(() => undefined);
    await part.close();
  }

  const samples = [...part.samples.values()];
  const least = new Map(configs.map(({ name, minNewTokens }) => [name, minNewTokens]));
  const endedBy = (reason: Sample['stopReason']): number =>
    samples.filter(({ stopReason }) => stopReason === reason).length;
  const isWhole = samples.length === total;
  if (isWhole) {
    const samplesOf = (prompt: number, config: SamplingConfig): Sample[] =>
      wanted(prompt, config).flatMap((sample) => part.samples.get(sampleKey(sample)) ?? []);
    await writeWhole(outPath, formatReport(reportOf(job, part.date, samplesOf)));
    await part.remove();
  }
  return {
    ...{ isWhole, done: samples.length, total },
    ended: endedBy('end-of-text'),
    cutOff: endedBy('length'),
    otherTurn: endedBy('marker'),
    tooShort: samples.filter(
      ({ config, stopReason, tokens }) => stopReason !== 'length' && tokens < (least.get(config) ?? 0),
    ).length,
  };
}
