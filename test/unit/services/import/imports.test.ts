import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../../preload/contract/errors.ts';
import { branchOf, completeOutcome, newId, newTurn, nextTurn, wholeList } from '../../../support/database.ts';
import { sharedData, sharedDataReason } from '../../../support/shared-data.ts';
import { exchange } from './files.ts';

async function failure(promise: Promise<unknown>): Promise<AppError> {
  const error: unknown = await promise.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof AppError)) throw new Error(`no AppError but ${String(error)}`);
  return error;
}

/** A conversation of one turn that has left as JSON. */
async function exported(text = 'A graph without rings.') {
  const from = exchange();
  const turn = newTurn();
  from.operations.startTurn(turn);
  from.operations.finishAnswer(completeOutcome(turn.answerId, { text }));
  const path = join(from.folder, 'out.json');
  await from.exports.run({ conversationIds: null, branches: 'all', format: 'json', path });
  return { ...from, turn, path, json: readFileSync(path, 'utf8') };
}

describe('what is known', () => {
  it('becomes a branch where it has other words, once, with all that follows it', async () => {
    const { turn, json, operations, importText, stored } = await exported();
    operations.startTurn(nextTurn(turn));
    const changed = json.replace('What is a tree?', 'What is a bush?');
    const messages = { new: 0, known: 0, branched: 2 };
    expect(await importText(changed, 'changed.json', true)).toMatchObject({ messages, isDryRun: true });
    expect(stored()[0]?.messages).toHaveLength(4);
    expect(await importText(changed)).toMatchObject({ messages });
    const [conversation] = stored();
    expect(conversation?.messages.map(({ text }) => text)).toEqual([
      ...['What is a tree?', 'A graph without rings.', 'What is a tree?', ''],
      ...['What is a bush?', 'A graph without rings.'],
    ]);
    expect(conversation?.messages[5]?.parentId).toBe(conversation?.messages[4]?.id);
    expect(await importText(changed)).toMatchObject({ messages: { new: 0, known: 2, branched: 0 } });
    expect(stored()).toEqual([conversation]);
  });

  it('stays as it is where the file holds an earlier state of an answer', async () => {
    const { turn, json, operations, importText, stored } = await exported('A graph');
    operations.resumeAnswer(turn.answerId);
    operations.finishAnswer(completeOutcome(turn.answerId));
    expect(await importText(json)).toMatchObject({ messages: { new: 0, known: 2, branched: 0 } });
    expect(stored()[0]?.messages[1]?.text).toBe('A graph without rings.');
  });

  it('keeps its title, its place and its branch', async () => {
    const { turn, json, operations, importText } = await exported();
    const before = operations.renameConversation(turn.conversationId, 'Mine');
    await importText(json.replace('"title":"A title"', '"title":"Theirs"'));
    expect(operations.listConversations(wholeList)).toEqual([before]);
  });

  it('comes back when it was deleted', async () => {
    const { turn, json, operations, importText } = await exported();
    operations.deleteConversations([turn.conversationId], 9_000);
    const report = await importText(json);
    expect(report.conversations).toEqual({ new: 0, extended: 0, known: 1, restored: 1 });
    expect(operations.listConversations(wholeList)).toHaveLength(1);
  });
});

describe("the app's own form", () => {
  it('is read however the file is laid out', async () => {
    const { json } = await exported();
    const value = JSON.parse(json) as Record<string, unknown>;
    const turned = Object.fromEntries(Object.entries(value).reverse());
    for (const text of [
      JSON.stringify(value, null, 2),
      JSON.stringify(turned),
      `\ufeff${json.replaceAll('\n', '\r\n')}`,
    ]) {
      const into = exchange();
      expect(await into.importText(text)).toMatchObject({ format: 'oasst-desktop', messages: { new: 2 }, skipped: [] });
    }
  });

  it('is told from that of a newer version, of which nothing is imported', async () => {
    const { json } = await exported();
    const into = exchange();
    expect((await failure(into.importText(json.replace('"version":1', '"version":2')))).message).toContain('newer');
    expect(into.stored()).toEqual([]);
  });

  it('gives up facts that are not sound, and answers that nobody writes any more', async () => {
    const { json } = await exported();
    const into = exchange();
    const damaged = json
      .replace('"seed":4294967295', '"seed":"x"')
      .replaceAll('"status":"complete"', '"status":"generating"');
    expect(await into.importText(damaged)).toMatchObject({ withoutFacts: 1 });
    expect(into.stored()[0]?.messages).toMatchObject([
      { status: 'complete' },
      { status: 'interrupted', generation: null },
    ]);
  });

  it('is read as far as it goes when its end is missing', async () => {
    const { json } = await exported();
    const into = exchange();
    const cut = json.replace(/\n\]\}\n$/, ',\n{"id":');
    expect(await into.importText(cut)).toMatchObject({
      messages: { new: 2 },
      skipped: [{ reason: 'cut-off', count: 1 }],
    });
  });
});

