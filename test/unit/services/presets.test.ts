import { describe, expect, it } from 'vitest';
import { presetIdByName, presetNameOf, resolvePreset } from '../../../main/services/presets.ts';
import { presets } from '../../../preload/contract/presets.ts';
import { codeOf, newId } from '../../support/database.ts';

const own = { id: newId(), name: 'Cold and short', parameters: { ...presets.k50, temperature: 0.2, maxNewTokens: 64 } };
const settings = { customPresets: [own] };
const gone = newId();

describe('the preset of an answer', () => {
  it.each([
    ['the first that is chosen', ['typical2', own.id, 'k50'], 'typical2', presets.typical2],
    ['one of the owner’s own', [undefined, own.id, 'typical2'], own.id, own.parameters],
    ['the next when one is gone', [gone, null, 'nucleus9'], 'nucleus9', presets.nucleus9],
    ['the default when nothing that is chosen is there', [undefined, gone, '__proto__'], 'k50', presets.k50],
  ])('is %s', (_name, choices, presetId, parameters) => {
    expect(resolvePreset(settings, choices)).toEqual({ presetId, parameters });
  });
});

describe('the name of a preset', () => {
  it('finds it in capital and small letters, and in no other form', () => {
    expect(presetIdByName(settings, 'K50-PRECISE')).toBe('k50-Precise');
    expect(presetIdByName(settings, 'cold AND short')).toBe(own.id);
    for (const name of ['cold', '', own.id]) {
      expect(
        codeOf(() => presetIdByName(settings, name)),
        name,
      ).toBe('invalid-input');
    }
  });

  it('that is unknown is answered with the names there are', () => {
    expect(() => presetIdByName(settings, 'k51')).toThrow(
      'There is no preset "k51". There are: k50, k50-Creative, k50-Precise, k50-Original, nucleus9, typical2, typical3, Cold and short.',
    );
  });

  it('is told for each there is', () => {
    expect([presetNameOf(settings, 'k50'), presetNameOf(settings, own.id), presetNameOf(settings, gone)]).toEqual([
      'k50',
      'Cold and short',
      null,
    ]);
  });
});
