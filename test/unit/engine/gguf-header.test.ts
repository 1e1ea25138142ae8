import { closeSync, ftruncateSync, openSync, readFileSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readGgufSummary } from '../../../main/engine/process/gguf-header.ts';
import { AppError } from '../../../preload/contract/errors.ts';
import { codeOf, temporaryFolder } from '../../support/database.ts';
import type { WrittenGguf } from '../../support/gguf-writer.ts';
import { markerTexts, writeSyntheticGguf } from '../../support/synthetic-gguf.ts';

const shape = { layers: 1, width: 32, heads: 2, vocabularySize: 272 };

function smallGguf(): WrittenGguf & { path: string; bytes: Buffer } {
  const path = join(temporaryFolder(), 'small.gguf');
  const written = writeSyntheticGguf({ path, ...shape });
  return { ...written, path, bytes: readFileSync(path) };
}

/** What reading these bytes comes to, and how long it takes. */
function outcomeOf(path: string, bytes: Buffer): { code: string; ms: number } {
  writeFileSync(path, bytes);
  const startedMs = performance.now();
  try {
    readGgufSummary(path);
    return { code: 'none', ms: performance.now() - startedMs };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { code: error.code, ms: performance.now() - startedMs };
  }
}

const string = (text: string): Buffer => {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(Buffer.byteLength(text)));
  return Buffer.concat([length, Buffer.from(text)]);
};
const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};
const uint64 = (value: bigint): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return bytes;
};

/** A header of one's own making: counts, then whatever is given. */
function header(tensors: bigint, entries: bigint, ...rest: Buffer[]): Buffer {
  return Buffer.concat([Buffer.from('GGUF'), uint32(3), uint64(tensors), uint64(entries), ...rest]);
}

describe('a whole file', () => {
  it('tells what it is', () => {
    const { path, sizeBytes } = smallGguf();
    const summary = readGgufSummary(path);
    expect(summary).toMatchObject({
      architecture: 'gptneox',
      name: 'synthetic GPT-NeoX 1x32',
      fileType: 2,
      layers: 1,
      width: 32,
      sizeBytes,
    });
    expect(statSync(path).size).toBe(sizeBytes);
    expect(summary.tokens).toHaveLength(272);
    expect(summary.tokens.slice(-5)).toEqual(markerTexts);
    expect(summary.tokenTypes).toHaveLength(272);
    expect(summary.tokenTypes.slice(-5)).toEqual([3, 3, 3, 3, 3]);
  });

  it('may lack a name, and may go on behind its tensors', () => {
    const path = join(temporaryFolder(), 'nameless.gguf');
    writeSyntheticGguf({ path, ...shape, name: null });
    writeFileSync(path, Buffer.concat([readFileSync(path), Buffer.alloc(100)]));
    expect(readGgufSummary(path)).toMatchObject({ name: null, architecture: 'gptneox' });
  });

  it('of the 12B’s shape is told from one that lacks its last byte', () => {
    const { path, sizeBytes, bytes } = smallGguf();
    expect(outcomeOf(path, bytes.subarray(0, sizeBytes - 1)).code).toBe('model-unreadable');
    const message = expect.stringMatching(/ends early: 0\.0 MB of 0\.0 MB/) as string;
    expect(() => readGgufSummary(path)).toThrow(
      expect.objectContaining({ message, details: { sizeBytes: sizeBytes - 1, expectedBytes: sizeBytes } }),
    );
  });
});

describe('what is no model', () => {
  it.each([
    ['an empty file', Buffer.alloc(0)],
    ['zeros', Buffer.alloc(100_000)],
    ['a web page', Buffer.from(`<!DOCTYPE html><html>${'x'.repeat(500)}</html>`)],
    ['a GGUF of version 1', Buffer.concat([Buffer.from('GGUF'), uint32(1), Buffer.alloc(100)])],
    ['a big-endian GGUF', Buffer.concat([Buffer.from('GGUF'), Buffer.from([0, 0, 0, 3]), Buffer.alloc(100)])],
  ])('%s is refused', (_name, bytes) => {
    expect(outcomeOf(join(temporaryFolder(), 'x.gguf'), bytes).code).toBe('model-unreadable');
  });

  it('a missing file and a folder are refused', () => {
    const folder = temporaryFolder();
    expect(codeOf(() => readGgufSummary(join(folder, 'none.gguf')))).toBe('model-missing');
    expect(codeOf(() => readGgufSummary(folder))).toBe('model-unreadable');
  });
});

