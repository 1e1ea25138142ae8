import { ftruncateSync, closeSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readShard } from '../../../../main/installation/process/checkpoint/shard.ts';
import { pickle, pickledTensor, randomWeights, writeArchive, writeTorchArchive } from '../../../support/checkpoints.ts';
import { temporaryFolder } from '../../../support/database.ts';
import { refusalOf } from './refusal.ts';

const halves = { type: 'HalfStorage', key: '0', elements: 8 };
const data = pickle.whole(pickle.dictionary([['t', pickledTensor(halves, [8])]]));
const weights = (): Uint8Array => randomWeights('f16', 8, 1);

function goodArchive(zip64 = false): { path: string; bytes: Buffer } {
  const path = join(temporaryFolder(), 'shard.bin');
  writeTorchArchive(path, data, [{ name: '0', bytes: weights }], { zip64 });
  return { path, bytes: readFileSync(path) };
}

type Change = (
  bytes: Buffer,
  places: { local: number; entry: number; nextEntry: number; end: number },
) => Buffer | undefined;

/** Reads the archive after a change at one of its records. */
async function refusalAfter(change: Change, zip64 = false): Promise<string> {
  const { path, bytes } = goodArchive(zip64);
  const entry = bytes.indexOf('PK\x01\x02');
  const places = {
    local: bytes.indexOf('PK\x03\x04'),
    entry,
    nextEntry: bytes.indexOf('PK\x01\x02', entry + 4),
    end: bytes.lastIndexOf('PK\x05\x06'),
  };
  writeFileSync(path, change(bytes, places) ?? bytes);
  return refusalOf(readShard(path));
}

describe('an archive', () => {
  it('is read with narrow and with wide fields, and with a comment at its end', async () => {
    expect(await refusalAfter(() => undefined)).toBe('');
    expect(await refusalAfter(() => undefined, true)).toBe('');
    const commented = await refusalAfter((bytes, { end }) => {
      bytes.writeUInt16LE(5, end + 20);
      return Buffer.concat([bytes, Buffer.from('hello')]);
    });
    expect(commented).toBe('');
  });

  it.each<[string, Change, RegExp]>([
    ['a compressed entry', (bytes, { entry }) => void bytes.writeUInt16LE(8, entry + 10), /compressed/],
    [
      'an entry compressed in its own header',
      (bytes, { local }) => void bytes.writeUInt16LE(8, local + 8),
      /compressed/,
    ],
    ['an encrypted entry', (bytes, { entry }) => void bytes.writeUInt16LE(1, entry + 8), /encrypted/],
    ['another name in the entry’s own header', (bytes, { local }) => void bytes.write('b', local + 30), /damaged/],
    ['two sizes', (bytes, { entry }) => void bytes.writeUInt32LE(1, entry + 20), /damaged/],
    [
      'an entry in another’s place',
      (bytes, { entry, nextEntry }) => void bytes.copy(bytes, nextEntry + 42, entry + 42, entry + 46),
      /damaged/,
    ],
    [
      'an entry that reaches into the next',
      (bytes, { entry }) => {
        const size = bytes.readUInt32LE(entry + 24) + 100;
        bytes.writeUInt32LE(size, entry + 20);
        bytes.writeUInt32LE(size, entry + 24);
      },
      /damaged/,
    ],
    [
      'an entry that reaches beyond the file',
      (bytes, { entry }) => {
        bytes.writeUInt32LE(0x7fff_ffff, entry + 20);
        bytes.writeUInt32LE(0x7fff_ffff, entry + 24);
      },
      /damaged/,
    ],
    ['an entry beyond the file', (bytes, { entry }) => void bytes.writeUInt32LE(0x7fff_ffff, entry + 42), /ends early/],
    [
      'an entry twice',
      (bytes, { entry, nextEntry, end }) => {
        const twice = bytes.subarray(entry, nextEntry);
        const record = Buffer.from(bytes.subarray(end));
        record.writeUInt16LE(record.readUInt16LE(10) + 1, 10);
        record.writeUInt32LE(record.readUInt32LE(12) + twice.length, 12);
        return Buffer.concat([bytes.subarray(0, end), twice, record]);
      },
      /damaged/,
    ],
    ['more entries than listed', (bytes, { end }) => void bytes.writeUInt16LE(9999, end + 10), /damaged/],
    ['fewer entries than listed', (bytes, { end }) => void bytes.writeUInt16LE(1, end + 10), /damaged/],
    ['a directory beyond the file', (bytes, { end }) => void bytes.writeUInt32LE(0xffff_fff0, end + 16), /damaged/],
    ['a directory elsewhere', (bytes, { end }) => void bytes.writeUInt32LE(4, end + 16), /damaged/],
    ['an end that is not the end', (bytes) => Buffer.concat([bytes, Buffer.from('more')]), /ends early/],
  ])('with %s is refused', async (_name, change, reason) => {
    expect(await refusalAfter(change)).toMatch(reason);
  });

  it.each<[string, Change, RegExp]>([
    ['2^63 entries', (bytes, { end }) => void bytes.fill(255, end - 20 - 56 + 32, end - 20 - 56 + 40), /damaged/],
    ['a million entries', (bytes, { end }) => void bytes.writeUInt32LE(1_000_000, end - 20 - 56 + 32), /damaged/],
    ['two different directories', (bytes, { end }) => void bytes.writeUInt32LE(0, end + 16), /damaged/],
    [
      'a wide record beyond the file',
      (bytes, { end }) => void bytes.writeUInt32LE(0x7fff_ffff, end - 20 + 8),
      /damaged/,
    ],
    [
      'no wide field where one is needed',
      (bytes, { nextEntry }) => void bytes.writeUInt16LE(7, nextEntry - 28),
      /damaged/,
    ],
    ['a wide field too short', (bytes, { nextEntry }) => void bytes.writeUInt16LE(8, nextEntry - 26), /damaged/],
  ])('with wide fields and %s is refused', async (_name, change, reason) => {
    expect(await refusalAfter(change, true)).toMatch(reason);
  });

  it('of another kind is refused', async () => {
    const path = join(temporaryFolder(), 'photos.zip');
    writeArchive(path, [{ name: 'photos/1.jpg', bytes: weights }]);
    expect(await refusalOf(readShard(path))).toMatch(/not one of PyTorch weights/);
    writeArchive(path, []);
    expect(await refusalOf(readShard(path))).toMatch(/^photos\.zip/);
  });

  it('with two pickles is refused: readers could take either', async () => {
    const path = join(temporaryFolder(), 'shard.bin');
    writeArchive(path, [
      { name: 'archive/data.pkl', bytes: () => data },
      { name: 'other/data.pkl', bytes: () => data },
    ]);
    expect(await refusalOf(readShard(path))).toMatch(/not one of PyTorch weights/);
  });

  it('of a big-endian machine is refused', async () => {
    const path = join(temporaryFolder(), 'shard.bin');
    writeArchive(path, [
      { name: 'archive/data.pkl', bytes: () => data },
      { name: 'archive/byteorder', bytes: () => Buffer.from('big') },
      { name: 'archive/data/0', bytes: weights },
    ]);
    expect(await refusalOf(readShard(path))).toMatch(/big-endian/);
  });
});

