import type { PresetId, SamplingParameters } from '../../../preload/contract/presets.ts';
import { formatCount } from '../../lib/format.ts';

/** One parameter as the editor offers it. The bounds are those of the contract, whose modules are types here. */
export interface ParameterWords {
  key: keyof SamplingParameters;
  label: string;
  hint: string;
  min: number;
  max: number;
  isWhole: boolean;
  /** Where a step begins that is switched on; null for what is never off. */
  whenOn: number | null;
}

/** In the order in which they apply. */
export const parameterWords: readonly ParameterWords[] = [
  {
    key: 'repetitionPenalty',
    label: 'Repetition penalty',
    hint: 'Makes words less likely that the question or the answer already holds; 1 changes nothing.',
    min: 1,
    max: 2,
    isWhole: false,
    whenOn: null,
  },
  {
    key: 'temperature',
    label: 'Temperature',
    hint: 'Low values keep to likely words and high values vary more; 0 always takes the likeliest.',
    min: 0,
    max: 2,
    isWhole: false,
    whenOn: null,
  },
  {
    key: 'topK',
    label: 'Top-k',
    hint: 'Chooses among this many of the likeliest words.',
    min: 1,
    max: 1000,
    isWhole: true,
    whenOn: 50,
  },
  {
    key: 'topP',
    label: 'Top-p',
    hint: 'Chooses among the likeliest words that together make up this part of the likelihood.',
    min: 0.01,
    max: 1,
    isWhole: false,
    whenOn: 0.95,
  },
  {
    key: 'typicalP',
    label: 'Typical-p',
    hint: 'Chooses among the words that are about as surprising as expected, up to this part of the likelihood.',
    min: 0.01,
    max: 1,
    isWhole: false,
    whenOn: 0.2,
  },
  {
    key: 'maxNewTokens',
    label: 'Longest answer',
    hint: 'An answer stops at this many tokens and can be continued.',
    min: 1,
    max: 2048,
    isWhole: true,
    whenOn: null,
  },
];

export const orderSentence =
  'For every word they apply in the order of Hugging Face’s library: repetition penalty, temperature, top-k, top-p, typical-p.';

/** What a preset does, in one line; steps that are off are left out. */
export function parametersLine(parameters: SamplingParameters): string {
  const { temperature, topK, topP, typicalP, repetitionPenalty, maxNewTokens } = parameters;
  return [
    `repetition ${String(repetitionPenalty)}`,
    `temperature ${String(temperature)}`,
    ...(topK === null ? [] : [`top-k ${formatCount(topK)}`]),
    ...(topP === null ? [] : [`top-p ${String(topP)}`]),
    ...(typicalP === null ? [] : [`typical-p ${String(typicalP)}`]),
    `at most ${formatCount(maxNewTokens)} ${maxNewTokens === 1 ? 'token' : 'tokens'}`,
  ].join(' · ');
}

const shared = { topK: null, topP: null, typicalP: null, repetitionPenalty: 1.2, maxNewTokens: 1024 };

/** The contract's `presets`: contract modules are types here, and a test holds the two together. */
export const builtInParameters: Record<PresetId, SamplingParameters> = {
  k50: { ...shared, temperature: 0.75, topK: 50, topP: 0.95 },
  'k50-Creative': { ...shared, temperature: 0.85, topK: 50, topP: 0.95 },
  'k50-Precise': { ...shared, temperature: 0.1, topK: 50, topP: 0.95 },
  'k50-Original': { ...shared, temperature: 0.9, topK: 50, topP: 0.95 },
  nucleus9: { ...shared, temperature: 0.8, topP: 0.9 },
  typical2: { ...shared, temperature: 0.8, typicalP: 0.2 },
  typical3: { ...shared, temperature: 0.8, typicalP: 0.3 },
};
