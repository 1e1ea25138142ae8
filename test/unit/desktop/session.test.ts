import { describe, expect, it } from 'vitest';
import { desktopKey, isWayland, shortcutObstacle, withShortcutPortal } from '../../../main/desktop/session.ts';
import { createSessionBus, type RunTool } from '../../../main/desktop/session-bus.ts';

const env = {
  DBUS_SESSION_BUS_ADDRESS: 'unix:path=/run/bus',
  XDG_SESSION_TYPE: 'wayland',
  XDG_CURRENT_DESKTOP: 'GNOME',
};
const gnome = { platform: 'linux', env, electronVersion: '45.4.1' } as const;
const busWith = (outcome: Awaited<ReturnType<RunTool>>) => createSessionBus(env, async () => outcome);

describe('what is known of a desktop', () => {
  it('is named by what a confirmed shortcut depends on', () => {
    expect(desktopKey(gnome)).toBe('linux wayland GNOME electron-45');
    expect(desktopKey({ ...gnome, env: { DISPLAY: ':0' } })).toBe('linux x11 electron-45');
    expect(desktopKey({ ...gnome, platform: 'win32' })).toBe('win32 electron-45');
  });

  it('counts programs on XWayland as being on Wayland', () => {
    expect(isWayland({ platform: 'linux', env: { DISPLAY: ':0', WAYLAND_DISPLAY: 'wayland-0' } })).toBe(true);
    expect(isWayland({ platform: 'linux', env: { DISPLAY: ':0', XDG_SESSION_TYPE: 'x11' } })).toBe(false);
    expect(isWayland({ platform: 'darwin', env })).toBe(false);
  });

  it('says where no shortcut can work, and what works instead', async () => {
    const portal = busWith({ output: 'variant uint32 1' });
    expect(await shortcutObstacle(gnome, portal)).toBeNull();
    expect(await shortcutObstacle({ ...gnome, env: {} }, busWith(null))).toBeNull();
    for (const obstacle of [
      await shortcutObstacle(gnome, busWith(null)),
      await shortcutObstacle({ ...gnome, electronVersion: '33.2.1' }, portal),
    ]) {
      expect(obstacle).toContain('command for the quick window');
    }
  });

  it('asks Chromium for the portal besides what was asked already', () => {
    expect(withShortcutPortal('')).toBe('GlobalShortcutsPortal');
    expect(withShortcutPortal('A,B')).toBe('A,B,GlobalShortcutsPortal');
    expect(withShortcutPortal('GlobalShortcutsPortal,A')).toBe('GlobalShortcutsPortal,A');
  });
});

describe('the session bus', () => {
  it('is asked with the first tool that is there', async () => {
    const calls: string[][] = [];
    const bus = createSessionBus(env, async (program, args) => {
      calls.push([program, ...args]);
      return program === 'busctl' ? { output: 'b true\n' } : 'missing';
    });
    expect(await bus.isOwned('org.example.Name')).toBe(true);
    expect(calls.map(([program]) => program)).toEqual(['dbus-send', 'gdbus', 'busctl']);
    expect(calls.every((call) => call.some((word) => word.endsWith('org.example.Name')))).toBe(true);
  });

  it.each([
    [{ output: '   boolean true\n' }, true],
    [{ output: '(true,)\n' }, true],
    [{ output: 'b true\n' }, true],
    [{ output: '   boolean false\n' }, false],
    [null, false],
    ['missing' as const, false],
  ])('%j means %s', async (outcome, owned) => {
    expect(await busWith(outcome).isOwned('org.example.Name')).toBe(owned);
  });

  it('is left alone where there is none, for a tool would start one', async () => {
    let asked = 0;
    const bus = createSessionBus({ XDG_RUNTIME_DIR: '/nowhere' }, async () => {
      asked += 1;
      return { output: 'true' };
    });
    expect(await bus.isOwned('org.example.Name')).toBe(false);
    expect(await bus.property('a', '/b', 'c', 'd')).toBeNull();
    expect(asked).toBe(0);
  });
});