describe('safetensors', () => {
  function written(
    header: string | Buffer,
    { length, content = 64 }: { length?: bigint; content?: number } = {},
  ): string {
    const path = join(temporaryFolder(), 'shard.safetensors');
    const bytes = Buffer.from(header);
    const prefix = Buffer.alloc(8);
    prefix.writeBigUInt64LE(length ?? BigInt(bytes.length));
    writeFileSync(path, Buffer.concat([prefix, bytes, Buffer.alloc(content)]));
    return path;
  }
  const tensor = (dtype: unknown, shape: unknown, begin: unknown, end: unknown): string =>
    JSON.stringify({ t: { dtype, shape, data_offsets: [begin, end] } });

  it('without tensors, or with an empty one, is read', async () => {
    expect(await readShard(written('{}'))).toEqual([]);
    expect(await readShard(written(tensor('F16', [0, 3], 0, 0)))).toHaveLength(1);
  });

  it.each([
    ['numbers behind its end', tensor('F16', [33], 0, 66)],
    ['numbers before its beginning', tensor('F16', [4], -8, 0)],
    ['a range that does not fit the shape', tensor('F16', [4], 0, 4)],
    ['a range turned round', tensor('F16', [4], 8, 0)],
    ['a shape beyond all numbers', tensor('F32', Array(8).fill(2 ** 52), 0, 64)],
    ['a shape of fractions', tensor('F16', [0.5], 0, 1)],
    ['a shape that is a text', tensor('F16', 'four', 0, 8)],
    ['offsets beyond 2^53', tensor('F16', [4], 2 ** 60, 2 ** 60 + 8)],
    ['a tensor that is null', '{"t":null}'],
  ])('with %s is refused', async (_name, header) => {
    expect(await refusalOf(readShard(written(header)))).toMatch(/the tensor t is not wholly in it/);
  });

  it.each([
    ['a header longer than the file', written.bind(null, '{}', { length: 1000n }), /ends early/],
    ['a header of 4 GB', written.bind(null, '{}', { length: 0xffff_ffffn }), /impossible length/],
    ['a header of 2^63 bytes', written.bind(null, '{}', { length: 2n ** 63n }), /no PyTorch or safetensors/],
    ['JSON that stops', written.bind(null, '{"t":'), /JSON cannot be read/],
    [
      'text that is not UTF-8',
      written.bind(null, Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])),
      /JSON cannot be read/,
    ],
    [
      'lists in lists in lists',
      written.bind(null, `{"t":${'['.repeat(500_000)}${']'.repeat(500_000)}}`),
      /not wholly in it/,
    ],
  ])('with %s is refused', async (_name, write, reason) => {
    expect(await refusalOf(readShard(write()))).toMatch(reason);
  });

  it('takes no memory for a length that only a huge file could hold', async () => {
    const path = join(temporaryFolder(), 'huge.safetensors');
    const file = openSync(path, 'w');
    writeSync(file, Buffer.concat([Buffer.from([0, 0, 0, 0xf0, 0, 0, 0, 0]), Buffer.from('{"')]));
    ftruncateSync(file, 8 * 1024 ** 3); // Sparse: it takes no room on the disk.
    closeSync(file);
    const before = process.memoryUsage().arrayBuffers;
    expect(await refusalOf(readShard(path))).toMatch(/impossible length/);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * 1024 ** 2);
  });
});
