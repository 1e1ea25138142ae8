import { basename, resolve } from 'node:path';
import type { Core } from '../core.ts';
import { readConfigs } from '../services/sampling-report/config-file.ts';
import { refuseExisting } from '../services/sampling-report/files.ts';
import { readPrompts } from '../services/sampling-report/prompts-file.ts';
import {
  runSamplingReport,
  type SamplingModel,
  type SamplingOutcome,
} from '../services/sampling-report/sampling-run.ts';
import { forTerminal, type Terminal } from './ask.ts';

/** What `--sampling-report` asks for. */
export interface SamplingReportOrder {
  promptsPath: string;
  configPath: string;
  outPath: string;
  /** 42 unless told, as in oasst-model-eval. */
  seed: number | undefined;
}

const usualSeed = 42;
const minuteMs = 60_000;

/** About how long something takes, for people. */
function aboutTime(ms: number): string {
  const minutes = Math.round(ms / minuteMs);
  if (minutes < 1) return 'less than a minute';
  if (minutes < 60) return `about ${minutes} min`;
  return `about ${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

async function modelInUse({ models }: Pick<Core, 'models'>): Promise<SamplingModel> {
  const { engine, name, sha256, contextTokens, promptFormat } = await models.ensureLoaded();
  const { quantization, gpu } = models.status();
  const isNamed = quantization === null || name.toLowerCase().includes(quantization.toLowerCase());
  return {
    ...{ engine, sha256, contextTokens },
    promptFormat: promptFormat.kind,
    name: isNamed ? name : `${name} ${quantization}`,
    device: gpu?.name ?? 'cpu',
    isHalfPrecision: quantization === 'F16',
  };
}

function sentencesAbout(outcome: SamplingOutcome): string {
  const { ended, cutOff, otherTurn, tooShort } = outcome;
  const lines = [`${ended} answers were ended by the model, ${cutOff} cut off at their limit.`];
  if (otherTurn > 0) lines.push(`${otherTurn} ended by beginning another turn; they stand there without an end mark.`);
  if (tooShort > 0) lines.push(`${tooShort} are shorter than min_new_tokens asks for; the engine cannot prevent that.`);
  return lines.join('\n');
}

/**
 * Runs every prompt of a file under every sampling config of another and writes the report, with progress on stderr. The
 * first Ctrl+C stops it and keeps the finished answers: the same command goes on from there.
 *
 * @returns whether the report is whole
 */
export async function sampleReport(
  core: Pick<Core, 'models'>,
  order: SamplingReportOrder,
  json: boolean,
  terminal: Terminal,
): Promise<boolean> {
  const outPath = resolve(order.outPath);
  await refuseExisting(outPath);
  const prompts = await readPrompts(order.promptsPath);
  const { configs, notes } = await readConfigs(order.configPath);
  for (const note of notes) terminal.stderr.write(`${forTerminal(note)}\n`);
  const model = await modelInUse(core);
  const showsProgress = terminal.stderr.isTTY === true && !json;

  const stop = new AbortController();
  const interrupt = (): void => {
    stop.abort();
  };
  const release = core.models.hold();
  terminal.once('SIGINT', interrupt);
  const startedMs = performance.now();
  let outcome: SamplingOutcome;
  try {
    const { promptsPath, configPath, seed = usualSeed } = order;
    outcome = await runSamplingReport(
      { model, prompts, configs, seed, promptsPath, configPath, outPath },
      {
        now: () => new Date(),
        signal: stop.signal,
        onProgress: ({ done, total, resumed }) => {
          if (!showsProgress) return;
          const msPerAnswer = (performance.now() - startedMs) / (done - resumed);
          const left = done === resumed ? '' : `, ${aboutTime((total - done) * msPerAnswer)} left`;
          terminal.stderr.write(`\r${done} of ${total} answers${left}\u001b[K`);
        },
      },
    );
  } finally {
    terminal.off('SIGINT', interrupt);
    release();
    if (showsProgress) terminal.stderr.write('\n');
  }

  if (json) {
    terminal.stdout.write(`${JSON.stringify({ path: outPath, model: model.name, ...outcome })}\n`);
  } else if (outcome.isWhole) {
    terminal.stdout.write(
      `${basename(outPath)}: ${outcome.total} answers of ${model.name}\n${sentencesAbout(outcome)}\n`,
    );
  } else {
    terminal.stdout.write(`Stopped after ${outcome.done} of ${outcome.total} answers. The same command goes on.\n`);
  }
  return outcome.isWhole;
}
