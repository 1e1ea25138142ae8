import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { createBudget, importText } from '../../../../main/services/import/import-text.ts';

const mebibyte = 1024 ** 2;

async function read(content: Buffer, limitBytes: number): Promise<string> {
  const pieces = async function* (): AsyncGenerator<Buffer> {
    for (let at = 0; at < content.length; at += 10_007) yield content.subarray(at, at + 10_007);
  };
  let text = '';
  for await (const piece of importText(pieces(), createBudget(limitBytes))) text += piece;
  return text;
}

it('reads text, packed with gzip or not, with characters torn between two pieces', async () => {
  const text = `x${'é'.repeat(mebibyte)}`;
  for (const content of [Buffer.from(text), gzipSync(text)]) {
    expect((await read(content, 3 * mebibyte)) === text).toBe(true);
  }
});

it('stops at the limit, however small the packed file is', async () => {
  const bomb = gzipSync(Buffer.alloc(64 * mebibyte, 0x20));
  expect(bomb.length).toBeLessThan(mebibyte);
  await expect(read(bomb, mebibyte)).rejects.toMatchObject({
    code: 'invalid-input',
    message: 'There is more than 1 MiB of text here. Nothing was imported.',
  });
});

it('takes 1 GiB unless told otherwise, and says so as the documents do', () => {
  const budget = createBudget();
  budget.spend(1024 * mebibyte);
  expect(() => budget.spend(1)).toThrow('There is more than 1 GiB of text here. Nothing was imported.');
});
