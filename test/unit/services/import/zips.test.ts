import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { writeArchive } from '../../../support/checkpoints.ts';
import { temporaryFolder } from '../../../support/database.ts';
import { packZip, type PackedFile } from '../../../support/zip-writer.ts';
import { exchange } from './files.ts';

const fixtures = join(import.meta.dirname, '..', '..', '..', 'fixtures', 'foreign');
const chatgpt = readFileSync(join(fixtures, 'chatgpt.json'));
const [first, second] = (JSON.parse(chatgpt.toString()) as unknown[]).map((each) => JSON.stringify([each]));

async function importZip(files: readonly PackedFile[]) {
  const into = exchange();
  return { ...into, report: await into.importText(packZip(files), 'export.zip') };
}

it('a zip is read as it was downloaded, in one piece or in several', async () => {
  const around = [
    { name: 'chat.html', content: '<script>alert(1)</script>' },
    { name: 'user.json', content: '{"email":"nobody@example.org"}' },
    { name: 'conversations/picture.png', content: Buffer.alloc(5_000) },
  ];
  for (const files of [
    [{ name: 'conversations.json', content: chatgpt }],
    [
      { name: 'export/conversations-001.json', content: second ?? '' },
      { name: 'export/conversations-000.json', content: first ?? '' },
    ],
  ]) {
    const { report, stored } = await importZip([...around, ...files]);
    expect(report).toMatchObject({ format: 'chatgpt', conversations: { new: 2 }, messages: { new: 7 } });
    expect(stored()).toHaveLength(2);
  }
});

it('a zip of a folder is read like the folder', async () => {
  const thread = join(fixtures, 'jan', 'threads', '0198f0aa');
  const { report, stored } = await importZip(
    ['messages.jsonl', 'thread.json'].map((name) => ({
      name: `threads/0198f0aa/${name}`,
      content: readFileSync(join(thread, name)),
    })),
  );
  expect(report).toMatchObject({ format: 'jan', messages: { new: 3 } });
  expect(stored()[0]?.title).toBe('Clouds');
});

const good = { name: 'conversations.json', content: chatgpt };
const whole = packZip([good]);
const flipped = Buffer.from(whole);
flipped[300] = (flipped[300] ?? 0) ^ 0x55;

it.each([
  ['locked', packZip([{ ...good, isLocked: true }]), 'is locked with a password'],
  ['cut off', whole.subarray(0, whole.length - 30), 'is damaged or cut off'],
  ['damaged inside', flipped, 'is damaged or cut off'],
  ['empty', packZip([]), 'holds no conversations'],
  ['without conversations', packZip([{ name: 'a.txt', content: 'a' }]), 'holds no conversations'],
  ['of zips', packZip([{ name: 'inner.zip', content: whole }]), 'holds other zip files'],
  ['with a name that leads away', packZip([{ ...good, name: '../../conversations.json' }]), 'is damaged or cut off'],
  ['that lies about its size', packZip([{ ...good, claimedBytes: 10 }]), 'is damaged or cut off'],
  ['that claims to be huge', packZip([{ ...good, claimedBytes: 0xfffffff0 }]), 'holds more than 2 GiB'],
  ['that is a bomb', packZip([{ ...good, content: Buffer.alloc(64 * 1024 ** 2, 0x20) }]), 'claims to hold far more'],
])('a zip %s is refused with a reason', async (_what, content, reason) => {
  const { importText, stored } = exchange();
  await expect(importText(content, 'export.zip')).rejects.toMatchObject({
    code: 'invalid-input',
    message: expect.stringContaining(`This zip ${reason}`) as unknown,
  });
  expect(stored()).toEqual([]);
});

it('a zip with the wide fields of files above 4 GB is read', async () => {
  const { folder, imports } = exchange();
  const path = join(folder, 'wide.zip');
  writeArchive(path, [{ name: 'conversations.json', bytes: () => chatgpt }], { zip64: true });
  expect(await imports.run({ path, isDryRun: false })).toMatchObject({ format: 'chatgpt', messages: { new: 7 } });
});

it('a cancelled zip leaves nothing', async () => {
  const { folder, imports, stored } = exchange();
  const path = join(folder, 'export.zip');
  writeFileSync(path, whole);
  await expect(imports.run({ path, isDryRun: false, signal: AbortSignal.abort() })).rejects.toMatchObject({
    code: 'cancelled',
  });
  expect(stored()).toEqual([]);
});

it('in a folder, links are not followed and other files are not read', async () => {
  const [folder, elsewhere] = [temporaryFolder(), temporaryFolder()];
  writeFileSync(join(elsewhere, 'conversations.json'), chatgpt);
  mkdirSync(join(folder, 'inside'));
  writeFileSync(join(folder, 'inside', 'conversations-000.json'), first ?? '');
  writeFileSync(join(folder, 'package.json'), second ?? '');
  symlinkSync(elsewhere, join(folder, 'link'));
  symlinkSync(join(elsewhere, 'conversations.json'), join(folder, 'conversations.json'));
  const shares: number[] = [];
  const onProgress = (share: number) => shares.push(share);
  const report = await exchange().imports.run({ path: folder, isDryRun: false, onProgress });
  expect(report.conversations.new).toBe(1);
  expect(shares.at(-1)).toBe(1);
});
