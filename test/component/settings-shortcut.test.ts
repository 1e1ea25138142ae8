import { screen } from '@testing-library/svelte';
import { describe, expect, test, vi } from 'vitest';
import { keysOf, readShortcut, type ShortcutPress } from '../../renderer/lib/accelerator.ts';
import { testTimeMs } from '../../renderer/stores/desktop.svelte.ts';
import { FakeAssistant } from './fake-api.ts';
import { openWindow, settle, type OpenWindow } from './open-window.ts';

async function openShortcuts(fake = new FakeAssistant()): Promise<OpenWindow> {
  const opened = await openWindow(fake);
  fake.choose('show-settings');
  await settle();
  await opened.user.click(screen.getByRole('tab', { name: 'Shortcuts' }));
  await settle();
  return opened;
}

function part(): HTMLElement {
  return screen.getByRole('region', { name: 'The quick window, from anywhere' });
}

function button(name: string): HTMLElement {
  return screen.getByRole('button', { name });
}

describe('the global shortcut', () => {
  test.each([
    ['confirmed', null, 'Confirmed. A press of these keys has arrived on this desktop.'],
    ['not-confirmed', null, 'Not confirmed yet. The system took these keys, but no press of them has arrived so far.'],
    ['refused', 'Another program uses these keys.', 'Refused. Another program uses these keys.'],
    ['cannot-work', 'This desktop passes no keys on.', 'Cannot work here. This desktop passes no keys on.'],
  ] as const)('that is %s says so plainly', async (state, reason, words) => {
    const fake = new FakeAssistant();
    fake.desktop.changeShortcut({ state, reason });
    await openShortcuts(fake);
    expect(part().textContent.replace(/\s+/g, ' ')).toContain(`Ctrl Shift Space ${words}`);
  });

  test('takes the keys that are pressed, once they are let go', async () => {
    const { fake, user } = await openShortcuts();
    await user.click(button('Change…'));
    await settle();
    const field = screen.getByRole<HTMLInputElement>('textbox', { name: 'New keys' });
    expect(document.activeElement).toBe(field);
    expect(fake.desktop.isSuspended).toBe(true);
    await user.keyboard('{Control>}{Alt>}');
    expect(field.value).toBe('Ctrl Alt');
    await user.keyboard('{k>}');
    expect(field.value).toBe('Ctrl Alt K');
    expect(fake.callsOf('desktop.setShortcut')).toEqual([]);
    await user.keyboard('{/k}');
    await settle();
    expect(fake.callsOf('desktop.setShortcut')).toEqual([{ accelerator: 'CommandOrControl+Alt+K' }]);
    expect(fake.desktop.isSuspended).toBe(false);
    expect(part().textContent).toContain('Not confirmed yet.');
    expect(document.activeElement).toBe(button('Change…'));
  });

  test('does not take a key that is needed for writing', async () => {
    const { fake, user } = await openShortcuts();
    await user.click(button('Change…'));
    await settle();
    await user.keyboard('{Shift>}k{/Shift}');
    expect(part().textContent).toContain('Alone, this key is needed for writing.');
    await user.keyboard('{Control>};{/Control}');
    expect(part().textContent).toContain('This key cannot be used.');
    expect(fake.callsOf('desktop.setShortcut')).toEqual([]);
  });

  test('stays as it was with Escape, or when the field is left', async () => {
    const { fake, user } = await openShortcuts();
    for (const leave of ['{Escape}', '{Tab}']) {
      await user.click(button('Change…'));
      await settle();
      await user.keyboard(leave);
      await settle();
      expect(screen.queryByRole('textbox', { name: 'New keys' })).toBeNull();
      expect(fake.desktop.isSuspended).toBe(false);
    }
    expect(fake.callsOf('desktop.setShortcut')).toEqual([]);
    expect(screen.getByRole('heading', { level: 1, name: 'Settings' })).toBeTruthy();
  });

  test('is taken again when the page goes while keys are awaited', async () => {
    const { fake, user } = await openShortcuts();
    await user.click(button('Change…'));
    await settle();
    fake.choose('show-models');
    await settle();
    expect(fake.desktop.isSuspended).toBe(false);
  });

  test('that the system refuses is said, and the one before stays', async () => {
    const { fake, user } = await openShortcuts();
    fake.desktop.refusal = 'Another program uses these keys.';
    await user.click(button('Change…'));
    await settle();
    await user.keyboard('{Control>}{Alt>}k{/Alt}{/Control}');
    await settle();
    expect(screen.getByText(/^Ctrl \+ Alt \+ K cannot be used\./).textContent).toBe(
      'Ctrl + Alt + K cannot be used. Another program uses these keys. Ctrl + Shift + Space stays.',
    );
    expect(part().textContent).toContain('Not confirmed yet.');
  });

  test('can be turned off, and the default can be had back', async () => {
    const { fake, user } = await openShortcuts();
    expect(screen.queryByRole('button', { name: 'Use the default' })).toBeNull();
    await user.click(button('Turn off'));
    await settle();
    expect(part().textContent).toContain('Off.');
    expect(screen.queryByRole('button', { name: 'Press it now' })).toBeNull();
    expect(document.activeElement).toBe(button('Change…'));
    await user.click(button('Use the default'));
    await settle();
    expect(fake.callsOf('desktop.setShortcut')).toEqual([
      { accelerator: null },
      { accelerator: 'CommandOrControl+Shift+Space' },
    ]);
  });

  test('names the command that works without it', async () => {
    const { fake, user } = await openShortcuts();
    expect(screen.getByText('oasst-desktop --quick-ask')).toBeTruthy();
    await user.click(button('Copy the command'));
    expect(fake.callsOf('app.copyText')).toEqual([{ text: 'oasst-desktop --quick-ask' }]);
  });

  test('that cannot be asked about says so and asks again', async () => {
    const fake = new FakeAssistant();
    fake.fail('desktop.state', ['internal', 'The desktop did not answer.']);
    const { user } = await openShortcuts(fake);
    expect(screen.getByText('The desktop did not answer.')).toBeTruthy();
    fake.failing.clear();
    await user.click(button('Try again'));
    await settle();
    expect(part().textContent).toContain('Not confirmed yet.');
  });
});

