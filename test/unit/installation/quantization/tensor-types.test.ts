import { expect, it } from 'vitest';
import type { GptNeoxConfig } from '../../../../main/installation/process/checkpoint/gpt-neox.ts';
import { sizeOf } from '../../../../main/installation/process/quantization/plan.ts';
import { fileTypeOf, tensorTypeOf } from '../../../../main/installation/process/quantization/tensor-types.ts';
import { fileTypeNames } from '../../../../main/engine/process/gguf-header.ts';
import { conversionTypes } from '../../../../preload/contract/library.ts';

/** pythia-12b, which Open-Assistant's SFT-1 was made from. */
const pythia: GptNeoxConfig = {
  layers: 36,
  width: 5120,
  heads: 40,
  feedForwardWidth: 20_480,
  contextTokens: 2048,
  vocabularySize: 50_288,
  rotaryDimensions: 32,
  rotaryBase: 10_000,
  useParallelResidual: true,
  layerNormEpsilon: 1e-5,
  tiedEmbeddings: false,
};

it.each(conversionTypes)('%s has the file type that the engine shows under this name', (type) => {
  expect(fileTypeNames.get(fileTypeOf(type))).toBe(type);
});

// What conversions of models of this shape are known to take, in the types that have them.
it.each([
  ['F16', 23.69],
  ['Q8_0', 12.59],
  ['Q6_K', 9.72],
  ['Q5_K_M', 8.62],
  ['Q4_K_M', 7.59],
  ['Q4_0', 6.74],
] as const)('the 12B model at %s takes %d GB', (type, size) => {
  expect(sizeOf(pythia, type) / 1e9).toBeCloseTo(size, 2);
});

it('a row that no block fits into stays half precision, and other rows take smaller blocks', () => {
  const typesOf = (width: number, type: (typeof conversionTypes)[number]) =>
    ['output.weight', 'token_embd.weight', 'blk.0.attn_output.weight'].map((ggufName) =>
      tensorTypeOf({ ggufName, shape: [320, width] }, { layers: 8 }, type),
    );
  expect(typesOf(96, 'Q4_K_M')).toEqual(['Q8_0', 'Q5_0', 'Q5_0']);
  expect(typesOf(96, 'Q5_K_M')).toEqual(['Q8_0', 'Q5_1', 'Q5_1']);
  expect(typesOf(96, 'Q6_K')).toEqual(['Q8_0', 'Q8_0', 'Q8_0']);
  expect(typesOf(96, 'Q4_0')).toEqual(['Q8_0', 'Q4_0', 'Q4_0']);
  expect(typesOf(80, 'Q4_K_M')).toEqual(['F16', 'F16', 'F16']);
  expect(typesOf(80, 'Q8_0')).toEqual(['F16', 'F16', 'F16']);
});
