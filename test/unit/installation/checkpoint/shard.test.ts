import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readShard } from '../../../../main/installation/process/checkpoint/shard.ts';
import { elementBytes, type CheckpointTensor } from '../../../../main/installation/process/checkpoint/tensors.ts';
import {
  pickle,
  pickledTensor,
  pytorchFixture,
  randomWeights,
  writeSafetensorsShard,
  writeTorchArchive,
  writeTorchShard,
  type SavedTensor,
} from '../../../support/checkpoints.ts';
import { temporaryFolder } from '../../../support/database.ts';
import { mutateCheckpoints } from '../../../faults/checkpoint-mutations.ts';
import { refusalOf } from './refusal.ts';

function bytesOf({ path, shape, elementType, offsetBytes }: CheckpointTensor): Buffer {
  const length = shape.reduce((product, size) => product * size, elementBytes[elementType]);
  return readFileSync(path).subarray(offsetBytes, offsetBytes + length);
}

function saved(name: string, shape: number[], elementType: SavedTensor['elementType'], seed = 1): SavedTensor {
  const count = shape.reduce((product, size) => product * size, 1);
  return {
    name,
    shape,
    elementType,
    bytes: () => (elementType === 'u8' ? new Uint8Array(count) : randomWeights(elementType, count, seed)),
  };
}

/** Any state dict: names of every kind, up to four dimensions, zero among the sizes. */
const stateDicts = fc.uniqueArray(
  fc.record({
    name: fc.oneof(fc.string({ unit: 'binary', maxLength: 40 }), fc.constantFrom('__proto__', 'constructor', '\uFEFF')),
    shape: fc.array(fc.nat(5), { maxLength: 4 }),
    elementType: fc.constantFrom('f16', 'bf16', 'f32'),
    seed: fc.nat(1000),
  }),
  { selector: ({ name }) => name, maxLength: 12 },
);

describe('what PyTorch wrote', () => {
  it('is read from a plain dict and from a state dict with metadata, without the buffers of old checkpoints', async () => {
    const names = ['pytorch_model-00001-of-00002.bin', 'pytorch_model-00002-of-00002.bin'];
    const [first, second] = await Promise.all(names.map((name) => readShard(join(pytorchFixture, name))));
    expect(first).toHaveLength(19);
    expect(second).toHaveLength(9);
    expect(first?.[0]).toMatchObject({ name: 'gpt_neox.embed_in.weight', shape: [608, 64], elementType: 'f16' });
    expect(second?.at(-1)).toMatchObject({ name: 'embed_out.weight', shape: [608, 64], elementType: 'f16' });
    const all = [...(first ?? []), ...(second ?? [])].map(({ name }) => name);
    expect(all.filter((name) => /masked_bias|inv_freq|attention\.bias/.test(name))).toEqual([]);
  });

  it('is read number for number: float32 views of one storage, bfloat16 parameters', async () => {
    const floats = await readShard(join(pytorchFixture, 'single-f32', 'pytorch_model.bin'));
    const halves = await readShard(join(pytorchFixture, 'single-bf16', 'pytorch_model.bin'));
    const count = Array.from({ length: 34 }, (_value, index) => index / 8);
    const read = floats
      .map(bytesOf)
      .flatMap((bytes) => Array.from({ length: bytes.length / 4 }, (_value, index) => bytes.readFloatLE(index * 4)));
    expect(read).toEqual(count);
    const upperHalves = Float32Array.from(count).buffer;
    const expected = Array.from(new Uint16Array(upperHalves)).filter((_value, index) => index % 2 === 1);
    const shorts = halves
      .map(bytesOf)
      .flatMap((bytes) => Array.from({ length: bytes.length / 2 }, (_value, index) => bytes.readUInt16LE(index * 2)));
    expect(shorts).toEqual(expected);
    expect(floats.map(({ shape }) => shape)).toEqual([[6, 4], [4], [3, 2, 1]]);
    expect(halves.map(({ elementType }) => elementType)).toEqual(['bf16', 'bf16', 'bf16']);
  });
});

