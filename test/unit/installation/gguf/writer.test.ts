import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { readGgufFileInfo } from 'node-llama-cpp';
import { expect, it } from 'vitest';
import { readGgufSummary } from '../../../../main/engine/process/gguf-header.ts';
import { layOut, type GgufTensor } from '../../../../main/installation/process/gguf/layout.ts';
import type { GgufMetadata, GgufValue } from '../../../../main/installation/process/gguf/metadata.ts';
import { tensorFormats, type TensorType } from '../../../../main/installation/process/gguf/tensor-types.ts';
import { ggufHeader } from '../../../../main/installation/process/gguf/writer.ts';
import { temporaryFolder } from '../../../support/database.ts';

const text = fc.string({ unit: 'binary', maxLength: 40 });
const value: fc.Arbitrary<GgufValue> = fc.oneof(
  fc.record({ type: fc.constant('string'), value: text }),
  fc.record({ type: fc.constant('uint32'), value: fc.nat(0xffff_ffff) }),
  fc.record({ type: fc.constant('float32'), value: fc.float({ noNaN: true }) }),
  fc.record({ type: fc.constant('bool'), value: fc.boolean() }),
  fc.record({ type: fc.constant('strings'), value: fc.array(text, { maxLength: 20 }) }),
  fc.record({ type: fc.constant('int32s'), value: fc.array(fc.integer(), { maxLength: 20 }) }),
);
/** Keys without dots, which the reader takes for a path into objects. */
const key = fc.stringMatching(/^[a-z_]{3,20}$/).filter((name) => name !== '__proto__' && name !== 'general');
const metadata = fc.uniqueArray(fc.tuple(key, value), { selector: ([name]) => name, maxLength: 10 });

const types = Object.keys(tensorFormats) as TensorType[];
const tensor: fc.Arbitrary<GgufTensor> = fc.record({
  name: fc.stringMatching(/^[a-z0-9_.]{1,40}$/),
  type: fc.constantFrom(...types),
  // Rows that fill the blocks of every type.
  shape: fc
    .tuple(fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 2 }), fc.integer({ min: 1, max: 4 }))
    .map(([outer, blocks]) => [...outer, blocks * 256]),
});
const tensors = fc.uniqueArray(tensor, { selector: ({ name }) => name, minLength: 1, maxLength: 8 });

it('what node-llama-cpp reads in a header is what was written', async () => {
  const path = join(temporaryFolder(), 'written.gguf');
  const property = fc.asyncProperty(metadata, tensors, async (entries, listed) => {
    const layout = layOut(listed);
    const all: GgufMetadata = [['general.architecture', { type: 'string', value: 'gptneox' }], ...entries];
    const header = ggufHeader(all, layout.tensors);
    writeFileSync(path, Buffer.concat([header], header.length + layout.sizeBytes));

    const info = await readGgufFileInfo(path, { logWarnings: false });
    expect(info.version).toBe(3);
    expect(info.metadata).toEqual({
      general: { architecture: 'gptneox' },
      ...Object.fromEntries(entries.map(([name, entry]) => [name, entry.value])),
    });
    const told = info.fullTensorInfo?.map(({ name, dimensions, ggmlType, fileOffset }) => ({
      name,
      dimensions,
      ggmlType,
      fileOffset,
    }));
    expect(told).toEqual(
      layout.tensors.map(({ name, shape, type, offsetBytes }) => ({
        name,
        dimensions: shape.toReversed(),
        ggmlType: tensorFormats[type].id,
        fileOffset: header.length + offsetBytes,
      })),
    );
  });
  await fc.assert(property, { numRuns: 100 });
});

it('tensors begin at multiples of 32 and never overlap', () => {
  fc.assert(
    fc.property(tensors, (listed) => {
      const { tensors: placed, sizeBytes } = layOut(listed);
      let end = 0;
      for (const { offsetBytes, sizeBytes: tensorBytes } of placed) {
        expect(offsetBytes % 32).toBe(0);
        expect(offsetBytes).toBeGreaterThanOrEqual(end);
        expect(offsetBytes - end).toBeLessThan(32);
        end = offsetBytes + tensorBytes;
      }
      expect(sizeBytes).toBe(Math.ceil(end / 32) * 32);
    }),
  );
});

it('the app knows a file that lacks its last byte of weights from a whole one', () => {
  const path = join(temporaryFolder(), 'written.gguf');
  const { tensors: placed, sizeBytes } = layOut([
    { name: 'token_embd.weight', shape: [3, 256], type: 'Q6_K' },
    { name: 'output_norm.bias', shape: [256], type: 'F32' },
  ]);
  const header = ggufHeader([['general.architecture', { type: 'string', value: 'gptneox' }]], placed);
  expect(header.length % 32).toBe(0);
  writeFileSync(path, Buffer.concat([header], header.length + sizeBytes));
  expect(readGgufSummary(path)).toMatchObject({ architecture: 'gptneox', sizeBytes: header.length + sizeBytes });
  writeFileSync(path, Buffer.concat([header], header.length + sizeBytes - 1));
  expect(() => readGgufSummary(path)).toThrow('ends early');
});
