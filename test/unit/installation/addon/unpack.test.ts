import { existsSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Header } from 'tar';
import { describe, expect, it } from 'vitest';
import { unpack } from '../../../../main/installation/process/addon/unpack.ts';
import { addonFiles, makeAddonArchive } from '../../../support/addon-archive.ts';
import { temporaryFolder } from '../../../support/database.ts';

const engine = 'linux-x64-cuda';

interface Entry {
  path: string;
  type?: 'File' | 'SymbolicLink' | 'Link' | 'Directory' | 'CharacterDevice' | 'FIFO';
  linkpath?: string;
  text?: string;
  mode?: number;
}

/** An archive that no honest program writes: each header as it is told. */
function archiveOf(entries: readonly Entry[]): string {
  const blocks = entries.flatMap(({ path, type = 'File', linkpath, text = '', mode = 0o644 }) => {
    const header = new Header({ path, type, mode, size: text.length, ...(linkpath === undefined ? {} : { linkpath }) });
    const block = Buffer.alloc(512);
    header.encode(block);
    return [block, Buffer.from(text), Buffer.alloc((512 - (text.length % 512)) % 512)];
  });
  const file = join(temporaryFolder(), 'engine.tar.gz');
  writeFileSync(file, gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)])));
  return file;
}

function unpackInto(folder: string, file: string, unpackedBytes: number, signal = new AbortController().signal) {
  return unpack(file, folder, { unpackedBytes, signal, onProgress: () => undefined });
}

/** Everything below a folder, by path. */
function below(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
}

describe('an archive of the engine', () => {
  it('is unpacked as it was packed, for its owner alone', async () => {
    const { path, unpackedBytes } = await makeAddonArchive();
    const folder = join(temporaryFolder(), 'unpacked');
    const fractions: number[] = [];
    const signal = new AbortController().signal;
    const files = await unpack(path, folder, { unpackedBytes, signal, onProgress: (share) => fractions.push(share) });
    expect(files.map((file) => file.path).sort()).toEqual(Object.keys(addonFiles).sort());
    for (const [name, text] of Object.entries(addonFiles)) {
      expect(readFileSync(join(folder, name), 'utf8')).toBe(text);
      if (process.platform !== 'win32') expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
    }
    expect(fractions).toHaveLength(4);
    expect(fractions).toEqual(fractions.toSorted((left, right) => left - right));
  });

  it('stops when it is told to', async () => {
    const { path, unpackedBytes } = await makeAddonArchive();
    const stop = new AbortController();
    stop.abort(new Error('stopped'));
    await expect(unpackInto(temporaryFolder(), path, unpackedBytes, stop.signal)).rejects.toThrow('stopped');
  });
});

describe('a hostile archive', () => {
  const good: Entry = { path: `${engine}/dist/index.js`, text: 'fine' };

  it.each<[what: string, entry: Entry]>([
    ['a path that leads up', { path: `${engine}/../../../out.js` }],
    ['a path that begins above', { path: '../out.js' }],
    ['an absolute path', { path: '/tmp/out.js' }],
    ['a path of Windows', { path: 'C:\\out.js' }],
    ['a backslash that leads up', { path: `${engine}/..\\..\\out.js` }],
    ['a stream of another file', { path: `${engine}/index.js:hidden` }],
    ['a hidden file', { path: `${engine}/.npmrc` }],
    ['another package', { path: 'node_modules/electron/index.js' }],
    ['a link that leads out', { path: `${engine}/link`, type: 'SymbolicLink', linkpath: '/etc' }],
    ['a link that stays inside', { path: `${engine}/link`, type: 'SymbolicLink', linkpath: 'dist' }],
    ['a hard link', { path: `${engine}/link`, type: 'Link', linkpath: `${engine}/dist/index.js` }],
    ['a folder', { path: `${engine}/folder/`, type: 'Directory' }],
    ['a device', { path: `${engine}/device`, type: 'CharacterDevice' }],
    ['a pipe', { path: `${engine}/pipe`, type: 'FIFO' }],
    ['the same file twice', good],
    ['more than it should', { path: `${engine}/dist/more.js`, text: 'x'.repeat(5000) }],
  ])('with %s is refused before anything is written', async (_what, entry) => {
    const outside = temporaryFolder();
    const folder = join(outside, 'a', 'b', 'unpacked');
    const file = archiveOf([good, entry, { path: `${engine}/package.json`, text: '{}' }]);
    const unpacking = unpackInto(folder, file, 4 + 2 + (entry === good ? 4 : 0));
    await expect(unpacking).rejects.toMatchObject({ code: 'internal' });
    await expect(unpacking).rejects.toThrow(/Nothing of it was unpacked\.$/);
    expect(below(outside)).toEqual([]);
  });

  it('of a thousand small files and one more is refused', async () => {
    const folder = join(temporaryFolder(), 'unpacked');
    const entries = Array.from({ length: 1001 }, (_, index) => ({ path: `${engine}/f${String(index)}` }));
    await expect(unpackInto(folder, archiveOf(entries), 0)).rejects.toMatchObject({ code: 'internal' });
    expect(existsSync(folder)).toBe(false);
  });

  it.each([
    ['ends early', (bytes: Buffer) => bytes.subarray(0, bytes.length / 2)],
    ['is damaged', (bytes: Buffer) => Buffer.from(bytes.map((byte, at) => (at === 100 ? byte ^ 1 : byte)))],
    ['is none', () => Buffer.from('<!doctype html><p>Log in first.</p>')],
    ['is empty', () => Buffer.alloc(0)],
  ])('that %s is refused', async (_what, harm) => {
    const { bytes, unpackedBytes } = await makeAddonArchive();
    const file = join(temporaryFolder(), 'engine.tar.gz');
    writeFileSync(file, harm(bytes));
    const folder = join(temporaryFolder(), 'unpacked');
    await expect(unpackInto(folder, file, unpackedBytes)).rejects.toMatchObject({ code: 'internal' });
    expect(existsSync(folder)).toBe(false);
  });

  it('sets no special modes', async () => {
    const folder = join(temporaryFolder(), 'unpacked');
    await unpackInto(folder, archiveOf([{ ...good, mode: 0o6777 }]), 4);
    if (process.platform !== 'win32') expect(statSync(join(folder, good.path)).mode & 0o7777).toBe(0o600);
  });

  it('does not follow a link that lay in the folder before', async () => {
    const outside = temporaryFolder();
    const folder = temporaryFolder();
    symlinkSync(outside, join(folder, engine));
    await expect(unpackInto(folder, archiveOf([good]), 4)).rejects.toThrow();
    expect(below(outside)).toEqual([]);
  });
});
