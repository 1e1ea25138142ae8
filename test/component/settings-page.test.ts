import { cleanup, screen, within } from '@testing-library/svelte';
import { describe, expect, test } from 'vitest';
import type { SettingsPatch } from '../../preload/contract/settings.ts';
import { nextZoom } from '../../renderer/features/settings/zoom-steps.ts';
import { FakeAssistant } from './fake-api.ts';
import { composer, openConversation, openWindow, settle, type OpenWindow } from './open-window.ts';

async function openSettings(section: string, fake = new FakeAssistant()): Promise<OpenWindow> {
  const opened = await openWindow(fake);
  fake.choose('show-settings');
  await settle();
  await opened.user.click(tab(section));
  await settle();
  return opened;
}

function fakeOn(platform: 'linux' | 'darwin' | 'win32'): FakeAssistant {
  const fake = new FakeAssistant();
  fake.info.platform = platform;
  return fake;
}

function tab(name: string): HTMLElement {
  return screen.getByRole('tab', { name });
}

function control(role: 'switch' | 'combobox', name: string): HTMLButtonElement {
  return screen.getByRole<HTMLButtonElement>(role, { name });
}

function hintOf(element: HTMLElement): string {
  return document.getElementById(element.getAttribute('aria-describedby') ?? '')?.textContent ?? '';
}

function changes(fake: FakeAssistant): unknown[] {
  return fake.callsOf('settings.change');
}

describe('the settings page', () => {
  test('takes the place of the transcript and gives it back with Escape', async () => {
    const { fake, user } = await openConversation(['What?', 'That.']);
    fake.choose('show-settings');
    await settle();
    expect(screen.getByRole('heading', { level: 1, name: 'Settings' })).toBeTruthy();
    expect(document.title).toBe('Settings – OASST Desktop');
    expect(document.activeElement).toBe(tab('General'));
    expect(screen.queryByRole('textbox', { name: 'Question' })).toBeNull();
    await user.keyboard('{Escape}');
    await settle();
    expect(screen.getByRole('article', { name: 'Answer 1' })).toBeTruthy();
    expect(document.activeElement).toBe(composer());
  });

  test('opens from the foot of the list, which then has the focus back', async () => {
    const { user } = await openWindow();
    const button = screen.getByRole('button', { name: 'Settings' });
    await user.click(button);
    await settle();
    expect(button.getAttribute('aria-current')).toBe('page');
    await user.click(screen.getByRole('button', { name: 'Back' }));
    await settle();
    expect(document.activeElement).toBe(button);
  });

  test('moves between its parts by arrow keys and keeps the last one', async () => {
    const { fake, user } = await openWindow();
    fake.choose('show-settings');
    await settle();
    for (const name of ['Model and device', 'Presets', 'Shortcuts', 'Appearance', 'Quick window']) {
      await user.keyboard('{ArrowDown}');
      await settle();
      expect(document.activeElement).toBe(tab(name));
      expect(screen.getByRole('tabpanel', { name })).toBeTruthy();
      expect(screen.getByRole('heading', { level: 2, name })).toBeTruthy();
    }
    await user.keyboard('{Escape}');
    fake.choose('show-settings');
    await settle();
    expect(document.activeElement).toBe(tab('Quick window'));
  });

  test('leads to the models and back to where it was', async () => {
    const { user } = await openSettings('Model and device');
    await user.click(screen.getByRole('button', { name: 'Choose or get a model…' }));
    await settle();
    expect(screen.getByRole('heading', { level: 1, name: 'Models' })).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'Where and how models run…' }));
    await settle();
    expect(tab('Model and device').getAttribute('aria-selected')).toBe('true');
    await user.keyboard('{Escape}');
    await settle();
    expect(screen.queryByRole('heading', { level: 1, name: /Models|Settings/ })).toBeNull();
  });

  test('Escape goes back one page at a time', async () => {
    const { user } = await openSettings('Model and device');
    await user.click(screen.getByRole('button', { name: 'Choose or get a model…' }));
    await settle();
    await user.keyboard('{Escape}');
    await settle();
    expect(document.activeElement).toBe(tab('Model and device'));
  });
});