describe("Open-Assistant's forms", () => {
  const tree = newId();
  const ids = { question: tree, first: newId(), second: newId() };
  const row = (message_id: string, parent_id: string | null, changes: Record<string, unknown> = {}) => ({
    ...{ message_id, parent_id, text: `text of ${message_id}`, role: parent_id === null ? 'prompter' : 'assistant' },
    ...{ message_tree_id: tree, tree_state: 'ready_for_export', lang: 'en', ...changes },
  });

  it('are read as rows, in any order, and leave as trees', async () => {
    const { lines, exports, folder } = exchange();
    const emojis = { name: ['+1', 'red_flag'], count: [3, 1] };
    const labels = { name: ['spam', 'quality'], value: [0, 0.75], count: [3, 2] };
    const report = await lines([
      row(ids.second, ids.question, { rank: 0, emojis, labels }),
      row(ids.first, ids.question, { rank: 1, created_date: '2023-02-05T14:23:50.983374+00:00' }),
      row(ids.question, null),
    ]);
    expect(report).toMatchObject({ format: 'oasst-messages', messages: { new: 3 }, skipped: [] });
    const path = join(folder, 'out.trees.jsonl');
    await exports.run({ conversationIds: null, branches: 'all', format: 'oasst', path });
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({
      ...{ message_tree_id: tree, tree_state: 'ready_for_export' },
      prompt: {
        ...{ message_id: tree, text: `text of ${tree}`, role: 'prompter', lang: 'en' },
        replies: [
          {
            ...{
              message_id: ids.second,
              parent_id: tree,
              text: `text of ${ids.second}`,
              role: 'assistant',
              lang: 'en',
            },
            ...{ rank: 0, emojis: { '+1': 3, red_flag: 1 } },
            labels: { spam: { value: 0, count: 3 }, quality: { value: 0.75, count: 2 } },
            replies: [],
          },
          {
            ...{ message_id: ids.first, parent_id: tree, text: `text of ${ids.first}`, role: 'assistant', lang: 'en' },
            ...{ rank: 1, created_date: '2023-02-05T14:23:50.983374+00:00' },
            replies: [],
          },
        ],
      },
    });
  });

  it('show the branch that people ranked best', async () => {
    const { lines, operations } = exchange();
    await lines([row(ids.question, null), row(ids.first, tree, { rank: 1 }), row(ids.second, tree, { rank: 0 })]);
    expect(branchOf(operations, tree).map(({ id }) => id)).toEqual([tree, ids.second]);
  });

  it('may have rows without their tree, ids that are no UUIDs, and files packed with gzip', async () => {
    const { lines, stored } = exchange();
    const plain = (message_id: string, parent_id: string | null, role: string) => ({
      message_id,
      parent_id,
      role,
      text: role,
    });
    const rows = [plain('a', null, 'prompter'), plain('c', 'b', 'prompter'), plain('b', 'a', 'assistant')];
    expect(await lines(rows, 'rows.jsonl.gz')).toMatchObject({ conversations: { new: 1 }, messages: { new: 3 } });
    expect(stored()[0]?.messages.map(({ imported }) => imported?.message['message_id'])).toEqual(['a', 'b', 'c']);
    expect(await lines(rows)).toMatchObject({ messages: { new: 0, known: 3 } });
  });

  it('lose what cannot be placed, and say so', async () => {
    const { lines, stored } = exchange();
    const gone = newId();
    const rings = [newId(), newId()] as const;
    const report = await lines([
      row(ids.question, null),
      row(newId(), gone),
      row(newId(), gone, { role: 'prompter' }),
      row(newId(), tree, { role: 'prompter' }),
      row(newId(), tree, { role: 'system' }),
      row(newId(), tree, { text: null }),
      row(ids.question, null),
      row(rings[0], rings[1]),
      row(rings[1], rings[0], { role: 'prompter' }),
      row(newId(), tree, { huge: 'x'.repeat(70_000) }),
      { what: 'ever' },
    ]);
    expect(new Map(report.skipped.map(({ reason, count }) => [reason, count]))).toEqual(
      new Map([
        ...([
          ['no-question', 1],
          ['out-of-turn', 1],
          ['unknown-role', 1],
          ['no-text', 1],
        ] as const),
        ...([
          ['repeated', 1],
          ['no-beginning', 2],
          ['unknown-form', 1],
        ] as const),
      ]),
    );
    expect(report).toMatchObject({ orphans: 1, withoutFields: 1, messages: { new: 3 } });
    expect(stored()).toHaveLength(1);
  });

  it('hold trees as deep as a conversation is long', async () => {
    const { importText, exports, folder } = exchange();
    const depth = 9_000;
    const opening = Array.from({ length: depth }, (_value, index) => {
      const role = index % 2 === 0 ? 'prompter' : 'assistant';
      return `{"message_id":"${newId()}","role":"${role}","text":"${String(index)}","replies":[`;
    });
    const text = `${opening.join('')}${']}'.repeat(depth)}\n`;
    expect(await importText(text, 'deep.jsonl')).toMatchObject({ messages: { new: depth } });
    const path = join(folder, 'out.jsonl');
    const report = await exports.run({ conversationIds: null, branches: 'active', format: 'oasst', path });
    expect(report.messages).toBe(depth);
  });

  it('come in and out with every field of the real trees', async (ctx) => {
    const path = sharedData('oasst-100.trees.jsonl');
    if (path === null) return ctx.skip(sharedDataReason);
    const { imports, exports, folder } = exchange();
    expect(await imports.run({ path, isDryRun: false })).toMatchObject({
      ...{ conversations: { new: 100 }, messages: { new: 1167 } },
      ...{ skipped: [], orphans: 0, withoutFields: 0 },
    });
    const outPath = join(folder, 'out.trees.jsonl');
    await exports.run({ conversationIds: null, branches: 'all', format: 'oasst', path: outPath });
    const trees = (file: string) =>
      readFileSync(file, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { message_tree_id: string })
        .sort((left, right) => (left.message_tree_id < right.message_tree_id ? -1 : 1));
    expect(trees(outPath)).toEqual(trees(path));
  });
});

