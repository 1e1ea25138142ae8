import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { GgmlType, readGgufFileInfo } from 'node-llama-cpp';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readCheckpointFolder } from '../../main/installation/process/checkpoint/checkpoint.ts';
import { readShard } from '../../main/installation/process/checkpoint/shard.ts';
import type { ElementType } from '../../main/installation/process/checkpoint/tensors.ts';
import { createConversion, type Conversion } from '../../main/installation/process/conversion.ts';
import type { ConversionType } from '../../preload/contract/library.ts';
import { randomWeights, writeCheckpoint, writeTorchShard, type SyntheticCheckpoint } from '../support/checkpoints.ts';
import { temporaryFolder } from '../support/database.ts';
import { convert, workerUrl } from './conversion-run.ts';

const nobody = (): void => undefined;

function checkpoint(changes: Partial<SyntheticCheckpoint> = {}): string {
  const folder = temporaryFolder();
  const shape = { layers: 2, width: 64, heads: 4, vocabularySize: 608, elementType: 'f16' as const };
  writeCheckpoint({ folder, ...shape, form: 'torch', shards: 3, ...changes });
  return folder;
}

async function open(folder: string, type: ConversionType, outPath: string): Promise<Conversion> {
  const { config, tokenizer } = await readCheckpointFolder(folder);
  const conversion = await createConversion({
    config,
    tokenizer,
    facts: { name: 'model', license: null, sourceUrl: null },
    source: 'the same all along',
    type,
    outPath,
    threads: 1,
    workerUrl,
    onProgress: nobody,
    signal: new AbortController().signal,
  });
  onTestFinished(() => conversion.close());
  return conversion;
}

async function namesIn(path: string): Promise<string[]> {
  return (await readShard(path)).map(({ name }) => name);
}

describe('a conversion of weight files that come and go', () => {
  it('goes on without the ones that are done, and ends with the same bytes', async () => {
    const folder = checkpoint();
    const { weightFiles } = await readCheckpointFolder(folder);
    expect(weightFiles).toHaveLength(3);
    const paths = weightFiles.map((name) => join(folder, name));
    const names = await Promise.all(paths.map(namesIn));
    const whole = await open(folder, 'Q4_K_M', join(folder, 'whole.gguf'));
    for (const path of paths) await whole.addShard(path);
    const { sha256 } = await whole.finish(nobody);

    const outPath = join(folder, 'pieces.gguf');
    for (const [index, path] of paths.entries()) {
      const conversion = await open(folder, 'Q4_K_M', outPath);
      expect(names.map((each) => conversion.isShardDone(each))).toEqual(paths.map((_path, place) => place < index));
      await conversion.addShard(path);
      expect(conversion.isShardDone(names[index] ?? [])).toBe(true);
      await conversion.close();
      rmSync(path);
    }
    const last = await open(folder, 'Q4_K_M', outPath);
    expect(await last.finish(nobody)).toEqual({ sizeBytes: last.sizeBytes, sha256 });
    expect(readFileSync(outPath).equals(readFileSync(join(folder, 'whole.gguf')))).toBe(true);
  });

  it('does not finish while tensors are missing, and can be thrown away', async () => {
    const folder = checkpoint();
    const outPath = join(folder, 'model.gguf');
    const { weightFiles } = await readCheckpointFolder(folder);
    const conversion = await open(folder, 'Q8_0', outPath);
    for (const name of weightFiles.slice(0, 2)) await conversion.addShard(join(folder, name));
    await expect(conversion.finish(nobody)).rejects.toMatchObject({
      code: 'checkpoint-unreadable',
      message: expect.stringMatching(
        /^This checkpoint is not whole: \d+ of its tensors are missing, such as gpt_neox\.layers\.1\./,
      ) as string,
    });
    expect(existsSync(outPath)).toBe(false);
    await conversion.discard();
    for (const ending of ['', '.part', '.journal']) expect(existsSync(outPath + ending)).toBe(false);
  });

  it('refuses weights of another model before it converts any of them', async () => {
    const folder = checkpoint();
    const path = join(folder, 'other.bin');
    const tensor = (name: string, shape: number[]) => ({
      name,
      shape,
      elementType: 'f16' as const,
      bytes: () =>
        randomWeights(
          'f16',
          shape.reduce((product, size) => product * size, 1),
          1,
        ),
    });
    const norm = tensor('gpt_neox.final_layer_norm.weight', [64]);
    const conversion = await open(folder, 'Q8_0', join(folder, 'model.gguf'));

    writeTorchShard(path, [norm, tensor('transformer.h.0.attn.c_attn.weight', [64, 192])]);
    await expect(conversion.addShard(path)).rejects.toMatchObject({
      code: 'checkpoint-unreadable',
      message: expect.stringContaining('transformer.h.0.attn.c_attn.weight') as string,
    });
    writeTorchShard(path, [norm, tensor('embed_out.weight', [64, 608])]);
    await expect(conversion.addShard(path)).rejects.toMatchObject({
      code: 'checkpoint-unreadable',
      message: expect.stringContaining('embed_out.weight is 64 x 608 and should be 608 x 64') as string,
    });
    expect(conversion.isShardDone([norm.name])).toBe(false);

    // Buffers of old checkpoints are no reason to refuse it.
    writeTorchShard(path, [norm, { ...tensor('gpt_neox.layers.0.attention.bias', [1, 1, 4, 4]), elementType: 'u8' }]);
    await conversion.addShard(path);
    expect(conversion.isShardDone([norm.name])).toBe(true);
  });

  it('tells when there is nowhere to write', async () => {
    const folder = checkpoint();
    await expect(open(folder, 'Q8_0', join(folder, 'none', 'model.gguf'))).rejects.toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining('ENOENT') as string,
    });
  });
});

