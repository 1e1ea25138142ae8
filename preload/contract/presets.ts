import { z } from 'zod';

/**
 * The sampling presets of Open-Assistant's own server. Values have Hugging Face's meaning and order: repetition penalty
 * over prompt and reply, then temperature, top-k, top-p, typical-p. `null` switches a step off.
 */
export interface SamplingParameters {
  temperature: number;
  topK: number | null;
  topP: number | null;
  typicalP: number | null;
  repetitionPenalty: number;
  /** Upper bound of a reply, in tokens. */
  maxNewTokens: number;
}

export const presetIds = [
  'k50',
  'k50-Creative',
  'k50-Precise',
  'k50-Original',
  'nucleus9',
  'typical2',
  'typical3',
] as const;

export type PresetId = (typeof presetIds)[number];

export const defaultPresetId: PresetId = 'k50';

const shared = { topK: null, topP: null, typicalP: null, repetitionPenalty: 1.2, maxNewTokens: 1024 };

export const presets: Record<PresetId, SamplingParameters> = {
  k50: { ...shared, temperature: 0.75, topK: 50, topP: 0.95 },
  'k50-Creative': { ...shared, temperature: 0.85, topK: 50, topP: 0.95 },
  'k50-Precise': { ...shared, temperature: 0.1, topK: 50, topP: 0.95 },
  'k50-Original': { ...shared, temperature: 0.9, topK: 50, topP: 0.95 },
  nucleus9: { ...shared, temperature: 0.8, topP: 0.9 },
  typical2: { ...shared, temperature: 0.8, typicalP: 0.2 },
  typical3: { ...shared, temperature: 0.8, typicalP: 0.3 },
};

/** Within these bounds every combination gives an answer. */
export const parametersSchema = z.strictObject({
  temperature: z.number().min(0).max(2),
  topK: z.int().min(1).max(1000).nullable(),
  topP: z.number().min(0.01).max(1).nullable(),
  typicalP: z.number().min(0.01).max(1).nullable(),
  repetitionPenalty: z.number().min(1).max(2),
  maxNewTokens: z.int().min(1).max(2048),
});

/** A preset of the owner's own. */
export const customPresetSchema = z.strictObject({
  id: z.uuid(),
  name: z.string().trim().min(1).max(60),
  parameters: parametersSchema,
});
export type CustomPreset = z.infer<typeof customPresetSchema>;

/** Names a preset: a built-in one, or one of the owner's by its id. */
export const presetChoiceSchema = z.union([z.enum(presetIds), z.uuid()]);