describe('files that mean harm or came to it', () => {
  it.each([
    ['an empty file', ''],
    ['no JSON', 'hello'],
    ['half a string', '"'],
    ['bytes that are no text', Buffer.from([0xff, 0xfe, 0x00])],
    ['a number', '7'],
    ['an array of nothing', '[1, null, "x", [2]]'],
    ['an object of something else', '{"conversations": {"a": 1}}'],
    ['endless nesting', '['.repeat(1_000_000)],
    ['half a gzip', gzipSync('{}\n'.repeat(1_000)).subarray(0, 20)],
  ])('%s: refused with a reason, nothing imported', async (_what, content) => {
    const { importText, stored } = exchange();
    expect((await failure(importText(content))).code).toBe('invalid-input');
    expect(stored()).toEqual([]);
  });

  it('a file that is not there is not found', async () => {
    const { imports, folder } = exchange();
    expect((await failure(imports.run({ path: join(folder, 'none'), isDryRun: false }))).code).toBe('not-found');
    expect((await failure(imports.run({ path: folder, isDryRun: false }))).code).toBe('invalid-input');
  });

  it('broken lines and nesting beyond measure are passed over', async () => {
    const { importText, stored } = exchange();
    const good = JSON.stringify({ prompt: { message_id: newId(), role: 'prompter', text: 'x', replies: [] } });
    const deep = `{"prompt":${'['.repeat(30_000)}${']'.repeat(30_000)}}`;
    const report = await importText(`${good}\n{"a": \n${deep}\n\n`, 'x.jsonl');
    expect(report.skipped).toEqual([
      { reason: 'not-json', count: 1, firstRecord: 2 },
      { reason: 'too-deep', count: 1, firstRecord: 3 },
    ]);
    expect(stored()).toHaveLength(1);
  });

  it('keys that are there twice or mean something to JavaScript are only keys', async () => {
    const { importText, stored } = exchange();
    const text = `{"prompt":{"message_id":"m","role":"system","role":"prompter","text":"x","__proto__":{"polluted":1},"constructor":2,"replies":null}}`;
    await importText(text, 'x.jsonl');
    expect(stored()[0]?.messages[0]).toMatchObject({ role: 'prompter', text: 'x' });
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });

  it('a cancelled import leaves nothing, and the next one runs', async () => {
    const { path, imports, stored } = await exported();
    const before = stored();
    const signal = AbortSignal.abort();
    expect((await failure(imports.run({ path, isDryRun: false, signal }))).code).toBe('cancelled');
    expect(stored()).toEqual(before);
    const both = await Promise.allSettled([
      imports.run({ path, isDryRun: true }),
      imports.run({ path, isDryRun: true }),
    ]);
    expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  });
});
