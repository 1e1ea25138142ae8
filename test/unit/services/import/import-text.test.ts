import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { importText } from '../../../../main/services/import/import-text.ts';
import { temporaryFolder } from '../../../support/database.ts';

const mebibyte = 1024 ** 2;

async function read(content: string | Buffer, limitBytes: number): Promise<{ text: string; shares: number[] }> {
  const path = join(temporaryFolder(), 'file');
  writeFileSync(path, content);
  const shares: number[] = [];
  let text = '';
  for await (const piece of importText(path, new AbortController().signal, (share) => shares.push(share), limitBytes)) {
    text += piece;
  }
  return { text, shares };
}

it('reads text, packed with gzip or not, with characters torn between two pieces', async () => {
  const text = `x${'é'.repeat(mebibyte)}`;
  for (const content of [text, gzipSync(text)]) {
    const { text: got, shares } = await read(content, 3 * mebibyte);
    expect(got === text).toBe(true);
    expect(shares.at(-1)).toBe(1);
  }
});

it('stops at the limit, however small the packed file is', async () => {
  const bomb = gzipSync(Buffer.alloc(64 * mebibyte, 0x20));
  expect(bomb.length).toBeLessThan(mebibyte);
  await expect(read(bomb, mebibyte)).rejects.toMatchObject({
    code: 'invalid-input',
    message: 'This file holds more than 1 MiB of text. Nothing was imported.',
  });
});
