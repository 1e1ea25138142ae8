import { AppError } from '../../../preload/contract/errors.ts';
import { measureAnswers, overlapOf, readAnswer, type Measures, type Overlap } from './answer-measures.ts';
import type { SamplingReport, SamplingResult } from './report-format.ts';

/** How the answers of two greedy runs agree, prompt by prompt. */
export interface GreedyAgreement {
  /** Of each prompt, in the order of the first report. */
  overlaps: Overlap[];
  meanShared: number;
  meanSameStart: number;
}

export interface ConfigComparison {
  name: string;
  left: Measures;
  right: Measures;
  /** Answers that stand at the same place in both, and how many of them are the same to the letter. */
  pairs: number;
  samePairs: number;
  /** Null where one of them sampled. */
  greedy: GreedyAgreement | null;
  /** Arguments that differ, as "temperature 0.8 → 1". */
  changes: string[];
}

export interface ReportName {
  modelName: string;
  date: string;
}

export interface ReportComparison {
  left: ReportName;
  right: ReportName;
  /** Prompts that both have. Only these are compared, and only the configs that both have. */
  prompts: number;
  leftOut: { prompts: number; configs: string[] };
  configs: ConfigComparison[];
  /** All configs together; `greedy` and `changes` stay empty. */
  overall: ConfigComparison;
}

interface Pair {
  left: SamplingResult;
  right: SamplingResult;
}

function isGreedy({ sampling_params: params }: SamplingResult): boolean {
  return params['do_sample'] === false && (params['num_beams'] ?? 1) === 1 && !params['penalty_alpha'];
}

function measuresOf(results: readonly SamplingResult[], { args }: SamplingReport): Measures {
  const answers = results.flatMap(({ outputs }) => outputs.map(readAnswer));
  return measureAnswers(answers, args['skip_special_tokens'] !== true);
}

function changesBetween({ left, right }: Pair): string[] {
  const [before, after] = [left.sampling_params, right.sampling_params];
  const shown = (value: unknown): string => (value === undefined ? 'not set' : JSON.stringify(value));
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((name) => shown(before[name]) !== shown(after[name]))
    .map((name) => `${name} ${shown(before[name])} → ${shown(after[name])}`);
}

function agreementOf(pairs: readonly Pair[]): GreedyAgreement | null {
  if (!pairs.every(({ left, right }) => isGreedy(left) && isGreedy(right))) return null;
  const overlaps = pairs.flatMap(({ left, right }) => {
    const [first, second] = [left.outputs[0], right.outputs[0]];
    return first === undefined || second === undefined
      ? []
      : [overlapOf(readAnswer(first).words, readAnswer(second).words)];
  });
  if (overlaps.length === 0) return null;
  const mean = (key: keyof Overlap): number => overlaps.reduce((sum, each) => sum + each[key], 0) / overlaps.length;
  return { overlaps, meanShared: mean('shared'), meanSameStart: mean('sameStart') };
}

/** Configs of a prompt by their names. */
function byName(results: readonly SamplingResult[]): Map<string, SamplingResult> {
  return new Map(results.map((result) => [result.sampling_config, result]));
}

/**
 * Compares two reports over the prompts and configs that both have.
 *
 * @throws AppError `invalid-input` when they have none in common
 */
export function compareReports(left: SamplingReport, right: SamplingReport): ReportComparison {
  const rightPrompts = new Map(right.prompts.map(({ prompt, results }) => [prompt, byName(results)]));
  const leftPrompts = new Map(left.prompts.map(({ prompt, results }) => [prompt, results]));
  const pairsByConfig = new Map<string, Pair[]>();
  let prompts = 0;
  for (const [prompt, results] of leftPrompts) {
    const others = rightPrompts.get(prompt);
    if (others === undefined) continue;
    prompts += 1;
    for (const result of byName(results).values()) {
      const other = others.get(result.sampling_config);
      if (other === undefined) continue;
      const pairs = pairsByConfig.get(result.sampling_config) ?? [];
      pairs.push({ left: result, right: other });
      pairsByConfig.set(result.sampling_config, pairs);
    }
  }
  if (pairsByConfig.size === 0) {
    throw new AppError('invalid-input', 'These two reports have no prompt with the same sampling config in common.');
  }

  const compare = (name: string, pairs: readonly Pair[]): ConfigComparison => {
    const compared = pairs.flatMap((pair) =>
      pair.left.outputs
        .slice(0, pair.right.outputs.length)
        .map((output, index) => output === pair.right.outputs[index]),
    );
    return {
      name,
      left: measuresOf(
        pairs.map((pair) => pair.left),
        left,
      ),
      right: measuresOf(
        pairs.map((pair) => pair.right),
        right,
      ),
      pairs: compared.length,
      samePairs: compared.filter((same) => same).length,
      greedy: null,
      changes: [],
    };
  };
  const all = new Set([...left.prompts, ...right.prompts].flatMap(({ results }) => [...byName(results).keys()]));
  return {
    left: { modelName: left.model_name, date: left.date },
    right: { modelName: right.model_name, date: right.date },
    prompts,
    leftOut: {
      prompts: leftPrompts.size + rightPrompts.size - 2 * prompts,
      configs: [...all].filter((name) => !pairsByConfig.has(name)),
    },
    configs: [...pairsByConfig].map(([name, pairs]) => ({
      ...compare(name, pairs),
      greedy: agreementOf(pairs),
      changes: [...new Set(pairs.flatMap(changesBetween))],
    })),
    overall: compare('all together', [...pairsByConfig.values()].flat()),
  };
}
