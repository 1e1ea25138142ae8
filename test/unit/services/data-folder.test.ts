import { chmodSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
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

describe.skipIf(process.platform === 'win32')('what is in a data folder', () => {
  const modeOf = (path: string): number => statSync(path).mode & 0o777;
  const looseFile = (path: string): string => {
    writeFileSync(path, '');
    chmodSync(path, 0o664);
    return path;
  };
  const looseFolder = (path: string): string => {
    mkdirSync(path);
    chmodSync(path, 0o777);
    return path;
  };

  it('is made private again, to the last file', () => {
    const folder = looseFolder(join(temporaryFolder(), 'data'));
    const files = ['conversations.sqlite3', 'conversations.sqlite3-wal', 'conversations.sqlite3.lock'];
    const paths = files.map((name) => looseFile(join(folder, name)));
    const cache = looseFolder(join(folder, 'cache'));
    paths.push(looseFile(join(looseFolder(join(cache, 'states')), 'state')));
    prepareDataFolder(folder);
    expect(paths.map(modeOf)).toEqual(paths.map(() => 0o600));
    expect([folder, cache].map(modeOf)).toEqual([0o700, 0o700]);
  });

  it('stays as it is where it is not the app’s', () => {
    const outside = looseFile(join(temporaryFolder(), 'model.gguf'));
    const folder = looseFolder(join(temporaryFolder(), 'documents'));
    const letter = looseFile(join(folder, 'letter.txt'));
    const database = looseFile(join(folder, 'conversations.sqlite3'));
    symlinkSync(outside, join(looseFolder(join(folder, 'models')), 'model.gguf'));
    prepareDataFolder(folder);
    expect([outside, folder, letter].map(modeOf)).toEqual([0o664, 0o777, 0o664]);
    expect([database, join(folder, 'models')].map(modeOf)).toEqual([0o600, 0o700]);
  });
});