describe('the self-test', () => {
  test('says when the press arrives', async () => {
    const { fake, user } = await openShortcuts();
    await user.click(button('Press it now'));
    await settle();
    expect(screen.getByText('Press Ctrl + Shift + Space now. It opens nothing this time.')).toBeTruthy();
    fake.desktop.press();
    await settle();
    expect(screen.getByText('The press arrived.')).toBeTruthy();
    expect(part().textContent).toContain('Confirmed.');
  });

  test('can be repeated for one that was confirmed before', async () => {
    const fake = new FakeAssistant();
    fake.desktop.changeShortcut({ state: 'confirmed' });
    const { user } = await openShortcuts(fake);
    await user.click(button('Press it now'));
    await settle();
    expect(screen.queryByText('The press arrived.')).toBeNull();
    fake.desktop.press();
    await settle();
    expect(screen.getByText('The press arrived.')).toBeTruthy();
  });

  test('ends by itself and says what to do when nothing arrives', async () => {
    const { fake, user, stores } = await openShortcuts();
    vi.useFakeTimers();
    await stores.desktop.startTest();
    vi.advanceTimersByTime(testTimeMs);
    vi.useRealTimers();
    await settle();
    expect(screen.getByText(/^No press arrived\./)).toBeTruthy();
    expect(fake.desktop.state.shortcut.isTesting).toBe(false);
    await user.click(button('Press it now'));
    await settle();
    expect(fake.desktop.state.shortcut.isTesting).toBe(true);
  });

  test('ends when it is stopped, and when the page is left', async () => {
    const { fake, user } = await openShortcuts();
    await user.click(button('Press it now'));
    await settle();
    await user.click(button('Stop waiting'));
    await settle();
    expect(fake.desktop.state.shortcut.isTesting).toBe(false);
    await user.click(button('Press it now'));
    await settle();
    await user.keyboard('{Escape}');
    await settle();
    expect(fake.desktop.state.shortcut.isTesting).toBe(false);
  });
});

