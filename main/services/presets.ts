import { AppError } from '../../preload/contract/errors.ts';
import { defaultPresetId, presetIds, presets, type SamplingParameters } from '../../preload/contract/presets.ts';
import type { Settings } from '../../preload/contract/settings.ts';

/** A preset as an answer is written and stored with. */
export interface ResolvedPreset {
  presetId: string;
  parameters: SamplingParameters;
}

type OwnPresets = Pick<Settings, 'customPresets'>;

/** The first of `choices` that names a preset there is; Open-Assistant's default when none does. */
export function resolvePreset(
  { customPresets }: OwnPresets,
  choices: readonly (string | null | undefined)[],
): ResolvedPreset {
  for (const choice of choices) {
    const builtInId = presetIds.find((id) => id === choice);
    if (builtInId !== undefined) return { presetId: builtInId, parameters: presets[builtInId] };
    // A preset that was deleted may still be chosen in a conversation, or in the settings.
    const own = customPresets.find(({ id }) => id === choice);
    if (own !== undefined) return { presetId: own.id, parameters: own.parameters };
  }
  return { presetId: defaultPresetId, parameters: presets[defaultPresetId] };
}

/** What a preset is called; null for one of the owner's that is gone. */
export function presetNameOf({ customPresets }: OwnPresets, presetId: string): string | null {
  return presetIds.find((id) => id === presetId) ?? customPresets.find(({ id }) => id === presetId)?.name ?? null;
}

/**
 * The id of the preset with this name, in capital or small letters.
 * @throws AppError `invalid-input`, with the names there are
 */
export function presetIdByName({ customPresets }: OwnPresets, name: string): string {
  const named = [...presetIds.map((id) => ({ id, name: id })), ...customPresets];
  const found = named.find((preset) => preset.name.toLowerCase() === name.toLowerCase());
  if (found === undefined) {
    const names = named.map((preset) => preset.name).join(', ');
    throw new AppError('invalid-input', `There is no preset "${name}". There are: ${names}.`);
  }
  return found.id;
}
