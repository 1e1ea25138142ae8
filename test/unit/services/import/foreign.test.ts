import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { StoredConversation } from '../../../../main/database/protocol.ts';
import { exchange } from './files.ts';

const fixtures = join(import.meta.dirname, '..', '..', '..', 'fixtures', 'foreign');
const slugs = 'lm-studio/Garden/1720000000000.conversation.json';

/** Each message as its text below the text it follows. */
function shapeOf({ messages }: StoredConversation): (string | null)[][] {
  const texts = new Map(messages.map(({ id, text }) => [id, text]));
  return messages.map(({ parentId, text }) => [parentId === null ? null : (texts.get(parentId) ?? ''), text]);
}

function shownText({ messages, currentLeafId }: StoredConversation): string | undefined {
  return messages.find(({ id }) => id === currentLeafId)?.text;
}

async function imported(name: string) {
  const into = exchange();
  const report = await into.imports.run({ path: join(fixtures, name), isDryRun: false });
  const conversations = into.stored().toSorted((left, right) => left.createdAt - right.createdAt);
  const [first] = conversations;
  if (first === undefined) throw new Error('nothing was imported');
  return { ...into, report, conversations, first };
}

describe.each([
  ['chatgpt.json', 'chatgpt', 2, 7],
  ['claude.json', 'claude', 2, 7],
  ['open-webui.json', 'open-webui', 1, 4],
  [slugs, 'lm-studio', 1, 4],
  ['lm-studio', 'lm-studio', 1, 4],
  ['jan', 'jan', 2, 5],
])('%s', (name, format, conversations, messages) => {
  it('is told first, then imported once', async () => {
    const { imports, stored } = exchange();
    const path = join(fixtures, name);
    const expected = { format, conversations: { new: conversations }, messages: { new: messages } };
    expect(await imports.run({ path, isDryRun: true })).toMatchObject(expected);
    expect(stored()).toEqual([]);
    expect(await imports.run({ path, isDryRun: false })).toMatchObject(expected);
    const before = stored();
    expect(await imports.run({ path, isDryRun: false })).toMatchObject({
      conversations: { new: 0, extended: 0, known: conversations },
      messages: { new: 0, known: messages, branched: 0 },
    });
    expect(stored()).toEqual(before);
  });
});

describe('ChatGPT', () => {
  it('keeps branches in their order, and tools out of the way', async () => {
    const { first, report } = await imported('chatgpt.json');
    const question = 'How do bees tell each other where flowers are?';
    expect(shapeOf(first)).toEqual([
      [null, question],
      [question, 'By dancing.'],
      [question, 'They dance in a figure of eight.'],
      ['They dance in a figure of eight.', 'Thank you.'],
      [question, 'Ask a beekeeper.'],
    ]);
    expect(shownText(first)).toBe('Thank you.');
    expect(first).toMatchObject({ title: 'How bees dance', isArchived: true, createdAt: 1_700_000_000_250 });
    expect(first.messages[2]).toMatchObject({
      createdAt: 1_700_000_030_500,
      imported: { message: { model_name: 'gpt-4o-mini' } },
    });
    expect(report.skipped).toEqual([{ reason: 'not-text', count: 5, firstRecord: 1 }]);
  });

  it('joins what an answer is made of around a tool', async () => {
    const { conversations } = await imported('chatgpt.json');
    const question = 'What is in this picture, and is 4097 a prime?';
    const answer = 'A beehive. I will work the number out.\n\nIt is 17 times 241.';
    expect(conversations.slice(1).map(shapeOf)).toEqual([
      [
        [null, question],
        [question, answer],
      ],
    ]);
  });

  it('is read as one conversation, and as one that is laid out over many lines', async () => {
    const [, second] = JSON.parse(readFileSync(join(fixtures, 'chatgpt.json'), 'utf8')) as unknown[];
    for (const text of [JSON.stringify(second), JSON.stringify(second, null, 2)]) {
      expect(await exchange().importText(text)).toMatchObject({ format: 'chatgpt', messages: { new: 2 } });
    }
  });
});

describe('Claude', () => {
  it('keeps branches, pasted texts and the words of answers', async () => {
    const { conversations, report } = await imported('claude.json');
    const question = 'How long does rye bread take?\n\nrecipe.txt:\n\n500 g rye, 400 g water';
    expect(conversations.map(shapeOf)).toEqual([
      [
        [null, 'Is a tomato a berry?'],
        ['Is a tomato a berry?', 'Botanically, yes.'],
      ],
      [
        [null, question],
        [question, 'A day.'],
        [question, 'Eighteen hours.'],
        ['Eighteen hours.', 'And wheat?'],
        ['And wheat?', 'Four hours.'],
      ],
    ]);
    expect(conversations.map(({ title }) => title)).toEqual(['Is a tomato a berry?', 'Rye bread']);
    expect(conversations.map(shownText)).toEqual(['Botanically, yes.', 'Four hours.']);
    expect(report.skipped).toEqual([{ reason: 'not-text', count: 2, firstRecord: 1 }]);
  });
});

