import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { createPrinting } from '../../../main/printing/client.ts';
import { temporaryFolder } from '../../support/database.ts';

/** A plain Node in the place of Electron, with an entry that answers in its way. */
function open(entry: string) {
  const folder = temporaryFolder();
  const entryPath = join(folder, 'entry.mjs');
  writeFileSync(entryPath, entry);
  const temporary = join(folder, 'temporary');
  mkdirSync(temporary);
  vi.stubEnv('TMPDIR', temporary);
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  const printing = createPrinting({ program: process.execPath, args: [], entryPath });
  onTestFinished(() => printing.dispose());
  return { ...printing, folder, temporary };
}

const never = new AbortController().signal;
const countingPages = `
  let count = 0;
  process.on('message', ({ id, html }) => {
    count += 1;
    if (html === 'slow') return;
    if (html === 'bad') process.send({ id, ok: false, error: { code: 'internal', message: 'Bad.', details: {} } });
    else process.send({ id, ok: true, pdf: new TextEncoder().encode(html + count) });
  });
`;

it('prints page after page through one process, and leaves nothing behind', async () => {
  const { printPage, dispose, temporary } = open(countingPages);
  expect(readdirSync(temporary), 'nothing is started before it is needed').toEqual([]);
  expect(Buffer.from(await printPage('a', never)).toString()).toBe('a1');
  await expect(printPage('bad', never)).rejects.toMatchObject({ code: 'internal', message: 'Bad.' });
  expect(Buffer.from(await printPage('b', never)).toString()).toBe('b3');
  expect(readdirSync(temporary)).toHaveLength(1);
  await dispose();
  expect(readdirSync(temporary)).toEqual([]);
});

it('waits no longer for a page when the signal fires, and goes on with the next', async () => {
  const { printPage } = open(countingPages);
  const stop = new AbortController();
  const slow = printPage('slow', stop.signal);
  stop.abort(new Error('enough'));
  await expect(slow).rejects.toThrow('enough');
  expect(Buffer.from(await printPage('next', never)).toString()).toMatch(/^next/);
});

it.each([
  ['ends before its time', 'process.exit(133);', 'exit code 133'],
  ['cannot be started', null, 'ENOENT'],
])('says so when the process %s', async (_how, entry, cause) => {
  const { folder, printPage, temporary } = open(entry ?? '');
  const missing = createPrinting({ program: join(folder, 'none'), args: [], entryPath: 'none' });
  const print = entry === null ? missing.printPage : printPage;
  await expect(print('a', never)).rejects.toMatchObject({
    code: 'internal',
    message: expect.stringContaining('Export HTML instead') as string,
    details: { cause: expect.stringContaining(cause) as string },
  });
  await vi.waitFor(() => expect(readdirSync(temporary)).toEqual([]));
});
