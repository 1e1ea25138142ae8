import { createHash } from 'node:crypto';
import { utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ModelFileRecord } from '../../../main/database/model-records.ts';
import { modelSha256 } from '../../../main/services/model-hash.ts';
import { temporaryFolder } from '../../support/database.ts';

function memoryRecords() {
  const byPath = new Map<string, ModelFileRecord>();
  return {
    byPath,
    findModelFile: async (path: string) => byPath.get(path) ?? null,
    saveModelFile: async (record: ModelFileRecord) => void byPath.set(record.path, record),
  };
}

function modelFile(bytes: Buffer): string {
  const path = join(temporaryFolder(), 'model.gguf');
  writeFileSync(path, bytes);
  return path;
}

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

describe('the hash of a model file', () => {
  it('is computed once, with progress, and remembered', async () => {
    const bytes = Buffer.alloc(9 * 1024 ** 2, 3);
    const path = modelFile(bytes);
    const records = memoryRecords();
    const fractions: number[] = [];
    const hash = (): Promise<string> => modelSha256(records, path, (fraction) => fractions.push(fraction));
    expect(await hash()).toBe(sha256(bytes));
    expect(fractions.at(-1)).toBe(1);
    expect(fractions.length).toBeGreaterThan(1);
    expect(fractions).toEqual(fractions.toSorted((left, right) => left - right));
    fractions.length = 0;
    expect(await hash()).toBe(sha256(bytes));
    expect(fractions, 'known, so not read').toEqual([]);
  });

  it('is computed again when size or time have changed', async () => {
    const path = modelFile(Buffer.from('one'));
    const records = memoryRecords();
    const hash = (): Promise<string> => modelSha256(records, path, () => undefined);
    await hash();
    writeFileSync(path, 'longer');
    expect(await hash()).toBe(sha256(Buffer.from('longer')));
    writeFileSync(path, 'LONGER');
    utimesSync(path, 1, 1);
    expect(await hash()).toBe(sha256(Buffer.from('LONGER')));
    expect(records.byPath.get(path)).toMatchObject({ sizeBytes: 6, modifiedMs: 1000 });
  });

  it('of an empty file is that of nothing; a missing file is an error', async () => {
    const path = modelFile(Buffer.alloc(0));
    expect(await modelSha256(memoryRecords(), path, () => undefined)).toBe(sha256(Buffer.alloc(0)));
    await expect(modelSha256(memoryRecords(), `${path}.none`, () => undefined)).rejects.toMatchObject({
      code: 'ENOENT',
    });
  });
});