describe('Open WebUI', () => {
  it('keeps branches, ratings and models, and leaves reasoning out', async () => {
    const { first, report } = await imported('open-webui.json');
    expect(shapeOf(first)).toEqual([
      [null, 'Name a river.'],
      ['Name a river.', 'The Elbe.'],
      ['The Elbe.', 'How long is it?'],
      ['Name a river.', 'The Rhine.'],
    ]);
    expect(first).toMatchObject({ title: 'Rivers', isPinned: true, createdAt: 1_710_000_000_000 });
    expect(first.messages[1]).toMatchObject({ rating: 1, imported: { message: { model_name: 'llama3:8b' } } });
    expect(shownText(first)).toBe('How long is it?');
    expect(report.skipped).toEqual([{ reason: 'not-text', count: 2, firstRecord: 1 }]);
  });
});

describe('LM Studio', () => {
  it('keeps versions as branches, and goes on below the selected one', async () => {
    const { first, report } = await imported(slugs);
    expect(shapeOf(first)).toEqual([
      [null, 'What eats slugs?'],
      ['What eats slugs?', 'Birds.'],
      ['What eats slugs?', 'Hedgehogs.'],
      ['Hedgehogs.', 'And toads?'],
    ]);
    expect(first).toMatchObject({ title: 'Slugs', isPinned: true, createdAt: 1_720_000_000_000 });
    expect(first.messages.map(({ imported }) => imported?.message['model_name'])).toEqual([
      ...[undefined, 'qwen3-8b', 'gemma-3-4b', undefined],
    ]);
    expect(report.skipped).toEqual([{ reason: 'not-text', count: 2, firstRecord: 1 }]);
  });

  it('knows a conversation again that went on meanwhile', async () => {
    const { importText, stored } = await imported(slugs);
    const value = JSON.parse(readFileSync(join(fixtures, slugs), 'utf8')) as { messages: unknown[] };
    const version = { role: 'assistant', content: [{ type: 'text', text: 'They do, too.' }] };
    value.messages.push({ versions: [version], currentlySelected: 0 });
    expect(await importText(JSON.stringify(value))).toMatchObject({
      conversations: { new: 0, extended: 1 },
      messages: { new: 1, known: 4, branched: 0 },
    });
    expect(stored()).toHaveLength(1);
  });
});

describe('Jan', () => {
  it('keeps branches, and threads that have none', async () => {
    const { conversations, report } = await imported('jan');
    expect(conversations.map(shapeOf)).toEqual([
      [
        [null, 'Is snow white?'],
        ['Is snow white?', 'It is clear, and looks white.'],
      ],
      [
        [null, 'What are clouds made of?'],
        ['What are clouds made of?', 'Droplets.'],
        ['What are clouds made of?', 'Cotton.'],
      ],
    ]);
    expect(conversations.map(({ title }) => title)).toEqual(['Snow', 'Clouds']);
    expect(conversations.map(shownText)).toEqual(['It is clear, and looks white.', 'Droplets.']);
    expect(report.skipped).toEqual([
      { reason: 'not-text', count: 1, firstRecord: 5 },
      { reason: 'unknown-role', count: 1, firstRecord: 8 },
    ]);
  });

  it('brings answers that lost their question back to the one before them', async () => {
    const { lines, stored } = exchange();
    const line = (id: string, role: string, parentId: string | null) => ({
      ...{ id, role, thread_id: 't', metadata: { parentId } },
      content: [{ type: 'text', text: { value: id, annotations: [] } }],
    });
    await lines([line('Why?', 'user', null), line('So.', 'assistant', null), line('And?', 'user', 'So.')]);
    expect(stored().map(shapeOf)).toEqual([
      [
        [null, 'Why?'],
        ['Why?', 'So.'],
        ['So.', 'And?'],
      ],
    ]);
  });

  it('reads the messages alone', async () => {
    const path = join(fixtures, 'jan', 'threads', 'old-thread', 'messages.jsonl');
    const into = exchange();
    expect(await into.imports.run({ path, isDryRun: false })).toMatchObject({ format: 'jan', messages: { new: 2 } });
    expect(into.stored()[0]?.title).toBe('Is snow white?');
  });
});