describe('a file cut short', () => {
  it('at any field of its header is refused', () => {
    const { path, bytes, boundaries, dataOffset } = smallGguf();
    expect(boundaries.length).toBeGreaterThan(500);
    const cuts = [...new Set([...boundaries, ...boundaries.map((at) => at + 1), dataOffset])];
    for (const cut of cuts)
      expect(outcomeOf(path, bytes.subarray(0, cut)).code, `cut at ${cut}`).toBe('model-unreadable');
  });

  it('anywhere is refused', () => {
    const { path, bytes } = smallGguf();
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), (cut) => {
        expect(outcomeOf(path, bytes.subarray(0, cut)).code).toBe('model-unreadable');
      }),
      { numRuns: 300 },
    );
  });
});

describe('a damaged header', () => {
  it('is read or refused, never worse, whatever bytes are changed', () => {
    const { path, bytes, boundaries, dataOffset } = smallGguf();
    const place = fc.oneof(fc.constantFrom(...boundaries), fc.nat(dataOffset - 1));
    const change = fc.record({
      at: place,
      value: fc.oneof(fc.uint8Array({ minLength: 1, maxLength: 8 }), fc.constant(new Uint8Array(8).fill(255))),
    });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const damaged = Buffer.from(bytes);
        for (const { at, value } of changes) damaged.set(value.subarray(0, damaged.length - at), at);
        const { code, ms } = outcomeOf(path, damaged);
        expect(['none', 'model-unreadable']).toContain(code);
        expect(ms).toBeLessThan(1000);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['2^63 tensors', header(2n ** 63n, 0n)],
    ['2^63 entries', header(0n, 2n ** 63n)],
    ['a key of 2^40 bytes', header(0n, 1n, uint64(2n ** 40n))],
    ['a text longer than the file', header(0n, 1n, string('a'), uint32(8), uint64(2n ** 31n))],
    ['a list of 2^60 texts', header(0n, 1n, string('a'), uint32(9), uint32(8), uint64(2n ** 60n))],
    [
      'a list of a million texts that are not there',
      header(0n, 1n, string('a'), uint32(9), uint32(8), uint64(1_000_000n)),
    ],
    ['lists in lists', header(0n, 1n, string('a'), uint32(9), uint32(9), uint64(1n), uint32(9), uint64(1n))],
    ['a value of no kind', header(0n, 1n, string('a'), uint32(77), Buffer.alloc(64))],
    ['a tensor of five dimensions', header(1n, 0n, string('t'), uint32(5), Buffer.alloc(64))],
    [
      'a tensor of 2^160 weights',
      header(
        1n,
        0n,
        string('t'),
        uint32(4),
        ...Array.from({ length: 4 }, () => uint64(2n ** 40n)),
        uint32(0),
        uint64(0n),
      ),
    ],
    ['a tensor at 2^62', header(1n, 0n, string('t'), uint32(1), uint64(32n), uint32(0), uint64(2n ** 62n))],
  ])('with %s is refused at once', (_name, bytes) => {
    const { code, ms } = outcomeOf(join(temporaryFolder(), 'x.gguf'), Buffer.concat([bytes, Buffer.alloc(64)]));
    expect(code).toBe('model-unreadable');
    expect(ms).toBeLessThan(200);
  });

  it('takes no memory for a length that only a huge file could hold', () => {
    const path = join(temporaryFolder(), 'huge.gguf');
    const file = openSync(path, 'w');
    writeSync(file, header(0n, 1n, string('general.name'), uint32(8), uint64(200n * 1024n ** 2n)));
    ftruncateSync(file, 8 * 1024 ** 3); // Sparse: it takes no room on the disk.
    closeSync(file);
    const before = process.memoryUsage().arrayBuffers;
    const startedMs = performance.now();
    expect(codeOf(() => readGgufSummary(path))).toBe('model-unreadable');
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * 1024 ** 2);
    expect(performance.now() - startedMs).toBeLessThan(1000);
  });

  it('that is endless zeros in a huge file ends in time', () => {
    const path = join(temporaryFolder(), 'huge.gguf');
    const file = openSync(path, 'w');
    writeSync(file, header(1_000_000n, 1_000_000n));
    ftruncateSync(file, 8 * 1024 ** 3);
    closeSync(file);
    const startedMs = performance.now();
    expect(['none', 'model-unreadable']).toContain(codeOf(() => readGgufSummary(path)));
    expect(performance.now() - startedMs).toBeLessThan(5000);
  });

  it('that is lists upon lists of numbers ends in time', () => {
    const list = Buffer.concat([string('a'), uint32(9), uint32(0), uint64(1_000_000n), Buffer.alloc(1_000_000)]);
    const path = join(temporaryFolder(), 'lists.gguf');
    writeFileSync(path, header(0n, 40n, ...Array.from({ length: 40 }, () => list)));
    const startedMs = performance.now();
    expect(['none', 'model-unreadable']).toContain(codeOf(() => readGgufSummary(path)));
    expect(performance.now() - startedMs).toBeLessThan(5000);
  });
});
