import { existsSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { EngineModel } from '../../main/engine/process/model.ts';
import { loadPlainly } from './bench-engine.ts';
import { ownModel, root } from './raw-loop.ts';
import { benchArguments, median, note, report, rounded } from './report.ts';

/**
 * Would prompt-lookup speculation make answers come faster? It guesses the next tokens by finding the last few earlier in
 * the text, and checks all guesses in one evaluation, so greedy output stays the same. How often the guesses are right
 * is counted on real greedy answers of the SFT-1 12B (the published sampling report), and what a check costs is
 * measured on the model at hand: the product is the gain.
 *
 * npm run bench -- lookup [--model FILE] [--json]
 */

const worthwhile = 1.05;
const guessLengths = [2, 4, 8];
const longestPattern = 4;
const shortestPattern = 2;

interface Report {
  prompts: { prompt: string; results: { sampling_config: string; outputs: string[] }[] }[];
}

/** Guesses up to `most` tokens: what followed the last time the newest few tokens occurred. */
function guess(tokens: readonly number[], most: number): readonly number[] {
  for (let size = longestPattern; size >= shortestPattern; size -= 1) {
    const pattern = tokens.slice(-size);
    for (let start = tokens.length - size - 1; start >= 0; start -= 1) {
      if (pattern.every((token, index) => tokens[start + index] === token)) {
        return tokens.slice(start + size, start + size + most);
      }
    }
  }
  return [];
}

/** How many evaluations of each size one answer takes. */
function countSteps(prompt: readonly number[], answer: readonly number[], most: number): Map<number, number> {
  const steps = new Map<number, number>();
  let written = 0;
  while (written < answer.length) {
    const guessed = guess([...prompt, ...answer.slice(0, written)], most);
    const firstWrong = guessed.findIndex((token, index) => token !== answer[written + index]);
    const right = firstWrong === -1 ? guessed.length : firstWrong;
    steps.set(guessed.length + 1, (steps.get(guessed.length + 1) ?? 0) + 1);
    written += right + 1;
  }
  return steps;
}

/** Milliseconds of one evaluation of 1 … `most` tokens behind a context of 256. */
async function measureEvaluations(model: EngineModel, most: number): Promise<number[]> {
  const [sequence] = model.sequences;
  if (sequence === undefined) throw new Error('The model has no sequence.');
  await sequence.read(new Array<number>(256).fill(300));
  const times: number[] = [0];
  for (let size = 1; size <= most; size += 1) {
    const samples: number[] = [];
    for (let sample = 0; sample < 5; sample += 1) {
      const startedMs = performance.now();
      await sequence.read(new Array<number>(size).fill(301));
      samples.push(performance.now() - startedMs);
      await sequence.keep(256);
    }
    times.push(median(samples));
  }
  return times;
}

const options = benchArguments();
const dataFile = join(root, '..', 'shared', 'data', 'sampling-report-sft1.json');
if (!existsSync(dataFile)) {
  note('Skipped: the published sampling report (../shared/data) is not here.');
  process.exit(0);
}
const { prompts } = JSON.parse(readFileSync(dataFile, 'utf8')) as Report;
const guide = await loadPlainly(join(root, 'resources', 'guide-model', 'guide.gguf'));
const texts = prompts.flatMap(({ prompt, results }) =>
  results
    .filter(({ sampling_config: config }) => config === 'greedy')
    .map(({ outputs }) => ({
      prompt: guide.vocabulary.tokenize(prompt),
      answer: guide.vocabulary.tokenize(outputs[0] ?? ''),
    })),
);
await guide.dispose();
const modelPath = options.modelPath === null ? ownModel() : resolve(options.modelPath);
const model = await loadPlainly(modelPath);
const times = await measureEvaluations(model, Math.max(...guessLengths) + 1);
await model.dispose();

const tokens = texts.reduce((sum, { answer }) => sum + answer.length, 0);
const plainMs = tokens * (times[1] ?? Number.NaN);
const gains = guessLengths.map((most) => {
  const steps = new Map<number, number>();
  for (const { prompt, answer } of texts) {
    for (const [size, count] of countSteps(prompt, answer, most)) steps.set(size, (steps.get(size) ?? 0) + count);
  }
  let lookupMs = 0;
  let evaluations = 0;
  for (const [size, count] of steps) {
    lookupMs += count * (times[size] ?? Number.NaN);
    evaluations += count;
  }
  note(
    `guesses of ${String(most)}: ${rounded(tokens / evaluations).toString()} tokens per evaluation, gain ${rounded(plainMs / lookupMs).toString()}`,
  );
  return rounded(plainMs / lookupMs);
});
report(
  {
    name: 'lookup',
    // There is no bar to meet: the figure decides whether speculation is worth building in.
    pass: true,
    isWorthwhile: Math.max(...gains) >= worthwhile,
    gainByGuessLength: gains,
    guessLengths,
    evaluationMs: times.slice(1).map((time) => rounded(time)),
    answers: texts.length,
    tokens,
    model: basename(modelPath),
  },
  options,
);
