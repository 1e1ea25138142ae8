import type { ConversationSummary } from '../../preload/contract/conversations.ts';
import type { CustomPreset, PresetId } from '../../preload/contract/presets.ts';
import type { Settings } from '../../preload/contract/settings.ts';

/** What is said about presets, wherever they are chosen or named. */

export interface PresetWords {
  label: string;
  hint: string;
}

export const presetWords: Record<PresetId, PresetWords> = {
  k50: { label: 'k50', hint: 'Balanced. The default of Open-Assistant.' },
  'k50-Creative': { label: 'k50-Creative', hint: 'A little more varied.' },
  'k50-Precise': { label: 'k50-Precise', hint: 'Keeps to the likeliest words; answers repeat.' },
  'k50-Original': { label: 'k50-Original', hint: 'The most varied of the four.' },
  nucleus9: { label: 'nucleus9', hint: 'Picks among the words that make up nine tenths of the likelihood.' },
  typical2: { label: 'typical2', hint: 'Avoids both the obvious and the odd; narrow choice.' },
  typical3: { label: 'typical3', hint: 'The same idea with a wider choice.' },
};

export const builtInPresetIds = Object.keys(presetWords) as PresetId[];

/** The contract's `defaultPresetId`: contract modules are types here. */
const defaultPresetId: PresetId = 'k50';

function isBuiltIn(presetId: string): presetId is PresetId {
  return Object.hasOwn(presetWords, presetId);
}

/** What a preset is called; null for one of the owner's that is gone. */
function knownLabel(presetId: string, own: readonly CustomPreset[]): string | null {
  return isBuiltIn(presetId) ? presetWords[presetId].label : (own.find(({ id }) => id === presetId)?.name ?? null);
}

/** What a preset is called. */
export function presetLabel(presetId: string, own: readonly CustomPreset[]): string {
  return knownLabel(presetId, own) ?? 'own preset';
}

/** The preset of the next answer, as main finds it: that of the conversation, else that of the settings, if it is there. */
export function chosenPresetId(
  settings: Pick<Settings, 'presetId' | 'customPresets'> | null,
  conversation: Pick<ConversationSummary, 'presetId'> | null,
): string {
  const choices = [conversation?.presetId ?? null, settings?.presetId ?? null];
  const own = settings?.customPresets ?? [];
  return choices.find((choice) => choice !== null && knownLabel(choice, own) !== null) ?? defaultPresetId;
}