describe('a setting', () => {
  test.each<[section: string, name: string, patch: SettingsPatch]>([
    ['General', 'Start when you log in', { startAtLogin: true }],
    ['General', 'Say when an answer is done', { notifyWhenDone: false }],
    ['Quick window', 'Offer the clipboard as context', { quickAskClipboard: true }],
  ])('%s, %s is switched at once and explained', async (section, name, patch) => {
    const { fake, user } = await openSettings(section, fakeOn('win32'));
    const before = control('switch', name).getAttribute('aria-checked');
    await user.click(screen.getByText(name));
    await settle();
    expect(changes(fake)).toEqual([patch]);
    expect(control('switch', name).getAttribute('aria-checked')).not.toBe(before);
    expect(hintOf(control('switch', name))).toMatch(/\.$/);
  });

  test.each<[section: string, name: string, option: string, patch: SettingsPatch]>([
    ['General', 'When the main window is closed', 'Keep running in the tray', { closeToTray: true }],
    ['General', 'When the main window is closed', 'Quit', { closeToTray: false }],
    ['Model and device', 'Runs on', 'Processor only', { device: 'cpu' }],
    ['Model and device', 'Sees at once', '1,024 tokens, less memory', { windowTokens: 1024 }],
    ['Model and device', 'Unloads after', 'never', { unloadAfterMinutes: 0 }],
    ['Appearance', 'Theme', 'Dark', { theme: 'dark' }],
    ['Data and privacy', 'Saved states', 'at most 16 GB', { stateCacheLimitBytes: 16 * 1024 ** 3 }],
  ])('%s, %s can be %s', async (section, name, option, patch) => {
    const { fake, user } = await openSettings(section);
    await user.selectOptions(control('combobox', name), option);
    await settle();
    expect(changes(fake)).toEqual([patch]);
    expect(within(control('combobox', name)).getByRole<HTMLOptionElement>('option', { name: option }).selected).toBe(
      true,
    );
    expect(hintOf(control('combobox', name))).toMatch(/\.$/);
  });

  test('that cannot be saved goes back and says so', async () => {
    const { fake, user } = await openSettings('General', fakeOn('darwin'));
    fake.fail('settings.change', ['database-readonly', 'The database cannot be written to.']);
    await user.click(control('switch', 'Check spelling'));
    await settle();
    expect(control('switch', 'Check spelling').getAttribute('aria-checked')).toBe('true');
    expect(screen.getByText('The database cannot be written to.')).toBeTruthy();
    cleanup();
    const other = await openSettings('General', fakeOn('win32'));
    other.fake.fail('settings.change', ['database-readonly', 'The database cannot be written to.']);
    await other.user.selectOptions(control('combobox', 'When the main window is closed'), 'Quit');
    await settle();
    expect(screen.getByRole<HTMLOptionElement>('option', { name: 'Ask the first time' }).selected).toBe(true);
  });

  test('that the desktop does not allow is out of reach and says why', async () => {
    const fake = new FakeAssistant();
    const reason = 'This desktop has no folder for programs that start with the session.';
    fake.desktop.change({ hasTray: false, startAtLogin: { isPossible: false, reason } });
    await openSettings('General', fake);
    expect(control('switch', 'Start when you log in').disabled).toBe(true);
    expect(hintOf(control('switch', 'Start when you log in'))).toBe(reason);
    expect(control('switch', 'Start minimised').disabled).toBe(true);
    expect(control('combobox', 'When the main window is closed').disabled).toBe(true);
    expect(hintOf(control('combobox', 'When the main window is closed'))).toContain('shows no tray icons');
  });

  test('that a system does not have is left out or says why', async () => {
    for (const platform of ['linux', 'win32'] as const) {
      await openSettings('General', fakeOn(platform));
      expect(control('switch', 'Check spelling').disabled).toBe(true);
      expect(control('switch', 'Check spelling').getAttribute('aria-checked')).toBe('false');
      expect(hintOf(control('switch', 'Check spelling'))).toContain('a dictionary from the network');
      cleanup();
    }
    const { fake, user } = await openSettings('General', fakeOn('darwin'));
    await user.click(control('switch', 'Check spelling'));
    expect(changes(fake)).toEqual([{ spellCheck: false }]);
    expect(screen.queryByRole('combobox', { name: 'When the main window is closed' })).toBeNull();
  });

  test('start minimised matters once the app starts with the session', async () => {
    const { user } = await openSettings('General');
    expect(control('switch', 'Start minimised').disabled).toBe(true);
    await user.click(control('switch', 'Start when you log in'));
    await settle();
    expect(control('switch', 'Start minimised').disabled).toBe(false);
  });

  test('a shorter window is weighed at once against the memory of this computer', async () => {
    const { fake, user } = await openSettings('Model and device');
    const before = fake.callsOf('library.get').length;
    await user.selectOptions(control('combobox', 'Sees at once'), '1,024 tokens, less memory');
    await settle();
    expect(fake.callsOf('library.get')).toHaveLength(before + 1);
  });

  test('the size goes by steps, keeps the focus and ends at the ends', async () => {
    const fake = new FakeAssistant();
    fake.settings.zoom = 2.5;
    const { user } = await openSettings('Appearance', fake);
    const larger = screen.getByRole('button', { name: 'Larger' });
    await user.click(larger);
    await user.click(larger);
    await settle();
    expect(changes(fake)).toEqual([{ zoom: 3 }]);
    expect(document.activeElement).toBe(larger);
    expect(larger.getAttribute('aria-disabled')).toBe('true');
    expect(screen.getByRole('status', { name: 'Size' }).textContent).toBe('300 %');
    await user.click(screen.getByRole('button', { name: 'Actual size' }));
    await user.click(screen.getByRole('button', { name: 'Smaller' }));
    expect(changes(fake).slice(1)).toEqual([{ zoom: 1 }, { zoom: 0.9 }]);
  });
});

