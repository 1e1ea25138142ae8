import { expect, it } from 'vitest';
import { memoryOperations } from '../../support/database.ts';

it('a model file is found as it was saved, and saving again replaces it', () => {
  const operations = memoryOperations();
  const record = {
    path: '/models/12b.gguf',
    sizeBytes: 7_320_000_001,
    modifiedMs: 1_766_000_000_123.4567,
    sha256: 'b'.repeat(64),
  };
  expect(operations.findModelFile(record.path)).toBeNull();
  operations.saveModelFile(record);
  expect(operations.findModelFile(record.path)).toEqual(record);
  const changed = { ...record, sizeBytes: 1, modifiedMs: 2, sha256: 'c'.repeat(64) };
  operations.saveModelFile(changed);
  expect(operations.findModelFile(record.path)).toEqual(changed);
  expect(operations.findModelFile('/models/12B.gguf')).toBeNull();
});