function halfPrecision(bits: number): number {
  const exponent = (bits >>> 10) & 0x1f;
  const fraction = (bits & 0x3ff) / 1024;
  const size = exponent === 0 ? fraction * 2 ** -14 : (1 + fraction) * 2 ** (exponent - 15);
  return bits >= 0x8000 ? -size : size;
}

/** A tensor's numbers in a GGUF that was converted to F16. */
async function numbersOf(path: string, name: string): Promise<number[]> {
  const info = (await readGgufFileInfo(path)).fullTensorInfo?.find((tensor) => tensor.name === name);
  if (info === undefined) throw new Error(`there is no ${name} in the file`);
  const count = info.dimensions.reduce<number>((product, size) => product * Number(size), 1);
  const bytes = readFileSync(path).subarray(Number(info.fileOffset));
  const isWhole = info.ggmlType === GgmlType.F32;
  return Array.from({ length: count }, (_value, index) =>
    isWhole ? bytes.readFloatLE(index * 4) : halfPrecision(bytes.readUInt16LE(index * 2)),
  );
}

/** A tensor's numbers in a weight file, as JavaScript reads its number format. */
async function savedNumbers(folder: string, name: string): Promise<number[]> {
  const { weightFiles } = await readCheckpointFolder(folder);
  const tensors = (await Promise.all(weightFiles.map((file) => readShard(join(folder, file))))).flat();
  const tensor = tensors.find((each) => each.name === name);
  if (tensor === undefined) throw new Error(`there is no ${name} in the checkpoint`);
  const bytes = readFileSync(tensor.path).subarray(tensor.offsetBytes);
  const bfloat16 = (index: number): number => {
    const widened = Buffer.alloc(4);
    widened.writeUInt16LE(bytes.readUInt16LE(index * 2), 2);
    return widened.readFloatLE();
  };
  const read = {
    f16: (index: number) => halfPrecision(bytes.readUInt16LE(index * 2)),
    bf16: bfloat16,
    f32: (index: number) => bytes.readFloatLE(index * 4),
  }[tensor.elementType];
  return Array.from({ length: tensor.shape.reduce((product, size) => product * size, 1) }, (_value, index) =>
    read(index),
  );
}

describe.each<[ElementType, SyntheticCheckpoint['form'], boolean]>([
  ['f16', 'torch', false],
  ['bf16', 'safetensors', true],
  ['f32', 'torch', true],
  ['f32', 'safetensors', false],
])('a checkpoint in %s as %s', (elementType, form, tiedEmbeddings) => {
  it(`keeps its numbers${tiedEmbeddings ? ', with the embedding as output' : ''}`, async () => {
    const folder = checkpoint({ elementType, form, tiedEmbeddings, shards: 1 });
    const path = join(folder, 'model.gguf');
    await convert(folder, 'F16', path);

    const same = async (written: number[], name: string, order = (numbers: number[]) => numbers): Promise<void> => {
      const saved = order(await savedNumbers(folder, name));
      expect(written).toHaveLength(saved.length);
      // Half of what the last bit of a float16 is worth.
      const worst = saved.map((number, index) => Math.abs((written[index] ?? NaN) - number) / Math.abs(number));
      expect(Math.max(...worst), name).toBeLessThanOrEqual(elementType === 'f32' ? 2 ** -11 : 0);
    };
    await same(await numbersOf(path, 'token_embd.weight'), 'gpt_neox.embed_in.weight');
    await same(
      await numbersOf(path, 'output.weight'),
      tiedEmbeddings ? 'gpt_neox.embed_in.weight' : 'embed_out.weight',
    );
    await same(await numbersOf(path, 'blk.1.ffn_down.weight'), 'gpt_neox.layers.1.mlp.dense_4h_to_h.weight');
    await same(await numbersOf(path, 'output_norm.bias'), 'gpt_neox.final_layer_norm.bias');

    // Four heads of sixteen dimensions: head x [q, k, v] x dimension becomes q, k and v one after the other.
    const [heads, headWidth] = [4, 16];
    const inOrder = (numbers: number[]): number[] => {
      const rowWidth = numbers.length / (3 * heads * headWidth);
      const block = (head: number, part: number): number[] => {
        const start = (head * 3 + part) * headWidth * rowWidth;
        return numbers.slice(start, start + headWidth * rowWidth);
      };
      return [0, 1, 2].flatMap((part) => Array.from({ length: heads }, (_value, head) => block(head, part)).flat());
    };
    const fused = 'gpt_neox.layers.1.attention.query_key_value';
    await same(await numbersOf(path, 'blk.1.attn_qkv.weight'), `${fused}.weight`, inOrder);
    await same(await numbersOf(path, 'blk.1.attn_qkv.bias'), `${fused}.bias`, inOrder);
  });
});
