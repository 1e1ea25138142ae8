import { z } from 'zod';
import { parametersSchema, type SamplingParameters } from '../../../preload/contract/presets.ts';

/**
 * The arguments of transformers' `generate`, as sampling configs name them, in the app's own terms. Names that are left
 * out get the defaults that `GenerationConfig` had when the published reports were made, 50 for top-k among them: that
 * `nucleus9` and `typical2` name no top-k does not mean that they sample without one.
 */

export interface MappedArguments {
  parameters: SamplingParameters;
  /** The same answer every time, so one is enough. */
  isGreedy: boolean;
  /** The engine cannot keep a model from ending early; who asks for this is told how often it did. */
  minNewTokens: number;
  /** What has no effect although it is there. */
  notes: string[];
}

const numberOr = (usual: number) =>
  z
    .number()
    .nullish()
    .transform((value) => value ?? usual);

const argumentsSchema = z.object({
  max_new_tokens: z.number().nullish(),
  min_new_tokens: numberOr(0),
  do_sample: z
    .boolean()
    .nullish()
    .transform((value) => value ?? false),
  temperature: numberOr(1),
  // `None` switches it off; only where it is not named at all it is 50.
  top_k: z
    .number()
    .nullable()
    .default(50)
    .transform((value) => value ?? 0),
  top_p: numberOr(1),
  typical_p: numberOr(1),
  repetition_penalty: numberOr(1),
  num_beams: numberOr(1),
  num_beam_groups: numberOr(1),
  penalty_alpha: numberOr(0),
});

const ofBeams = (): boolean => true;
const isOff = (value: unknown): boolean => value === null || value === 0 || value === false;

/** Further arguments, and whether a value of theirs changes nothing about an answer. */
const harmless = new Map<string, (value: unknown) => boolean>([
  ['use_cache', () => true],
  ['length_penalty', ofBeams],
  ['early_stopping', ofBeams],
  ['diversity_penalty', ofBeams],
  ['num_return_sequences', (value) => value === 1],
  ['no_repeat_ngram_size', isOff],
  ['epsilon_cutoff', isOff],
  ['eta_cutoff', isOff],
  ['min_length', isOff],
]);

const namesInTransformers: Record<string, string> = {
  topK: 'top_k',
  topP: 'top_p',
  typicalP: 'typical_p',
  repetitionPenalty: 'repetition_penalty',
  maxNewTokens: 'max_new_tokens',
};

/**
 * Maps the arguments of one sampling config.
 *
 * @returns what to ask the engine for, or why it cannot do that
 */
export function mapArguments(given: Record<string, unknown>): MappedArguments | { impossible: string } {
  const foreign = Object.entries(given).find(
    ([name, value]) => !Object.hasOwn(argumentsSchema.shape, name) && harmless.get(name)?.(value) !== true,
  );
  if (foreign !== undefined) return { impossible: `"${foreign[0]}" is not supported` };
  const parsed = argumentsSchema.safeParse(given);
  if (!parsed.success) return { impossible: `"${String(parsed.error.issues[0]?.path[0])}" has no usable value` };

  const { max_new_tokens: maxNewTokens, do_sample: samples, top_k: topK, ...others } = parsed.data;
  if (maxNewTokens == null) return { impossible: '"max_new_tokens" is missing' };
  if (others.num_beams > 1 || others.num_beam_groups > 1) return { impossible: 'beam search is not supported' };
  // As in transformers: with sampling on, `penalty_alpha` does not make it contrastive.
  const hasPenalty = others.penalty_alpha > 0;
  if (!samples && hasPenalty && topK > 1) return { impossible: 'contrastive search is not supported' };
  if (samples && others.temperature <= 0) return { impossible: '"temperature" has to be above 0 for sampling' };

  const parameters = parametersSchema.safeParse({
    temperature: samples ? others.temperature : 0,
    topK: samples && topK > 0 ? topK : null,
    topP: samples && others.top_p < 1 ? others.top_p : null,
    typicalP: samples && others.typical_p < 1 ? others.typical_p : null,
    repetitionPenalty: others.repetition_penalty,
    maxNewTokens,
  });
  if (!parameters.success) {
    const name = String(parameters.error.issues[0]?.path[0]);
    return { impossible: `"${namesInTransformers[name] ?? name}" is out of range` };
  }
  return {
    parameters: parameters.data,
    isGreedy: !samples,
    minNewTokens: others.min_new_tokens,
    notes: samples && hasPenalty ? ['penalty_alpha has no effect while do_sample is on, as in transformers'] : [],
  };
}