describe('what means harm or came to it', () => {
  const node = (id: string, parent: string | null, role: string, text: string): [string, unknown] => [
    id,
    { parent, children: [], message: { author: { role }, content: { content_type: 'text', parts: [text] } } },
  ];

  it('rings, strangers and unknown parents are counted or become first questions', async () => {
    const { lines, stored } = exchange();
    const mapping = Object.fromEntries([
      ...[node('a', 'b', 'user', 'ring'), node('b', 'a', 'assistant', 'ring')],
      ...[node('c', 'nobody', 'user', 'kept'), node('d', 'c', 'robot', 'who'), node('e', 'd', 'assistant', '')],
    ]);
    expect((await lines([{ mapping, id: 'x' }])).skipped).toEqual([
      { reason: 'unknown-role', count: 1, firstRecord: 1 },
      { reason: 'no-text', count: 1, firstRecord: 1 },
      { reason: 'no-beginning', count: 2, firstRecord: 1 },
    ]);
    expect(stored().map(shapeOf)).toEqual([[[null, 'kept']]]);
  });

  it('dates that are none, keys of JavaScript and halves of characters are taken as they are', async () => {
    const { importText, stored } = exchange();
    const message = `{"author":{"role":"user"},"create_time":1e400,"content":{"content_type":"text","parts":["\\ud800"]}}`;
    const mapping = `{"__proto__":{"parent":null,"message":${message}},"constructor":{"parent":"__proto__"}}`;
    await importText(`[{"id":"__proto__","title":"\\u202e\\u0000","create_time":-1,"mapping":${mapping}}]`);
    expect(stored()).toMatchObject([{ title: '\ufffd', createdAt: 5_000, messages: [{ text: '\ufffd' }] }]);
    expect(Object.hasOwn(Object.prototype, 'parent')).toBe(false);
  });

  it('chats thousands of messages deep are read', async () => {
    const { lines, stored } = exchange();
    const depth = 20_000;
    const nodes = Array.from({ length: depth }, (_value, index) =>
      node(String(index), index === 0 ? null : String(index - 1), index % 2 === 0 ? 'user' : 'assistant', `${index}.`),
    );
    const report = await lines([{ id: 'deep', mapping: Object.fromEntries(nodes.reverse()) }]);
    expect(report).toMatchObject({ messages: { new: depth }, skipped: [] });
    expect(stored()[0]?.messages).toHaveLength(depth);
  });

  it('forks that would repeat a long text without end are left out', async () => {
    const { lines } = exchange();
    const long = 'x'.repeat(1024 ** 2);
    const forks = Array.from({ length: 40 }, (_value, index) => node(`f${index}`, 'root', 'user', `${index}`));
    const report = await lines([
      { id: 'y', mapping: Object.fromEntries([node('root', null, 'user', long), ...forks]) },
    ]);
    expect(report.messages.new).toBe(17);
    expect(report.skipped).toEqual([{ reason: 'out-of-turn', count: 23, firstRecord: 1 }]);
  });

  it('an answer of a thousand parts is one, unless each of them is answered', async () => {
    const { lines, stored } = exchange();
    const part = 'x'.repeat(1_000);
    const id = (index: number) => (index === 0 ? 'question' : `part${index}`);
    const parts = Array.from({ length: 1_000 }, (_value, index) => node(id(index + 1), id(index), 'assistant', part));
    const replies = parts.map(([partId]) => node(`after ${partId}`, partId, 'user', 'And?'));
    const question = node('question', null, 'user', 'Well?');
    expect(await lines([{ id: 'long', mapping: Object.fromEntries([question, ...parts]) }])).toMatchObject({
      messages: { new: 2 },
      skipped: [],
    });
    expect(stored()[0]?.messages[1]?.text).toHaveLength(1_000 * 1_002 - 2);
    const { skipped } = await lines([{ id: 'huge', mapping: Object.fromEntries([question, ...parts, ...replies]) }]);
    expect(skipped).toMatchObject([{ reason: 'out-of-turn' }]);
    expect(
      stored()
        .flatMap(({ messages }) => messages)
        .reduce((sum, { text }) => sum + text.length, 0),
    ).toBeLessThan(20 * 1024 ** 2);
  });

  it('in a folder, a broken file keeps nobody from the others', async () => {
    const { importText, folder, imports } = exchange();
    cpSync(join(fixtures, slugs), join(folder, 'good.conversation.json'));
    await expect(importText(Buffer.from([0xff, 0xfe]), 'bad.conversation.json')).rejects.toMatchObject({
      code: 'invalid-input',
    });
    expect(await imports.run({ path: folder, isDryRun: false })).toMatchObject({
      messages: { new: 4 },
      skipped: [
        { reason: 'not-json', count: 1 },
        { reason: 'not-text', count: 2 },
      ],
    });
  });
});
