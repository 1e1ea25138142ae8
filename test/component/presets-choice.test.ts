import { screen } from '@testing-library/svelte';
import { describe, expect, test } from 'vitest';
import { presets, type CustomPreset } from '../../preload/contract/presets.ts';
import { FakeAssistant, facts } from './fake-api.ts';
import { inTurn, openConversation, openWindow, settle, type OpenWindow } from './open-window.ts';

const cold: CustomPreset = {
  id: '00000000-0000-4000-8000-00000000c01d',
  name: 'Cold',
  parameters: { ...presets.k50, temperature: 0.2 },
};

function fakeWith(...own: CustomPreset[]): FakeAssistant {
  const fake = new FakeAssistant();
  fake.settings.customPresets = own;
  return fake;
}

async function openList({ user }: OpenWindow): Promise<string[]> {
  screen.getByRole('combobox', { name: /^Preset/ }).focus();
  await user.keyboard('{Enter}');
  await settle();
  const options = await screen.findAllByRole('option');
  return options.map((option) => option.querySelector('.label')?.textContent ?? '');
}

async function choose(open: OpenWindow, name: RegExp): Promise<void> {
  await openList(open);
  await open.user.click(screen.getByRole('option', { name }));
  await settle();
}

const shown = (): string | null => screen.getByRole('combobox', { name: /^Preset/ }).getAttribute('aria-label');

describe('the preset', () => {
  test('on the first screen is the default of all conversations', async () => {
    const open = await openWindow(fakeWith(cold));
    await choose(open, /^Cold/);
    expect(open.fake.callsOf('settings.change')).toEqual([{ presetId: cold.id }]);
    expect(shown()).toBe('Preset: Cold');
  });

  test('in a conversation belongs to it, and can be given back', async () => {
    const open = await openConversation(['What?', 'That.'], fakeWith(cold));
    expect(shown()).toBe('Preset: k50');
    expect(await openList(open)).not.toContain('Use the default again');
    expect(screen.getByText('For this conversation')).toBeTruthy();
    await open.user.click(screen.getByRole('option', { name: /^Cold/ }));
    await settle();
    expect(open.fake.callsOf('settings.change')).toEqual([]);
    expect(open.fake.callsOf('conversations.choosePreset')).toEqual([{ conversationId: open.id, presetId: cold.id }]);
    expect(shown()).toBe('Preset: Cold, for this conversation');

    await open.user.click(screen.getByRole('button', { name: 'New conversation' }));
    await settle();
    expect(shown()).toBe('Preset: k50');
    await open.user.click(screen.getByRole('button', { name: 'A conversation' }));
    await settle();
    await choose(open, /^Use the default again/);
    expect(open.fake.callsOf('conversations.choosePreset').at(-1)).toEqual({ conversationId: open.id, presetId: null });
    expect(shown()).toBe('Preset: k50');
  });

  test('is the default again when the chosen one is gone', async () => {
    const open = await openConversation(['What?', 'That.'], fakeWith(cold));
    await choose(open, /^Cold/);
    await open.stores.settings.change({ customPresets: [], presetId: 'nucleus9' });
    await settle();
    expect(shown()).toMatch(/^Preset: nucleus9/);
  });

  test('that could not be stored is told, and the one before stays', async () => {
    const open = await openConversation(['What?', 'That.']);
    open.fake.fail('conversations.choosePreset', ['disk-full', 'The disk is full. Free some space, then go on.']);
    await choose(open, /^typical2/);
    expect(screen.getByText('The disk is full. Free some space, then go on.')).toBeTruthy();
    expect(shown()).toBe('Preset: k50');
  });
});

describe('the details of an answer', () => {
  async function detailsWith(presetId: string, ...own: CustomPreset[]) {
    const fake = fakeWith(...own);
    const id = fake.addConversation('A conversation', ['What?']);
    const parentId = fake.transcript(id).messages[0]?.id ?? null;
    const { id: answerId } = fake.addMessage(id, {
      ...{ role: 'assistant', parentId, text: 'That.' },
      generation: facts({ presetId }),
    });
    fake.settings.lastConversationId = id;
    const open = await openWindow(fake);
    await open.user.click(inTurn('Answer 1').getByRole('button', { name: 'Details' }));
    return { ...open, answerId };
  }

  test.each([
    ['by its name', [cold], 'Cold'],
    ['as one of the owner’s when it is gone', [], 'own preset'],
  ])('name the preset %s', async (_how, own, name) => {
    await detailsWith(cold.id, ...own);
    expect(inTurn('Answer 1').getByText(`${name} ·`)).toBeTruthy();
  });

  test('offer to write it again with the same seed, beside the first', async () => {
    const { fake, user, answerId } = await detailsWith('k50');
    await user.click(inTurn('Answer 1').getByRole('button', { name: 'Write it again with this seed' }));
    await settle();
    expect(fake.callsOf('generations.retry')).toEqual([{ messageId: answerId, repeat: true }]);
    expect(fake.running().parentId).toBe(fake.message(answerId).parentId);
  });
});
