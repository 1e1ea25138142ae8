import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readAppFile } from '../../../main/windows/app-files.ts';
import { appUrl } from '../../../main/windows/app-url.ts';
import { temporaryFolder } from '../../support/database.ts';

/** A built renderer with a secret beside it, and links that lead to it. */
function makeFolder(): string {
  const parent = temporaryFolder();
  const folder = join(parent, 'renderer');
  mkdirSync(join(folder, 'assets'), { recursive: true });
  writeFileSync(join(folder, 'index.html'), '<!doctype html>');
  writeFileSync(join(folder, 'assets', 'index.js'), 'export {};');
  writeFileSync(join(folder, 'conversations.sqlite3'), 'secret');
  mkdirSync(join(parent, 'renderer-secrets'));
  for (const path of ['secret.html', join('renderer-secrets', 'secret.html')]) writeFileSync(join(parent, path), '');
  symlinkSync(join(parent, 'secret.html'), join(folder, 'link.html'));
  symlinkSync(join(parent, 'renderer-secrets'), join(folder, 'linked'));
  symlinkSync(join(folder, 'index.html'), join(folder, 'inside.html'));
  return folder;
}

it('reads what the renderer consists of', async () => {
  const folder = makeFolder();
  expect(await readAppFile(folder, `${appUrl('index.html')}?a#b`)).toMatchObject({
    mimeType: 'text/html',
  });
  expect(await readAppFile(folder, appUrl('assets/index.js'))).toMatchObject({
    content: Buffer.from('export {};'),
  });
  expect(await readAppFile(folder, appUrl('inside.html'))).not.toBeNull();
});

it.each([
  'missing.html',
  'assets',
  '',
  'conversations.sqlite3',
  '../secret.html',
  '%2e%2e/secret.html',
  '..%2fsecret.html',
  '%2e%2e%2frenderer-secrets%2fsecret.html',
  '..%5csecret.html',
  'index.html%00.png',
  'link.html',
  'linked/secret.html',
])('%s is nothing', async (path) => {
  expect(await readAppFile(makeFolder(), appUrl(path))).toBeNull();
});
