import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { defaultDataFolder, placesIn, prepareDataFolder } from '../../../main/services/data-folder.ts';
import { temporaryFolder } from '../../support/database.ts';

describe('defaultDataFolder', () => {
  it.each([
    ['linux', {}, '/home/a/.config/oasst-desktop'],
    ['linux', { XDG_CONFIG_HOME: '/xdg' }, '/xdg/oasst-desktop'],
    ['linux', { XDG_CONFIG_HOME: '' }, '/home/a/.config/oasst-desktop'],
    ['freebsd', {}, '/home/a/.config/oasst-desktop'],
    ['darwin', { XDG_CONFIG_HOME: '/xdg' }, '/home/a/Library/Application Support/oasst-desktop'],
    ['win32', { APPDATA: '/roaming' }, '/roaming/oasst-desktop'],
    ['win32', {}, '/home/a/AppData/Roaming/oasst-desktop'],
  ] as const)('on %s with %j is %s', (platform, env, folder) => {
    expect(defaultDataFolder(platform, env, '/home/a')).toBe(folder);
  });
});

describe('a data folder', () => {
  it('is made with all above it, for its owner only, and may be there already', () => {
    const folder = join(temporaryFolder(), 'a', 'b');
    prepareDataFolder(folder);
    prepareDataFolder(folder);
    expect(statSync(folder).mode & 0o077).toBe(0);
  });

  it('that cannot be made is an error', () => {
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, '');
    expect(() => prepareDataFolder(join(file, 'x'))).toThrow();
  });

  it('holds everything, each in a place of its own', () => {
    const places = placesIn('/data');
    const inside = Object.values(places).filter((place) => place !== '/data');
    expect(inside.every((place) => place.startsWith('/data/'))).toBe(true);
    expect(new Set(inside).size).toBe(inside.length);
  });
});
