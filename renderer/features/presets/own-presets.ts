import type { CustomPreset } from '../../../preload/contract/presets.ts';
import { builtInPresetIds, presetWords } from '../../lib/preset-words.ts';

/** The contract's bounds: contract modules are types here, and main checks them again. */
export const mostPresets = 100;
export const longestName = 60;

/** The terminal finds presets by name in capital or small letters, so names differ in more than these. */
function isTaken(name: string, others: readonly CustomPreset[]): boolean {
  const names = [...builtInPresetIds.map((id) => presetWords[id].label), ...others.map((preset) => preset.name)];
  return names.some((taken) => taken.toLowerCase() === name.toLowerCase());
}

/** Why a preset cannot be called this; null when it can. */
export function nameProblem(name: string, others: readonly CustomPreset[]): string | null {
  if (name.trim() === '') return 'A preset needs a name. The one before is kept.';
  if (isTaken(name.trim(), others)) return 'Another preset has this name. The one before is kept.';
  return null;
}

/** `wanted`, with a number behind it when another preset is called that. */
export function freeName(wanted: string, others: readonly CustomPreset[]): string {
  for (let number = 1; ; number += 1) {
    const ending = number === 1 ? '' : ` ${String(number)}`;
    const name = `${wanted.slice(0, longestName - ending.length)}${ending}`;
    if (!isTaken(name, others)) return name;
  }
}

/** The list with `preset` at `index` again, under a name that nothing else took meanwhile. */
export function putBack(list: readonly CustomPreset[], preset: CustomPreset, index: number): CustomPreset[] {
  return list.toSpliced(index, 0, { ...preset, name: freeName(preset.name, list) });
}
