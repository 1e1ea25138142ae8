import { screen, within } from '@testing-library/svelte';
import { describe, expect, test } from 'vitest';
import { Ranking, type Findable } from '../../renderer/features/palette/ranking.ts';
import { FakeAssistant } from './fake-api.ts';
import { composer, openConversation, openWindow, settle, type OpenWindow } from './open-window.ts';

async function openPalette(fake = new FakeAssistant()): Promise<OpenWindow> {
  const opened = await openWindow(fake);
  fake.choose('show-palette');
  await isOpen();
  return opened;
}

async function isOpen(): Promise<void> {
  await expect.poll(() => document.activeElement?.getAttribute('role')).toBe('combobox');
}

function field(): HTMLElement {
  return screen.getByRole('combobox', { name: 'Find a conversation or command' });
}

function labels(): string[] {
  return screen.queryAllByRole('option').map((option) => option.querySelector('.label')?.textContent ?? '');
}

/** The option that the field points at, as a screen reader would find it. */
function current(): string {
  const option = document.getElementById(field().getAttribute('aria-activedescendant') ?? '');
  expect(option?.getAttribute('aria-selected')).toBe('true');
  return option?.querySelector('.label')?.textContent ?? '';
}

async function isClosed(): Promise<void> {
  await expect.poll(() => screen.queryByRole('dialog')).toBeNull();
  await settle();
}

function withThree(): FakeAssistant {
  const fake = new FakeAssistant();
  fake.addConversation('Cats and dogs', ['a', 'b'], fake.nowMs - 1000);
  fake.addConversation('What is a meme?', ['a', 'b'], fake.nowMs - 2000);
  fake.addConversation('The newest cat', ['a', 'b'], fake.nowMs - 3000);
  return fake;
}

describe('the palette', () => {
  test('has the focus in its field and shows the last conversations before the commands', async () => {
    await openPalette(withThree());
    expect(document.activeElement).toBe(field());
    expect(labels().slice(0, 4)).toEqual(['Cats and dogs', 'What is a meme?', 'The newest cat', 'New conversation']);
    expect(current()).toBe('Cats and dogs');
  });

  test('leads with Enter alone to the conversation before the one on the page', async () => {
    const fake = withThree();
    const { user } = await openWindow(fake);
    for (const title of ['Cats and dogs', 'What is a meme?', 'Cats and dogs']) {
      fake.choose('show-palette');
      await isOpen();
      expect(current()).toBe(title);
      await user.keyboard('{Enter}');
      await isClosed();
      await screen.findByRole('heading', { level: 1, name: title });
    }
  });

  test('moves by arrow keys, around the ends', async () => {
    const { user } = await openPalette(withThree());
    await user.keyboard('{ArrowDown}');
    expect(current()).toBe('What is a meme?');
    await user.keyboard('{ArrowUp}{ArrowUp}');
    expect(current()).toBe(labels().at(-1));
    await user.keyboard('{ArrowDown}');
    expect(current()).toBe('Cats and dogs');
  });

  test('finds a conversation and opens it with the cursor in the composer', async () => {
    const { user } = await openPalette(withThree());
    await user.keyboard('meme');
    expect(labels()).toEqual(['What is a meme?']);
    await user.keyboard('{Enter}');
    await isClosed();
    expect(screen.getByRole('heading', { level: 1, name: 'What is a meme?' })).toBeTruthy();
    await expect.poll(() => document.activeElement).toBe(composer());
  });

  test('shows the keys of commands', async () => {
    const { user } = await openPalette();
    await user.keyboard('models');
    expect(screen.getByRole('option', { name: 'Models Ctrl Shift M' })).toBeTruthy();
  });

  test('opens a part of the settings, and Escape there leads back to where the focus was', async () => {
    const opened = await openConversation(['What?', 'That.']);
    opened.fake.choose('show-palette');
    await isOpen();
    await opened.user.keyboard('appearance{Enter}');
    await isClosed();
    await expect.poll(() => document.activeElement).toBe(screen.getByRole('tab', { name: 'Appearance' }));
    await opened.user.keyboard('{Escape}');
    await settle();
    expect(document.activeElement).toBe(composer());
  });

  test('closes with Escape, stops nothing, and gives the focus back', async () => {
    const opened = await openConversation(['What?', 'That.']);
    await opened.user.type(composer(), 'More?{Enter}');
    await settle();
    const button = screen.getByRole('button', { name: 'Find' });
    button.focus();
    opened.fake.choose('show-palette');
    await isOpen();
    expect(field()).toBeTruthy();
    await opened.user.keyboard('{Escape}');
    await isClosed();
    expect(document.activeElement).toBe(button);
    expect(opened.fake.callsOf('generations.stop')).toEqual([]);
  });

  test('closes when its keys are pressed again', async () => {
    const { fake } = await openPalette();
    fake.choose('show-palette');
    await isClosed();
  });

  test('offers what needs an answer only while there is one', async () => {
    const { fake, user } = await openPalette();
    await user.keyboard('answer');
    expect(labels()).toEqual([]);
    expect(screen.getByText(/^Nothing is called like this\./)).toBeTruthy();
    fake.choose('show-palette');
    await isClosed();
  });

  test('copies, tries again, changes theme and preset', async () => {
    const { fake, user, id } = await openConversation(['What?', 'That.']);
    for (const query of ['copy the', 'dark', 'precise', 'try']) {
      fake.choose('show-palette');
      await isOpen();
      await user.keyboard(`${query}{Enter}`);
      await isClosed();
    }
    await expect.poll(() => fake.callsOf('generations.retry')).toHaveLength(1);
    expect(fake.callsOf('app.copyText')).toEqual([{ text: 'That.' }]);
    expect(fake.settings.theme).toBe('dark');
    expect(fake.callsOf('conversations.choosePreset')).toEqual([{ conversationId: id, presetId: 'k50-Precise' }]);
  });

  test('is chosen from by the pointer', async () => {
    const { fake, user } = await openPalette(withThree());
    const list = screen.getByRole('listbox', { name: 'Conversations and commands' });
    await user.click(within(list).getByText('Open the quick window'));
    await isClosed();
    await expect.poll(() => fake.callsOf('quickAsk.show')).toHaveLength(1);
  });
});

