import { closeSync, ftruncateSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it, onTestFinished } from 'vitest';
import type { ElementType } from '../../../../main/installation/process/checkpoint/tensors.ts';
import { rowBytes, tensorFormats, type TensorType } from '../../../../main/installation/process/gguf/tensor-types.ts';
import { loadGgml } from '../../../../main/installation/process/quantization/ggml.ts';
import { createQuantizationPool } from '../../../../main/installation/process/quantization/pool.ts';
import type { Slice } from '../../../../main/installation/process/quantization/slice.ts';
import { temporaryFolder } from '../../../support/database.ts';

const workerUrl = new URL('../../../../main/installation/process/quantization/worker.ts', import.meta.url);
const rowWeights = 256;
const never = new AbortController().signal;

function openPool(threads: number) {
  const pool = createQuantizationPool(workerUrl, threads);
  onTestFinished(() => pool.close());
  return pool;
}

/** Bytes as they lie in a checkpoint, and the same numbers as float32. */
function weightsOf(elementType: ElementType, count: number): { bytes: Uint8Array; numbers: Float32Array } {
  const numbers = Float32Array.from({ length: count }, (_value, index) => Math.sin(index * 1.7) / 8);
  if (elementType === 'f32') return { bytes: new Uint8Array(numbers.buffer), numbers };
  const words = new Uint16Array(new Uint32Array(numbers.buffer).map((bits) => bits >>> 16));
  const bytes = new Uint8Array(words.buffer);
  const widened = new Float32Array(count);
  // As float16 the same sixteen bits are other numbers, no less good; none of them is above 1.
  if (elementType === 'bf16') ggml.bf16ToFp32Row(bytes, widened, count);
  else ggml.fp16ToFp32Row(bytes, widened, count);
  return { bytes, numbers: widened };
}

const ggml = loadGgml();

function quantized(type: TensorType, numbers: Float32Array): Uint8Array {
  const rows = numbers.length / rowWeights;
  const target = new Uint8Array(rows * rowBytes(type, rowWeights));
  ggml.quantizeChunk(type, numbers, target, rows, rowWeights);
  return target;
}

interface Job {
  folder: string;
  elementType?: ElementType;
  type: TensorType;
  rows: number;
}

/** One slice per row, so that several threads share a tensor, and the file that they write. */
function rowSlices({ folder, elementType = 'f16', type, rows }: Job): { slices: Slice[]; targetPath: string } {
  const sourcePath = join(folder, 'source.bin');
  const targetPath = join(folder, 'target.bin');
  const file = openSync(targetPath, 'w');
  ftruncateSync(file, rows * rowBytes(type, rowWeights));
  closeSync(file);
  const sizeBytes = rowWeights * (elementType === 'f32' ? 4 : 2);
  const slices = Array.from({ length: rows }, (_value, row) => ({
    tensor: `row ${row}`,
    sourcePath,
    elementType,
    sourceRuns: [
      { offsetBytes: row * sizeBytes, sizeBytes: sizeBytes / 2 },
      { offsetBytes: (row + 0.5) * sizeBytes, sizeBytes: sizeBytes / 2 },
    ],
    rows: 1,
    rowWeights,
    targetPath,
    targetOffsetBytes: row * rowBytes(type, rowWeights),
    type,
  }));
  return { slices, targetPath };
}

it('writes what ggml makes of the whole at once, from every number format to every type', async () => {
  const pool = openPool(2);
  const folder = temporaryFolder();
  const property = fc.asyncProperty(
    fc.constantFrom<ElementType>('f16', 'bf16', 'f32'),
    fc.constantFrom(...(Object.keys(tensorFormats) as TensorType[])),
    fc.integer({ min: 1, max: 40 }),
    async (elementType, type, rows) => {
      const { bytes, numbers } = weightsOf(elementType, rows * rowWeights);
      writeFileSync(join(folder, 'source.bin'), bytes);
      const { slices, targetPath } = rowSlices({ folder, elementType, type, rows });
      await pool.convert(slices, never, () => undefined);
      expect(readFileSync(targetPath).equals(quantized(type, numbers))).toBe(true);
    },
  );
  await fc.assert(property, { numRuns: 60 });
});

