import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { openJournal, readJournal } from '../../../../main/installation/process/conversion-journal.ts';
import { temporaryFolder } from '../../../support/database.ts';

const fingerprint = 'f'.repeat(64);
const tensors = Array.from({ length: 12 }, (_value, index) => `blk.${index}.ffn_up.weight`);
const isTensor = (name: string): boolean => tensors.includes(name);

async function written(path: string, names: readonly string[]): Promise<void> {
  const journal = await openJournal(path, fingerprint, new Set(), () => Promise.resolve());
  for (const name of names) journal.note(name);
  await journal.settle();
  await journal.close();
}

it('cut off anywhere it names the first of the tensors, and what is noted after that is read as well', async () => {
  const path = join(temporaryFolder(), 'journal');
  await written(path, tensors);
  const whole = readFileSync(path);
  const property = fc.asyncProperty(fc.nat(whole.length), async (length) => {
    writeFileSync(path, whole.subarray(0, length));
    const known = await readJournal(path, fingerprint, isTensor);
    const lines = whole.subarray(0, length).toString().split('\n').length - 1;
    expect(known === null ? null : [...known]).toEqual(lines === 0 ? null : tensors.slice(0, lines - 1));

    const rest = tensors.filter((name) => known?.has(name) !== true);
    const journal = await openJournal(path, fingerprint, known ?? new Set(), () => Promise.resolve());
    for (const name of rest) journal.note(name);
    await journal.close();
    expect([...((await readJournal(path, fingerprint, isTensor)) ?? [])]).toEqual(tensors);
  });
  await fc.assert(property, { numRuns: 60 });
});

it('of nonsense names nothing but what stands before it', async () => {
  const path = join(temporaryFolder(), 'journal');
  await written(path, tensors.slice(0, 3));
  const whole = readFileSync(path);
  for (const nonsense of ['\0\0\0\0\0\n', 'blk.99.ffn_up.weight\n', `${tensors[4]?.slice(0, -1) ?? ''}\n`]) {
    writeFileSync(path, Buffer.concat([whole, Buffer.from(`${nonsense}${tensors[5] ?? ''}\n`)]));
    expect([...((await readJournal(path, fingerprint, isTensor)) ?? [])]).toEqual(tensors.slice(0, 3));
  }
});

it('of another job, or none at all, is no journal', async () => {
  const path = join(temporaryFolder(), 'journal');
  expect(await readJournal(path, fingerprint, isTensor)).toBeNull();
  await written(path, tensors);
  expect(await readJournal(path, 'e'.repeat(64), isTensor)).toBeNull();
});

it('names a tensor only after its data is on the disk', async () => {
  const path = join(temporaryFolder(), 'journal');
  const reached = Promise.withResolvers<undefined>();
  const journal = await openJournal(path, fingerprint, new Set(), () => reached.promise);
  journal.note('blk.0.ffn_up.weight');
  await new Promise((resolve) => setImmediate(resolve));
  expect(await readJournal(path, fingerprint, isTensor)).toEqual(new Set());
  reached.resolve(undefined);
  await journal.settle();
  expect(await readJournal(path, fingerprint, isTensor)).toEqual(new Set(['blk.0.ffn_up.weight']));
  await journal.close();
});

it('tells of a disk that could not take the data, from then on, and does not name the tensor', async () => {
  const path = join(temporaryFolder(), 'journal');
  const full = Object.assign(new Error('no room'), { code: 'ENOSPC' });
  const journal = await openJournal(path, fingerprint, new Set(), () => Promise.reject(full));
  journal.note('blk.0.ffn_up.weight');
  await expect(journal.settle()).rejects.toMatchObject({ code: 'disk-full' });
  expect(() => journal.note('blk.1.ffn_up.weight')).toThrow('The disk is full');
  await journal.close();
  expect(await readJournal(path, fingerprint, isTensor)).toEqual(new Set());
  expect(existsSync(`${path}.new`)).toBe(false);
});
