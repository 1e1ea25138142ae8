import { expect, it } from 'vitest';
import { rowBytes, tensorFormats, type TensorType } from '../../../../main/installation/process/gguf/tensor-types.ts';
import { loadGgml } from '../../../../main/installation/process/quantization/ggml.ts';

const ggml = loadGgml();
const types = Object.keys(tensorFormats) as TensorType[];

it.each(types)('a row of %s takes as many bytes as ggml says', (type) => {
  for (const weights of [256, 1024, 5120, 20_480]) expect(rowBytes(type, weights)).toBe(ggml.rowSize(type, weights));
});

it.each(types)('%s is written whole and nowhere else', (type) => {
  const rows = 3;
  const source = Float32Array.from({ length: rows * 256 }, (_value, index) => Math.sin(index) / 10);
  const sizeBytes = rows * rowBytes(type, 256);
  const memory = new Uint8Array(sizeBytes + 64).fill(0xa5);
  expect(ggml.quantizeChunk(type, source, memory.subarray(32), rows, 256)).toBe(sizeBytes);
  expect(memory.subarray(0, 32).every((byte) => byte === 0xa5)).toBe(true);
  expect(memory.subarray(32 + sizeBytes).every((byte) => byte === 0xa5)).toBe(true);
  expect(ggml.validateRow(type, memory.subarray(32, 32 + sizeBytes))).toBe(true);
});

it('half precision becomes the same numbers', () => {
  // 1, -2, 65504, the smallest above 0, and 1/3 rounded.
  const fp16 = new Uint8Array(Uint16Array.of(0x3c00, 0xc000, 0x7bff, 0x0001, 0x3555).buffer);
  const widened = new Float32Array(5);
  ggml.fp16ToFp32Row(fp16, widened, 5);
  expect([...widened]).toEqual([1, -2, 65_504, 2 ** -24, 0.333_251_953_125]);
  const bf16 = new Uint8Array(Uint16Array.of(0x3f80, 0xc000, 0x7f7f, 0x3eab).buffer);
  ggml.bf16ToFp32Row(bf16, widened, 4);
  expect([...widened.subarray(0, 4)]).toEqual([1, -2, 2 ** 127 * (2 - 2 ** -7), 0.333_984_375]);
});

it.each([
  ['f16', Uint16Array.of(0x3c00, 0x7c00)],
  ['f16', Uint16Array.of(0x7e00, 0x3c00)],
  ['bf16', Uint16Array.of(0x3f80, 0xff80)],
  ['bf16', Uint16Array.of(0x3f80, 0x7fc0)],
  ['f32', Float32Array.of(1, -Infinity)],
  ['f32', Float32Array.of(NaN, 1)],
] as const)('%s that holds no number is noticed (%o)', (format, values) => {
  expect(ggml.validateRow(format, new Uint8Array(values.buffer))).toBe(false);
});
