import { describe, expect, it, vi } from 'vitest';
import { createGlobalShortcut, type ShortcutRegistrar } from '../../../main/desktop/global-shortcut.ts';
import { settingsSchema, type Settings } from '../../../preload/contract/settings.ts';

const first = 'CommandOrControl+Shift+Space';
const second = 'Alt+F9';

/** A system with keys of its own. */
function createSystem(taken: readonly string[] = [], unknown: readonly string[] = []) {
  const held = new Map<string, () => void>();
  const registrar: ShortcutRegistrar = {
    register(accelerator, pressed) {
      if (unknown.includes(accelerator)) throw new TypeError('conversion failure');
      if (taken.includes(accelerator) || held.has(accelerator)) return false;
      held.set(accelerator, pressed);
      return true;
    },
    unregister(accelerator) {
      if (!held.delete(accelerator)) throw new Error(`${accelerator} was not held`);
    },
  };
  return { registrar, held: () => [...held.keys()], press: (accelerator: string) => held.get(accelerator)?.() };
}

interface Given {
  taken?: string[];
  unknown?: string[];
  settings?: Partial<Settings>;
  obstacle?: string | null;
}

function open({ taken, unknown, settings = {}, obstacle = null }: Given = {}) {
  const system = createSystem(taken, unknown);
  let current: Settings = { ...settingsSchema.parse({}), ...settings };
  const onPressed = vi.fn<() => void>();
  const shortcut = createGlobalShortcut({
    registrar: system.registrar,
    settings: {
      get: () => current,
      change: async (patch) => (current = { ...current, ...(patch as Partial<Settings>) }),
    },
    desktop: 'linux x11 GNOME electron-45',
    obstacle,
    onPressed,
  });
  shortcut.start();
  return { ...system, shortcut, onPressed, settings: () => current };
}

describe('the global shortcut', () => {
  it('is not confirmed until a press has arrived, and then stays so on this desktop', async () => {
    const { shortcut, press, onPressed, settings } = open();
    expect(shortcut.status()).toEqual({ accelerator: first, state: 'not-confirmed', reason: null, isTesting: false });
    press(first);
    expect(onPressed).toHaveBeenCalledOnce();
    await vi.waitFor(() => expect(shortcut.status().state).toBe('confirmed'));
    const { confirmedShortcut } = settings();
    expect(confirmedShortcut).toEqual({ accelerator: first, desktop: 'linux x11 GNOME electron-45' });
    expect(open({ settings: { confirmedShortcut } }).shortcut.status().state).toBe('confirmed');
    const elsewhere = { accelerator: first, desktop: 'linux wayland GNOME electron-45' };
    expect(open({ settings: { confirmedShortcut: elsewhere } }).shortcut.status().state).toBe('not-confirmed');
  });

  it('says that it was refused, and why', () => {
    expect(open({ taken: [first] }).shortcut.status()).toMatchObject({
      state: 'refused',
      reason: expect.stringContaining('uses these keys') as string,
    });
    expect(open({ unknown: [first] }).shortcut.status()).toMatchObject({
      state: 'refused',
      reason: expect.stringContaining('does not know') as string,
    });
  });

  it('changes at once and starts unconfirmed', async () => {
    const { shortcut, press, held, settings, onPressed } = open();
    press(first);
    await vi.waitFor(() => expect(shortcut.status().state).toBe('confirmed'));
    expect(await shortcut.change(second)).toMatchObject({ accelerator: second, state: 'not-confirmed' });
    expect(held()).toEqual([second]);
    expect(settings().quickAskShortcut).toBe(second);
    press(second);
    expect(onPressed).toHaveBeenCalledTimes(2);
  });

  it('keeps the keys it has when new ones are refused', async () => {
    const { shortcut, press, held, settings, onPressed } = open({ taken: [second] });
    expect(await shortcut.change(second)).toMatchObject({ accelerator: second, state: 'refused' });
    expect(shortcut.status()).toMatchObject({ accelerator: first, state: 'not-confirmed' });
    expect(held()).toEqual([first]);
    expect(settings().quickAskShortcut).toBe(first);
    press(first);
    expect(onPressed).toHaveBeenCalledOnce();
  });

  it('gets out of a refusal by other keys, or by the same ones when they are free', async () => {
    const taken = [first];
    const { shortcut, held } = open({ taken });
    expect(await shortcut.change(second)).toMatchObject({ state: 'not-confirmed' });
    expect(held()).toEqual([second]);
    expect(await shortcut.change(first)).toMatchObject({ state: 'refused' });
    taken.pop();
    expect(await shortcut.change(first)).toMatchObject({ accelerator: first, state: 'not-confirmed' });
    expect(held()).toEqual([first]);
  });

  it('can be off', async () => {
    const { shortcut, held, settings } = open();
    expect(await shortcut.change(null)).toEqual({ accelerator: null, state: 'off', reason: null, isTesting: false });
    expect(held()).toEqual([]);
    expect(settings().quickAskShortcut).toBeNull();
    expect(open({ settings: { quickAskShortcut: null } }).held()).toEqual([]);
    expect(await shortcut.change(first)).toMatchObject({ state: 'not-confirmed' });
  });

  it('only confirms while it is tested', async () => {
    const { shortcut, press, onPressed } = open();
    expect(shortcut.test(true).isTesting).toBe(true);
    press(first);
    await vi.waitFor(() => expect(shortcut.status().state).toBe('confirmed'));
    expect(onPressed).not.toHaveBeenCalled();
    expect(shortcut.status().isTesting).toBe(false);
    press(first);
    expect(onPressed).toHaveBeenCalledOnce();
    shortcut.test(true);
    press(first);
    expect(shortcut.status().isTesting).toBe(false);
    expect(onPressed).toHaveBeenCalledOnce();
  });

  it('lets go of its keys while new ones are pressed', async () => {
    const { shortcut, held } = open();
    shortcut.suspend(true);
    shortcut.suspend(true);
    expect(held()).toEqual([]);
    shortcut.suspend(false);
    shortcut.suspend(false);
    expect(held()).toEqual([first]);
    shortcut.suspend(true);
    await shortcut.change(second);
    expect(held()).toEqual([second]);
  });

  it('tells why it cannot work here, until a press proves otherwise', async () => {
    const { shortcut, press } = open({ obstacle: 'Not here.' });
    expect(shortcut.status()).toMatchObject({ state: 'cannot-work', reason: 'Not here.' });
    press(first);
    await vi.waitFor(() => expect(shortcut.status()).toMatchObject({ state: 'confirmed', reason: null }));
  });

  it('tells whoever listens', async () => {
    const { shortcut, press } = open({ taken: [second] });
    const heard = vi.fn();
    shortcut.onChanged((status) => void heard(status.state, status.isTesting));
    shortcut.test(true);
    press(first);
    await vi.waitFor(() => expect(heard).toHaveBeenLastCalledWith('confirmed', false));
    await shortcut.change(null);
    expect(heard).toHaveBeenLastCalledWith('off', false);
  });
});