it.each([
  ['an infinity', 'f16', 'Q4_K', Uint16Array.of(0x7c00)],
  ['not a number', 'f16', 'F16', Uint16Array.of(0x7e00)],
  ['not a number', 'bf16', 'Q8_0', Uint16Array.of(0x7fc0)],
  ['an infinity', 'f32', 'F32', Float32Array.of(-Infinity)],
] as const)('%s in %s weights on the way to %s ends the conversion and names the tensor', async (...row) => {
  const [, elementType, type, damage] = row;
  const pool = openPool(1);
  const folder = temporaryFolder();
  const { bytes } = weightsOf(elementType, 3 * rowWeights);
  bytes.set(new Uint8Array(damage.buffer), rowWeights * 2 * damage.BYTES_PER_ELEMENT - damage.BYTES_PER_ELEMENT);
  writeFileSync(join(folder, 'source.bin'), bytes);
  const { slices, targetPath } = rowSlices({ folder, elementType, type, rows: 3 });
  const converted: string[] = [];
  await expect(pool.convert(slices, never, ({ tensor }) => converted.push(tensor))).rejects.toMatchObject({
    code: 'checkpoint-unreadable',
    message: 'The checkpoint is damaged: row 1 holds values that are no numbers. Fetch it again.',
    details: { tensor: 'row 1' },
  });
  expect(converted, 'what came after it was not begun').toEqual(['row 0']);
  expect(
    readFileSync(targetPath)
      .subarray(rowBytes(type, rowWeights))
      .every((byte) => byte === 0),
  ).toBe(true);

  // The same threads go on with the next job.
  writeFileSync(join(folder, 'source.bin'), weightsOf(elementType, 3 * rowWeights).bytes);
  await pool.convert(slices, never, ({ tensor }) => converted.push(tensor));
  expect(converted).toHaveLength(4);
});

it('a number that is too large for the type is told as such', async () => {
  const pool = openPool(1);
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'source.bin'), new Uint8Array(new Float32Array(rowWeights).fill(70_000).buffer));
  const { slices } = rowSlices({ folder, elementType: 'f32', type: 'F16', rows: 1 });
  await expect(pool.convert(slices, never, () => undefined)).rejects.toMatchObject({
    code: 'checkpoint-unreadable',
    message: 'This checkpoint cannot be converted: row 0 holds values too large for F16.',
  });
});

it('a weight file that shrank is told as such, and one that is gone', async () => {
  const pool = openPool(1);
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'source.bin'), weightsOf('f16', 2 * rowWeights).bytes.subarray(0, -1));
  const { slices } = rowSlices({ folder, type: 'Q4_K', rows: 2 });
  await expect(pool.convert(slices, never, () => undefined)).rejects.toMatchObject({
    code: 'checkpoint-unreadable',
    message: 'A weight file can no longer be read (it ends early). What is converted so far is kept.',
  });
  rmSync(join(folder, 'source.bin'));
  await expect(pool.convert(slices, never, () => undefined)).rejects.toMatchObject({
    code: 'checkpoint-unreadable',
    message: expect.stringContaining('ENOENT') as string,
  });
});

it('after the signal nothing is begun, and nothing is at work when the promise settles', async () => {
  const pool = openPool(2);
  const folder = temporaryFolder();
  const rows = 50;
  writeFileSync(join(folder, 'source.bin'), weightsOf('f16', rows * rowWeights).bytes);
  const { slices, targetPath } = rowSlices({ folder, type: 'Q6_K', rows });
  const stop = new AbortController();
  let converted = 0;
  const conversion = pool.convert(slices, stop.signal, () => {
    converted += 1;
    if (converted === 5) stop.abort();
  });
  await expect(conversion).rejects.toMatchObject({ code: 'cancelled' });
  expect(converted).toBeLessThan(rows);
  const written = readFileSync(targetPath);
  await pool.close();
  expect(readFileSync(targetPath).equals(written)).toBe(true);
});