describe.each([
  ['PyTorch', writeTorchShard],
  [
    'PyTorch with wide fields',
    (path: string, tensors: SavedTensor[]) => writeTorchShard(path, tensors, { zip64: true }),
  ],
  ['safetensors', writeSafetensorsShard],
])('a state dict saved as %s', (_form, write) => {
  it('comes back as it went in, whatever the file is called', async () => {
    const path = join(temporaryFolder(), 'weights');
    await fc.assert(
      fc.asyncProperty(stateDicts, async (dict) => {
        const tensors = dict.map(({ name, shape, elementType, seed }) => saved(name, shape, elementType, seed));
        write(path, tensors);
        const read = new Map((await readShard(path)).map((tensor) => [tensor.name, tensor]));
        expect(read.size).toBe(tensors.length);
        for (const { name, shape, elementType, bytes } of tensors) {
          const tensor = read.get(name);
          expect(tensor).toMatchObject({ shape, elementType, path });
          expect(tensor && bytesOf(tensor).equals(bytes())).toBe(true);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('leaves out masks and angles of any type, and names another tensor that cannot be converted', async () => {
    const path = join(temporaryFolder(), 'weights');
    const mask = saved('gpt_neox.layers.0.attention.bias', [1, 1, 4, 4], 'u8');
    write(path, [mask, saved('kept', [2], 'f16')]);
    expect((await readShard(path)).map(({ name }) => name)).toEqual(['kept']);
    write(path, [{ ...mask, name: 'packed' }]);
    expect(await refusalOf(readShard(path))).toMatch(/tensor packed in weights has the type (Byte|U8)/);
  });

  it('is refused when it is cut short anywhere', async () => {
    const path = join(temporaryFolder(), 'weights');
    write(path, [saved('a', [3, 5], 'f16'), saved('b', [7], 'f32')]);
    const whole = readFileSync(path);
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), async (cut) => {
        writeFileSync(path, whole.subarray(0, cut));
        expect(await refusalOf(readShard(path))).toMatch(/^weights /);
      }),
      { numRuns: 150 },
    );
  });
});

describe('damage', () => {
  it('of any kind is refused, or leaves tensors that lie inside the file', async () => {
    const { tried, refused, read, wrong } = await mutateCheckpoints(500, 7);
    expect(wrong).toEqual([]);
    expect(refused + read).toBe(tried);
    expect(refused).toBeGreaterThan(tried / 2);
  });
});

describe('a tensor', () => {
  const storage = { type: 'HalfStorage', key: '0', elements: 12 };
  const halves = [{ name: '0', bytes: () => randomWeights('f16', 12, 1) }];

  async function readTensors(...values: Buffer[]): Promise<CheckpointTensor[]> {
    const path = join(temporaryFolder(), 'views.bin');
    const named = values.map((value, index) => [String(index), value] as const);
    writeTorchArchive(path, pickle.whole(pickle.dictionary(named)), halves);
    return readShard(path);
  }

  it('may be a part of a storage, and strides of single elements do not matter', async () => {
    const view = pickledTensor(storage, [2, 1, 3], { offset: 4, strides: [3, 77, 1] });
    const [whole, part] = await readTensors(pickledTensor(storage, [12]), view);
    expect(part?.shape).toEqual([2, 1, 3]);
    expect((part?.offsetBytes ?? 0) - (whole?.offsetBytes ?? 0)).toBe(8);
  });

  it.each([
    ['a transposed view', pickledTensor(storage, [3, 4], { strides: [1, 3] }), /out of order/],
    ['a view with gaps', pickledTensor(storage, [2, 2], { strides: [4, 1] }), /out of order/],
    ['one that is repeated by a stride of zero', pickledTensor(storage, [4, 3], { strides: [0, 1] }), /out of order/],
    ['one that begins too late', pickledTensor(storage, [4], { offset: 9 }), /not wholly in it/],
    ['one that is too long', pickledTensor(storage, [13]), /not wholly in it/],
    ['a negative offset', pickledTensor(storage, [4], { offset: -1 }), /cannot be/],
    ['a negative size', pickledTensor(storage, [-4]), /cannot be/],
    [
      'sizes that multiply beyond all numbers',
      pickledTensor(storage, Array(8).fill(2 ** 50) as number[], { strides: Array(8).fill(1) as number[] }),
      /not wholly in it/,
    ],
    ['nine dimensions', pickledTensor(storage, Array(9).fill(1) as number[]), /cannot be/],
    ['fewer strides than sizes', pickledTensor(storage, [2, 2], { strides: [1] }), /cannot be/],
    ['a storage that is not there', pickledTensor({ ...storage, key: '../version' }, [1]), /not wholly in it/],
    [
      'a storage that says it is larger than it is',
      pickledTensor({ ...storage, elements: 13 }, [13]),
      /not wholly in it/,
    ],
    [
      'a storage of another type than its bytes',
      pickledTensor({ ...storage, type: 'FloatStorage' }, [12]),
      /not wholly in it/,
    ],
  ])('%s is refused', async (_name, value, reason) => {
    expect(await refusalOf(readTensors(value))).toMatch(reason);
  });
});

describe('what is no weight file', () => {
  it.each([
    ['an empty file', Buffer.alloc(0), /is empty/],
    ['a web page', Buffer.from('\n<!DOCTYPE html><html></html>'), /web page/],
    [
      'a Git LFS pointer',
      Buffer.from('version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n'),
      /git lfs pull/,
    ],
    ['the old form of PyTorch', Buffer.from('80028a0a6cfc9c46f920', 'hex'), /before version 1\.6/],
    ['zeros', Buffer.alloc(1000), /no PyTorch or safetensors weights/],
    ['text', Buffer.from('hello'), /no PyTorch or safetensors weights/],
  ])('%s is refused', async (_name, bytes, reason) => {
    const path = join(temporaryFolder(), 'weights.bin');
    writeFileSync(path, bytes);
    expect(await refusalOf(readShard(path))).toMatch(reason);
  });

  it('a missing file and a folder are refused', async () => {
    const folder = temporaryFolder();
    expect(await refusalOf(readShard(join(folder, 'none.bin')))).toMatch(/none\.bin is missing/);
    expect(await refusalOf(readShard(folder))).toMatch(/is not a file/);
  });
});