const entries = [
  { label: 'New conversation', keywords: 'chat start' },
  { label: 'Next conversation' },
  { label: 'Settings', keywords: 'preferences' },
  { label: 'Settings: Model and device' },
  { label: 'The newest of news' },
  { label: 'Café müßig' },
  { label: 'Renewal of a conversation' },
];

function labelsFor(ranking: Ranking<Findable>, query: string): string[] {
  return ranking.find(query, 100).map(({ label }) => label);
}

describe('ranking', () => {
  test.each([
    ['', entries.map(({ label }) => label)],
    // What begins with it, then what has a word that does, then what contains it; within a kind the given order.
    ['new', ['New conversation', 'The newest of news', 'Renewal of a conversation']],
    ['conversation new', ['New conversation', 'Renewal of a conversation']],
    ['device model', ['Settings: Model and device']],
    ['nc', ['New conversation', 'Next conversation']],
    ['nec', ['New conversation', 'Next conversation']],
    ['smd', ['Settings: Model and device']],
    ['cafe mu', ['Café müßig']],
    ['PREFER', ['Settings']],
    ['chat', ['New conversation']],
    ['nwcnv', []],
    ['  ', entries.map(({ label }) => label)],
    ['?!', entries.map(({ label }) => label)],
  ])('“%s” finds %j', (query, found) => {
    expect(labelsFor(new Ranking(entries), query)).toEqual(found);
  });

  test('finds the same whether a query is typed letter by letter, taken back or put there at once', () => {
    const ranking = new Ranking(entries);
    for (const query of ['n', 'ne', 'new', 'new c', 'new', 'ne', 'se', 'set', '', 'c', 'ch', 'cha']) {
      expect(labelsFor(ranking, query)).toEqual(labelsFor(new Ranking(entries), query));
    }
  });

  test('gives as many as are asked for, the best of all', () => {
    expect(new Ranking(entries).find('s', 2).map(({ label }) => label)).toEqual([
      'Settings',
      'Settings: Model and device',
    ]);
  });

  test('stays quick for long titles of one letter', () => {
    expect(new Ranking([{ label: 'a '.repeat(100) }]).find(`${'a'.repeat(199)}b`, 1)).toEqual([]);
  });
});