describe('the sheet of keys', () => {
  test('lists the global shortcut with its state, the commands and the keys of the page', async () => {
    const { fake } = await openWindow();
    fake.choose('show-shortcuts');
    const dialog = await screen.findByRole('dialog', { name: 'Keyboard shortcuts' });
    const text = dialog.textContent.replace(/\s+/g, ' ');
    for (const line of [
      'Open the quick window Not confirmed yet Ctrl Shift Space',
      'New conversation Ctrl N',
      'Find a conversation or command Ctrl K',
      'Settings Ctrl ,',
      'Actual size Ctrl 0',
      'New line Shift Enter',
      'Rename F2',
    ]) {
      expect(text).toContain(line);
    }
    fake.desktop.press();
    await settle();
    expect(dialog.textContent).toContain('Confirmed');
  });
});

function press(change: Partial<ShortcutPress>): ShortcutPress {
  return { key: 'k', code: 'KeyK', ctrlKey: false, altKey: false, shiftKey: false, metaKey: false, ...change };
}

describe('a press of keys', () => {
  test.each<[name: string, ShortcutPress, isMac: boolean, accelerator: string]>([
    ['Ctrl and a letter', press({ ctrlKey: true }), false, 'CommandOrControl+K'],
    ['⌘ and a letter', press({ metaKey: true }), true, 'CommandOrControl+K'],
    ['Ctrl on a Mac', press({ ctrlKey: true }), true, 'Control+K'],
    ['the Super key', press({ metaKey: true }), false, 'Super+K'],
    ['a letter of another alphabet', press({ key: 'л', altKey: true }), false, 'Alt+K'],
    ['a letter that moved with the layout', press({ key: 'a', code: 'KeyQ', altKey: true }), false, 'Alt+A'],
    [
      'a digit under Shift',
      press({ key: '!', code: 'Digit1', ctrlKey: true, shiftKey: true }),
      false,
      'CommandOrControl+Shift+1',
    ],
    ['the space bar', press({ key: ' ', code: 'Space', ctrlKey: true }), false, 'CommandOrControl+Space'],
    ['an arrow', press({ key: 'ArrowUp', code: 'ArrowUp', ctrlKey: true }), false, 'CommandOrControl+Up'],
    ['a function key alone', press({ key: 'F9', code: 'F9' }), false, 'F9'],
  ])('%s becomes an accelerator', (_name, pressed, isMac, accelerator) => {
    expect(readShortcut(pressed, isMac)).toEqual({ accelerator, reason: null });
  });

  test.each<[name: string, ShortcutPress, reason: string]>([
    ['a modifier alone', press({ key: 'Control', code: 'ControlLeft', ctrlKey: true }), 'incomplete'],
    ['a letter alone', press({}), 'needs-modifier'],
    ['a capital letter', press({ key: 'K', shiftKey: true }), 'needs-modifier'],
    ['punctuation', press({ key: ';', code: 'Semicolon', ctrlKey: true }), 'unknown-key'],
  ])('%s is none', (_name, pressed, reason) => {
    expect(readShortcut(pressed, false)).toEqual({ accelerator: null, reason });
  });

  test.each([
    ['CommandOrControl+Shift+Space', false, ['Ctrl', 'Shift', 'Space']],
    ['CommandOrControl+Shift+Space', true, ['⌘', '⇧', 'Space']],
    ['Super+Alt+Up', false, ['Super', 'Alt', '↑']],
    ['Control+Return', true, ['⌃', 'Enter']],
  ])('%s is shown as on the keyboard (Mac: %s)', (accelerator, isMac, keys) => {
    expect(keysOf(accelerator, isMac)).toEqual(keys);
  });
});
