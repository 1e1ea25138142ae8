import { fireEvent, screen, within, type BoundFunctions, type queries } from '@testing-library/svelte';
import type { UserEvent } from '@testing-library/user-event';
import axe from 'axe-core';
import { describe, expect, test } from 'vitest';
import { parametersSchema, presets, type CustomPreset } from '../../preload/contract/presets.ts';
import { builtInParameters, parameterWords } from '../../renderer/features/presets/parameter-words.ts';
import { FakeAssistant } from './fake-api.ts';
import { openWindow, settle, type OpenWindow } from './open-window.ts';

const cold: CustomPreset = {
  id: '00000000-0000-4000-8000-00000000c01d',
  name: 'Cold',
  parameters: { ...presets.k50, temperature: 0.2 },
};
const warm: CustomPreset = { ...cold, id: '00000000-0000-4000-8000-000000003a53', name: 'Warm' };

/** The presets of the settings page. */
async function openSection(own: CustomPreset[] = []): Promise<OpenWindow> {
  const fake = new FakeAssistant();
  fake.settings.customPresets = own;
  const open = await openWindow(fake);
  fake.choose('show-settings');
  await settle();
  await open.user.click(screen.getByRole('tab', { name: 'Presets' }));
  return open;
}

/** As `openSection`, with the editor of the first preset open. */
async function openEditor(own: CustomPreset[] = [cold]): Promise<OpenWindow> {
  const open = await openSection(own);
  await open.user.click(screen.getByRole('button', { name: `Edit ${own[0]?.name ?? ''}` }));
  return open;
}

function row(name: string): BoundFunctions<typeof queries> {
  return within(screen.getByRole('listitem', { name }));
}

function field(name: string): HTMLInputElement {
  return screen.getByRole<HTMLInputElement>('textbox', { name });
}

function slider(name: string): HTMLInputElement {
  return screen.getByRole<HTMLInputElement>('slider', { name: `${name}, slider` });
}

const stored = (fake: FakeAssistant): CustomPreset | undefined => fake.settings.customPresets[0];

async function write(user: UserEvent, name: string, text: string): Promise<void> {
  await user.clear(field(name));
  await user.type(field(name), `${text}{Enter}`);
  await settle();
}

describe('the words', () => {
  test('show the parameters that the presets of Open-Assistant have', () => {
    expect(builtInParameters).toEqual(presets);
  });

  test('offer for each parameter what the contract takes, and no more', () => {
    for (const { key, min, max, isWhole, whenOn } of parameterWords) {
      const accepts = (value: number | null): boolean =>
        parametersSchema.safeParse({ ...presets.k50, [key]: value }).success;
      expect([min, max, whenOn ?? min].every(accepts), key).toBe(true);
      expect([min - 0.001, max + 0.001, max + 1].some(accepts), key).toBe(false);
      expect(accepts(null), key).toBe(whenOn !== null);
      expect(accepts(min + 0.5), key).toBe(!isWhole);
    }
  });
});

describe('the list of presets', () => {
  test('shows those of Open-Assistant with what they do, to be copied and not to be changed', async () => {
    await openSection();
    expect(
      row('typical2').getByText('repetition 1.2 · temperature 0.8 · typical-p 0.2 · at most 1,024 tokens'),
    ).toBeTruthy();
    expect(
      row('typical2')
        .getAllByRole('button')
        .map((button) => button.textContent.trim()),
    ).toEqual(['Make a copy']);
    expect(screen.getByText('None yet. Make a copy of one below and change it.')).toBeTruthy();
  });

  test('a copy gets a name of its own, and its editor opens on it', async () => {
    const { fake, user } = await openSection();
    for (const name of ['nucleus9 copy', 'nucleus9 copy 2']) {
      await user.click(screen.getByRole('button', { name: 'Make a copy of nucleus9' }));
      await settle();
      expect(document.activeElement).toBe(field('Name'));
      expect(field('Name').value).toBe(name);
    }
    expect(fake.settings.customPresets.map(({ parameters }) => parameters)).toEqual([
      presets.nucleus9,
      presets.nucleus9,
    ]);
    expect(new Set(fake.settings.customPresets.map(({ id }) => id)).size).toBe(2);
  });

  test('a deleted preset can be brought back to its place, under a free name', async () => {
    const { fake, stores, user } = await openSection([cold, warm]);
    await user.click(screen.getByRole('button', { name: 'Delete Cold' }));
    await settle();
    expect(fake.settings.customPresets).toEqual([warm]);
    expect(document.activeElement).toBe(screen.getByRole('heading', { name: 'Your own' }));
    expect(screen.getByText('“Cold” deleted.')).toBeTruthy();
    await stores.settings.change({ customPresets: [{ ...warm, name: 'COLD' }] });
    await user.click(screen.getByRole('button', { name: /^Undo/ }));
    await settle();
    expect(fake.settings.customPresets).toEqual([
      { ...cold, name: 'Cold 2' },
      { ...warm, name: 'COLD' },
    ]);
  });

  test('a preset that could not be deleted is still there, and nothing is offered to be taken back', async () => {
    const { fake, user } = await openSection([cold]);
    fake.fail('settings.change', ['disk-full', 'The disk is full. Free some space, then go on.']);
    await user.click(screen.getByRole('button', { name: 'Delete Cold' }));
    await settle();
    expect(row('Cold')).toBeTruthy();
    expect(screen.getByText('The disk is full. Free some space, then go on.')).toBeTruthy();
    expect(screen.queryByRole('button', { name: /^Undo/ })).toBeNull();
  });

  test('takes no more than can be kept, and says so', async () => {
    const many = Array.from({ length: 100 }, (_, index) => ({
      ...cold,
      id: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
      name: `Preset ${String(index)}`,
    }));
    await openSection(many);
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Make a copy of k50' }).disabled).toBe(true);
    expect(screen.getByText(/^At most 100 presets can be kept/)).toBeTruthy();
  });

  test('the default is one of all', async () => {
    const { fake, user } = await openSection([cold]);
    await user.selectOptions(screen.getByRole('combobox', { name: 'Default' }), 'Cold');
    expect(fake.callsOf('settings.change')).toEqual([{ presetId: cold.id }]);
  });
});

