import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { hashFile } from '../../../main/installation/process/hash-file.ts';
import { AppError } from '../../../preload/contract/errors.ts';
import { temporaryFolder } from '../../support/database.ts';

const never = new AbortController().signal;
const content = Buffer.alloc(9_000_000, 'model');
const sha256 = createHash('sha256').update(content).digest('hex');

function file(): { folder: string; path: string } {
  const folder = temporaryFolder();
  const path = join(folder, 'model.gguf');
  writeFileSync(path, content);
  return { folder, path };
}

it('is that of the whole file, with progress up to the end; an empty file has one too', async () => {
  const { folder, path } = file();
  const seen: number[] = [];
  expect(await hashFile(path, null, never, (fraction) => seen.push(fraction))).toBe(sha256);
  expect(seen).toEqual(seen.toSorted((left, right) => left - right));
  expect(seen.at(-1)).toBe(1);
  writeFileSync(join(folder, 'empty'), '');
  const empty = createHash('sha256').digest('hex');
  expect(await hashFile(join(folder, 'empty'), null, never, () => undefined)).toBe(empty);
});

it('copies the same bytes on the way, under their name when they are whole', async () => {
  const { folder, path } = file();
  const copy = join(folder, 'copy.gguf');
  expect(await hashFile(path, copy, never, () => expect(existsSync(copy)).toBe(false))).toBe(sha256);
  expect(readFileSync(copy).equals(content)).toBe(true);
  expect(readdirSync(folder).sort()).toEqual(['copy.gguf', 'model.gguf']);
});

it('leaves no half copy when it is stopped, and says so when the file is gone', async () => {
  const { folder, path } = file();
  const stop = new AbortController();
  const reason = new AppError('cancelled', 'It was stopped.');
  const copying = hashFile(path, join(folder, 'copy.gguf'), stop.signal, () => stop.abort(reason));
  await expect(copying).rejects.toBe(reason);
  expect(readdirSync(folder)).toEqual(['model.gguf']);
  await expect(hashFile(join(folder, 'gone'), null, never, () => undefined)).rejects.toMatchObject({
    code: 'model-missing',
  });
});
