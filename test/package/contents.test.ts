import { FuseState, FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { executableName, packageObstacle, unpacked } from '../support/packaged.ts';
import { filesInAsar } from './asar.ts';

/** What is in the package, and what is not. */

const obstacle = packageObstacle();

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** The first bytes of a file tell what may run it. */
function kindOf(path: string): string {
  const start = Buffer.alloc(20);
  const file = openSync(path, 'r');
  readSync(file, start, 0, 20, 0);
  closeSync(file);
  if (start.subarray(0, 4).toString('latin1') === '\x7fELF') return `elf ${String(start.readUInt16LE(18))}`;
  if (start.subarray(0, 2).toString('latin1') === 'MZ') return 'windows';
  if ([0xfeedfacf, 0xcffaedfe, 0xcafebabe, 0xfeedface].includes(start.readUInt32BE(0))) return 'macos';
  return 'data';
}

/** The number that ELF gives to x86-64. */
const elfX64 = 'elf 62';

describe.skipIf(obstacle !== null)(`the package${obstacle === null ? '' : ` (skipped: ${obstacle})`}`, () => {
  it('holds programs of this system only', () => {
    const kinds = filesBelow(unpacked).map((path) => ({ path: relative(unpacked, path), kind: kindOf(path) }));
    expect(kinds.filter(({ kind }) => kind !== 'data' && kind !== elfX64)).toEqual([]);
    expect(kinds.filter(({ kind }) => kind === elfX64).map(({ path }) => path)).toEqual(
      expect.arrayContaining([executableName, 'resources/engine/node']),
    );
  });

  it('holds no sources, no maps, no types, no tests and nothing for CUDA', () => {
    const names = filesBelow(unpacked).map((path) => relative(unpacked, path));
    names.push(...filesInAsar(join(unpacked, 'resources', 'app.asar')));
    expect(names.length).toBeGreaterThan(100);
    const unwanted =
      /\.(ts|mts|cts|map|svelte|c|cc|cpp|h|hpp|gyp|tsbuildinfo)$|\.test\.|(^|\/)(test|tests)\/|cuda.*\.(so|node)$|\.git/i;
    expect(names.filter((name) => unwanted.test(name))).toEqual([]);
  });

  it('holds only pages, preloads and main in its archive', () => {
    const folders = filesInAsar(join(unpacked, 'resources', 'app.asar')).map((name) =>
      name.split('/').slice(0, 2).join('/'),
    );
    expect([...new Set(folders)].sort()).toEqual(['out/main', 'out/preload', 'out/renderer', 'package.json']);
  });

  it('cannot be written by others', () => {
    expect(filesBelow(unpacked).filter((path) => (statSync(path).mode & 0o022) !== 0)).toEqual([]);
  });

  it('has its fuses blown', async () => {
    const wire = await getCurrentFuseWire(join(unpacked, executableName));
    const off = [
      FuseV1Options.RunAsNode,
      FuseV1Options.EnableNodeOptionsEnvironmentVariable,
      FuseV1Options.EnableNodeCliInspectArguments,
      FuseV1Options.GrantFileProtocolExtraPrivileges,
      FuseV1Options.LoadBrowserProcessSpecificV8Snapshot,
    ];
    const on = [
      FuseV1Options.EnableCookieEncryption,
      FuseV1Options.EnableEmbeddedAsarIntegrityValidation,
      FuseV1Options.OnlyLoadAppFromAsar,
    ];
    for (const fuse of off) expect(wire[fuse], FuseV1Options[fuse]).toBe(FuseState.DISABLE);
    for (const fuse of on) expect(wire[fuse], FuseV1Options[fuse]).toBe(FuseState.ENABLE);
  });
});