describe('data and privacy', () => {
  test('says where everything lies, what it is, and deletes saved states', async () => {
    const { fake, user } = await openSettings('Data and privacy');
    await screen.findByText(fake.info.dataFolder);
    await user.click(screen.getByRole('button', { name: 'Copy the path of the data folder' }));
    expect(fake.callsOf('app.copyText')).toEqual([{ text: fake.info.dataFolder }]);
    expect(screen.getByText('The saved states take 12.0 MB.')).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'Delete saved states' }));
    await settle();
    expect(screen.getByText('The saved states take 0 bytes.')).toBeTruthy();
    expect(screen.getByRole('region', { name: 'Network' }).textContent).toContain('nothing you write leaves it.');
  });

  test('leads to mirror and proxy', async () => {
    const { user } = await openSettings('Data and privacy');
    await user.click(screen.getByRole('button', { name: 'Mirror and proxy, on the models page…' }));
    await settle();
    expect(screen.getByRole('textbox', { name: 'Hub or mirror' })).toBeTruthy();
  });
});

test('about tells version, Electron and licences, also from the menu', async () => {
  const fake = new FakeAssistant();
  fake.licences = 'Licence of everything';
  await openWindow(fake);
  fake.choose('show-about');
  await screen.findByText('Licence of everything');
  const panel = screen.getByRole('tabpanel', { name: 'About' });
  for (const words of [fake.info.version, fake.info.electronVersion, 'Apache 2.0']) {
    expect(panel.textContent).toContain(words);
  }
});

test('the quick window opens from its settings', async () => {
  const { fake, user } = await openSettings('Quick window');
  await user.click(screen.getByRole('button', { name: 'Open the quick window' }));
  expect(fake.callsOf('quickAsk.show')).toHaveLength(1);
});

test.each([
  [1, 1, 1.1],
  [1, -1, 0.9],
  [1.2, 1, 1.25],
  [1.2, -1, 1.1],
  [1.0999, 1, 1.25],
  [3, 1, null],
  [0.5, -1, null],
] as const)('from a size of %d, a step of %d leads to %d', (zoom, direction, next) => {
  expect(nextZoom(zoom, direction)).toBe(next);
});
