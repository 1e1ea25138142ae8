import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readCatalogue, shownCatalogue } from '../../../main/services/catalogue.ts';
import { conversionTypes } from '../../../preload/contract/library.ts';
import { temporaryFolder } from '../../support/database.ts';
import { cataloguePath, modelFacts } from '../../support/library.ts';

const machine = { memoryBytes: 16e9, memoryBytesPerSecond: 40e9 };

it('names each model once, the one that the app was made for first, and where it comes from', async () => {
  const entries = await readCatalogue(cataloguePath);
  expect(entries[0]?.repository).toBe('OpenAssistant/oasst-sft-1-pythia-12b');
  expect(new Set(entries.map(({ id }) => id)).size).toBe(entries.length);
  for (const { limits, licence, summary } of entries) {
    expect(limits.length).toBeGreaterThan(1);
    expect(`${licence}${summary}`).not.toBe('');
  }
});

it('says for each type what it takes, and which one is there already', async () => {
  const entries = await readCatalogue(cataloguePath);
  const [first] = entries;
  const installed = {
    ...{ id: 'i', path: '/m.gguf', source: 'catalogue' as const, catalogueId: first?.id ?? '', isManaged: true },
    ...{ facts: modelFacts({ quantization: 'Q4_0' }), sha256: null, verifiedAt: null, addedAt: 0 },
  };
  const [shown] = shownCatalogue(entries, machine, 2048, [installed]);
  expect(shown?.variants.map(({ type }) => type)).toEqual([...conversionTypes]);
  expect(shown?.variants.map(({ modelId }) => modelId)).toEqual([null, null, null, null, null, 'i']);
  const sizes = shown?.variants.map(({ fileBytes }) => fileBytes) ?? [];
  expect(sizes).toEqual(sizes.toSorted((left, right) => right - left));
  expect(shown?.variants[0]?.fit.verdict).toBe('too-large');
  expect(shown?.variants.at(-1)?.fit.verdict).toBe('fits');
});

it('is refused as a whole when it says something else than its schema', async () => {
  const path = join(temporaryFolder(), 'catalogue.json');
  for (const wrong of ['', '{}', '{"models": []}', '{"models": [{"id": "../x"}]}']) {
    writeFileSync(path, wrong);
    await expect(readCatalogue(path)).rejects.toThrow();
  }
});
