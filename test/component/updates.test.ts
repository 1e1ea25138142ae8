import { screen, within } from '@testing-library/svelte';
import axe from 'axe-core';
import { describe, expect, test } from 'vitest';
import { FakeAssistant } from './fake-api.ts';
import { openWindow, settle, spoken, type OpenWindow } from './open-window.ts';

const found = { kind: 'available', version: '0.2.0', sizeBytes: 112_000_000 } as const;

/** The line below the top bar; null while there is none. */
function line(): HTMLElement | null {
  return screen.queryByRole('region', { name: 'Updates' });
}

async function press(opened: OpenWindow, name: string): Promise<void> {
  await opened.user.click(screen.getByRole('button', { name }));
  await settle();
}

/** The settings; the line says nothing that they do not say. */
async function openSettings(fake = new FakeAssistant()): Promise<OpenWindow> {
  const opened = await openWindow(fake);
  fake.choose('show-settings');
  await settle();
  return opened;
}

function methods(fake: FakeAssistant): string[] {
  return fake.calls.map(({ method }) => method).filter((method) => method.startsWith('updates.'));
}

describe('the question', () => {
  test('is not there before main asks it', async () => {
    await openWindow();
    expect(line()).toBeNull();
  });

  test.each([
    { button: 'Look for updates', lookForUpdates: true },
    { button: 'No', lookForUpdates: false },
  ])('is answered with "$button"', async ({ button, lookForUpdates }) => {
    const fake = new FakeAssistant();
    fake.updates.state.isAsking = true;
    const opened = await openWindow(fake);
    expect(line()?.textContent).toContain('Nothing is fetched before you say so.');
    expect((await axe.run(document.body, { rules: { 'color-contrast': { enabled: false } } })).violations).toEqual([]);
    await press(opened, button);
    expect(fake.callsOf('settings.change')).toEqual([{ lookForUpdates }]);
    fake.updates.change({ isAsking: false });
    await settle();
    expect(line()).toBeNull();
    expect(methods(fake)).toEqual(['updates.state']);
  });
});

describe('a newer version', () => {
  test('is told, and fetched only when the owner says so', async () => {
    const opened = await openWindow();
    const { fake } = opened;
    fake.updates.change({ step: found });
    await settle();
    expect(line()?.textContent).toContain('Version 0.2.0 of the app is there.');
    expect(spoken()).toContain('Version 0.2.0 of the app is there.');
    expect(methods(fake)).not.toContain('updates.fetch');
    await press(opened, 'Fetch it, 112 MB');
    expect(methods(fake)).toContain('updates.fetch');
  });

  test('can be put off, and is not told again while the window is open', async () => {
    const opened = await openWindow();
    opened.fake.updates.change({ step: found });
    await settle();
    await press(opened, 'Not now');
    expect(line()).toBeNull();
    opened.fake.updates.change({ lookedAt: 1 });
    await settle();
    expect(line()).toBeNull();
  });

  test('that could not be fetched says why, once', async () => {
    const { fake } = await openWindow();
    fake.updates.change({ step: { ...found, kind: 'fetching', doneBytes: 0 } });
    await settle();
    const failure = { code: 'network-failed', message: 'The update could not be fetched.', details: {} } as const;
    fake.updates.change({ step: found, failure });
    await settle();
    expect(screen.getAllByText('The update could not be fetched.')).toHaveLength(1);
    expect(line()?.textContent).toContain('Fetch it');
  });

  test('waits for the answer, and the restart can be taken back', async () => {
    const opened = await openWindow();
    const { fake } = opened;
    fake.updates.change({ step: { kind: 'fetched', version: '0.2.0' } });
    await settle();
    await press(opened, 'Restart now');
    expect(methods(fake)).toContain('updates.install');
    fake.updates.change({ step: { kind: 'waiting', version: '0.2.0' } });
    await settle();
    expect(line()?.textContent).toContain('waits until no answer is being written');
    fake.updates.state.step = { kind: 'fetched', version: '0.2.0' };
    await press(opened, 'Do not restart');
    expect(methods(fake)).toContain('updates.cancel');
    expect(line()).toBeNull();
  });
});

describe('the settings', () => {
  test('switch the daily look on and off', async () => {
    const { fake, user } = await openSettings();
    const control = screen.getByRole('switch', { name: 'Look for updates' });
    expect(control.getAttribute('aria-checked')).toBe('false');
    await user.click(control);
    expect(fake.callsOf('settings.change')).toEqual([{ lookForUpdates: true }]);
  });

  test('look by hand, and say what came of it', async () => {
    const opened = await openSettings();
    const { fake } = opened;
    const section = screen.getByRole('region', { name: 'Updates' });
    expect(section.textContent).toContain('This is version 0.1.0. Nobody has looked for a newer one yet.');
    fake.updates.state.step = { kind: 'newest' };
    await press(opened, 'Look now');
    expect(section.textContent).toContain('This is version 0.1.0, the newest there is.');
    const failure = { code: 'network-failed', message: 'It could not be reached.', details: {} } as const;
    fake.updates.change({ step: { kind: 'idle' }, failure, lookedAt: fake.nowMs });
    await settle();
    expect(section.textContent).toContain('The last look for a newer one was today.');
    expect(section.textContent).toContain('It could not be reached.');
  });

  test('show how far fetching has come, and end it', async () => {
    const opened = await openSettings();
    const { fake } = opened;
    fake.updates.change({ step: { ...found, kind: 'fetching', doneBytes: 28_000_000 } });
    await settle();
    expect(screen.getByRole('progressbar').getAttribute('aria-valuenow')).toBe('25');
    const [section] = screen.getAllByRole('region', { name: 'Updates' }).slice(-1);
    await opened.user.click(within(section ?? document.body).getByRole('button', { name: 'Do not fetch it' }));
    expect(methods(fake)).toContain('updates.cancel');
  });

  test.each([
    { way: 'package', words: 'installed from a package of the system' },
    { way: 'folder', words: 'runs from an unpacked folder' },
    { way: 'sources', words: 'runs from its sources' },
  ] as const)('say how a copy is brought up to date that does not update itself: $way', async ({ way, words }) => {
    const fake = new FakeAssistant();
    fake.updates.state.way = way;
    const opened = await openSettings(fake);
    expect(screen.getByRole('region', { name: 'Updates' }).textContent).toContain(words);
    expect(screen.queryByRole('switch', { name: 'Look for updates' })).toBeNull();
    expect(screen.queryByRole('button', { name: 'Look now' })).toBeNull();
    await press(opened, 'Page of releases…');
    expect(fake.callsOf('app.openLink')).toEqual([{ url: 'https://example.org/releases' }]);
  });
});
