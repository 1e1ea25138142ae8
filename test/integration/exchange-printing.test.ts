import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it, vi } from 'vitest';
import type { PrintPage } from '../../main/services/export/exports.ts';
import { completeOutcome, newId, newTurn, nextTurn, temporaryFolder } from '../support/database.ts';
import { openServices } from '../support/services.ts';

/** Exports over real conversations, and a printer that makes of each page what the test says. */
async function open(printPage?: PrintPage, titles: readonly string[] = ['Trees']) {
  const services = await openServices(printPage === undefined ? {} : { printPage });
  const ids: string[] = [];
  for (const title of titles) {
    const turn = newTurn({ text: `About ${title}`, newConversation: { title, origin: 'window' } });
    await services.database.startTurn(turn);
    await services.database.finishAnswer(completeOutcome(turn.answerId, { text: `Of ${title}.` }));
    ids.push(turn.conversationId);
  }
  return { services, ids, folder: temporaryFolder() };
}

const order = { conversationIds: null, branches: 'all', format: 'pdf' } as const;

/** The text of a page between tags, as bytes. */
const printText: PrintPage = async (html) => Buffer.from(/<title>(.*)<\/title>/.exec(html)?.[1] ?? '');

/** A printer that never gets done. */
const jammed: PrintPage = (_html, signal) =>
  new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('cancelled'))));

describe('an export to PDF', () => {
  it('prints each conversation into a file of its own', async () => {
    const { services, folder } = await open(printText, ['Trees', 'Rivers']);
    const told: number[] = [];
    const report = await services.exports.run({ ...order, path: folder, onProgress: ({ done }) => told.push(done) });
    expect(report).toMatchObject({ files: 2, conversations: 2, messages: 4 });
    const names = readdirSync(folder);
    expect(names.map((name) => readFileSync(join(folder, name), 'utf8')).toSorted()).toEqual(['Rivers', 'Trees']);
    expect(names.every((name) => name.endsWith('.pdf'))).toBe(true);
    expect(told).toEqual([1, 2]);
  });

  it('writes one conversation to the file that was named, packed where its name says so', async () => {
    const { services, folder } = await open(printText);
    const path = join(folder, 'one.pdf.gz');
    await services.exports.run({ ...order, path });
    expect(gunzipSync(readFileSync(path)).toString()).toBe('Trees');
  });

  it('leaves nothing unfinished when it is cancelled within a page', async () => {
    const { services, folder } = await open(jammed);
    const stop = new AbortController();
    const run = services.exports.run({ ...order, path: join(folder, 'one.pdf'), signal: stop.signal });
    await vi.waitFor(() => expect(readdirSync(folder)).toEqual(['one.pdf.part']));
    stop.abort();
    await expect(run).rejects.toMatchObject({ code: 'cancelled' });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is cancelled, and cleaned up after, before the app quits', async () => {
    const { services, folder } = await open(jammed);
    const outcome = services.exports.run({ ...order, path: join(folder, 'one.pdf') }).catch((error: unknown) => error);
    await vi.waitFor(() => expect(readdirSync(folder)).toEqual(['one.pdf.part']));
    await services.exports.dispose();
    expect(readdirSync(folder)).toEqual([]);
    expect(await outcome).toMatchObject({ code: 'cancelled' });
    const late = services.exports.run({ ...order, format: 'json', path: join(folder, 'late.json') });
    await expect(late).rejects.toMatchObject({ code: 'cancelled' });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is refused in words where nothing can print', async () => {
    const { services, folder } = await open();
    const run = services.exports.run({ ...order, path: join(folder, 'one.pdf') });
    await expect(run).rejects.toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining('npm start') as string,
    });
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('Markdown to copy', () => {
  it('is one message as it is, the branch down to a message, or the branch that is shown', async () => {
    const { services } = await open();
    const { database, exports } = services;
    const first = newTurn({ text: '*Why*?', newConversation: { title: 'Branches', origin: 'window' } });
    await database.startTurn(first);
    await database.finishAnswer(completeOutcome(first.answerId, { text: 'Because.\n\n```\nlet' }));
    const second = nextTurn(first, { text: 'And then?' });
    await database.startTurn(second);
    await database.finishAnswer(completeOutcome(second.answerId, { text: 'The end.' }));

    expect(await exports.markdown('message', first.questionId)).toBe('*Why*?');
    expect(await exports.markdown('message', first.answerId)).toBe('Because.\n\n```\nlet');
    const branch = await exports.markdown('branch', first.answerId);
    expect(branch).toContain('# Branches\n');
    expect(branch).toContain('\n```\nlet\n```\n');
    expect(branch).not.toContain('And then?');
    expect(await exports.markdown('conversation', first.conversationId)).toMatch(
      /Because\.[^]*And then\?[^]*The end\./,
    );
    for (const scope of ['message', 'branch', 'conversation'] as const) {
      await expect(exports.markdown(scope, newId())).rejects.toMatchObject({ code: 'not-found' });
    }
  });
});