describe('the editor', () => {
  test('saves a number as soon as it is entered', async () => {
    const { fake, user } = await openEditor();
    await write(user, 'Temperature', '1.35');
    await write(user, 'Longest answer', '64');
    expect(stored(fake)).toEqual({ ...cold, parameters: { ...cold.parameters, temperature: 1.35, maxNewTokens: 64 } });
    expect(slider('Temperature').value).toBe('1.35');
  });

  test('saves what a slider was left at, and shows it in the field on the way', async () => {
    const { fake } = await openEditor();
    await fireEvent.input(slider('Top-p'), { target: { value: '0.5' } });
    expect(field('Top-p').value).toBe('0.5');
    expect(fake.callsOf('settings.change')).toEqual([]);
    await fireEvent.change(slider('Top-p'));
    await settle();
    expect(stored(fake)?.parameters.topP).toBe(0.5);
  });

  test.each([
    ['Temperature', '2.5', 'This takes a number from 0 to 2. The one before is kept.'],
    ['Temperature', 'warm', 'This takes a number from 0 to 2. The one before is kept.'],
    ['Top-k', '1.5', 'This takes a whole number from 1 to 1,000. The one before is kept.'],
    ['Repetition penalty', '0', 'This takes a number from 1 to 2. The one before is kept.'],
    ['Top-p', ' ', 'This takes a number from 0.01 to 1. The one before is kept.'],
  ])('%s does not take %j, and Escape brings back what was set', async (name, text, problem) => {
    const { fake, user } = await openEditor();
    const before = field(name).value;
    await write(user, name, text);
    expect(screen.getByText(problem)).toBeTruthy();
    expect(field(name).getAttribute('aria-invalid')).toBe('true');
    expect(fake.callsOf('settings.change')).toEqual([]);
    await user.type(field(name), '{Escape}');
    expect(field(name).value).toBe(before);
    expect(screen.queryByText(problem)).toBeNull();
  });

  test('steps that may be off have a switch', async () => {
    const { fake, user } = await openEditor();
    expect(screen.getAllByRole('switch').map((control) => control.getAttribute('aria-checked'))).toEqual([
      'true',
      'true',
      'false',
    ]);
    await user.click(screen.getByRole('switch', { name: 'Top-k' }));
    await user.click(screen.getByRole('switch', { name: 'Typical-p' }));
    await settle();
    expect(stored(fake)?.parameters).toMatchObject({ topK: null, topP: 0.95, typicalP: 0.2 });
    expect(field('Top-k').disabled && slider('Top-k').disabled).toBe(true);
    await user.click(screen.getByRole('switch', { name: 'Top-k' }));
    await settle();
    expect(stored(fake)?.parameters.topK).toBe(50);
  });

  test('gives a name that no other preset has', async () => {
    const { fake, user } = await openEditor([cold, warm]);
    expect(document.activeElement).toBe(field('Name'));
    for (const name of ['WARM', 'K50']) {
      await write(user, 'Name', name);
      expect(screen.getByText('Another preset has this name. The one before is kept.')).toBeTruthy();
    }
    await user.clear(field('Name'));
    await user.tab();
    expect(screen.getByText('A preset needs a name. The one before is kept.')).toBeTruthy();
    expect(fake.callsOf('settings.change')).toEqual([]);
    await write(user, 'Name', '  cold  ');
    expect(stored(fake)).toEqual({ ...cold, name: 'cold' });
    expect(row('cold')).toBeTruthy();
  });

  test('keeps a change that is made before the one before it is answered', async () => {
    const { fake, stores } = await openSection([cold]);
    await Promise.all([
      stores.settings.change({ customPresets: [{ ...cold, name: 'Colder' }] }),
      stores.settings.change({ presetId: cold.id }),
    ]);
    expect(stores.settings.value).toEqual(fake.settings);
    expect(stores.settings.value).toMatchObject({ presetId: cold.id, customPresets: [{ name: 'Colder' }] });
  });

  test('tells in which order the steps apply, and stands in it', async () => {
    await openEditor();
    expect(
      screen.getByText(/in the order of Hugging Face’s library: repetition penalty, temperature, top-k/),
    ).toBeTruthy();
    expect(screen.getAllByRole('group').map((group) => group.getAttribute('aria-label'))).toEqual([
      'Repetition penalty',
      'Temperature',
      'Top-k',
      'Top-p',
      'Typical-p',
      'Longest answer',
    ]);
  });
});

test('the section is accessible, also with an editor open and a mistake in it', async () => {
  const { user } = await openEditor([cold, warm]);
  await write(user, 'Temperature', 'warm');
  // jsdom draws nothing, so colours are left to the tests in the real window.
  const { violations } = await axe.run(screen.getByRole('tabpanel'), {
    rules: { 'color-contrast': { enabled: false } },
  });
  expect(violations.map(({ id, nodes }) => `${id} ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([]);
});
