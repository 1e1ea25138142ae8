import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { v7 as uuidv7 } from 'uuid';
import { openDatabaseClient } from '../../main/database/client.ts';
import { createExports } from '../../main/services/export/exports.ts';
import { gpt4allMagic } from '../../main/services/import/foreign/gpt4all.ts';
import { createImports } from '../../main/services/import/imports.ts';
import { AppError } from '../../preload/contract/errors.ts';
import { presets } from '../../preload/contract/presets.ts';
import { writeGpt4allChat } from '../support/gpt4all-writer.ts';
import { createRandom } from '../support/random.ts';
import { packZip } from '../support/zip-writer.ts';

/**
 * Imports damaged and hostile files, of this app and of others, into a database that holds conversations. Each is either
 * imported or refused with a reason; a refused one leaves the database as it was, and what was there before is there
 * afterwards in any case.
 *
 * npm run fault -- import [--times 1000] [--seed N] [--json]
 */

const hangMs = 30_000;
/** A refusal that a person can use; `internal` would be a mistake of the app's own. */
const refusals = new Set(['invalid-input', 'not-found']);

type Random = () => number;
const below = (random: Random, limit: number): number => Math.floor(random() * limit);

/** Texts that have broken importers before. */
const hostile: readonly (string | Buffer)[] = [
  '[',
  '['.repeat(200_000),
  `${'{"replies":['.repeat(5_000)}${']}'.repeat(5_000)}`,
  '{"__proto__": {"polluted": true}}',
  '{"a":1,"a":2}\n'.repeat(50),
  '\u0000\uFFFE\uFEFF',
  `{"text": "${'x'.repeat(5_000_000)}"}`,
  '<html><body>Log in first.</body></html>',
  'null\ntrue\n42\n"text"\n',
  '{"message_id":"a","parent_id":"a","text":"ring","role":"prompter"}',
  '{"message_tree_id":"t","prompt":{"text":"no role"}}',
  '{"message_id":1e999,"text":null,"role":"prompter"}',
  '[{"mapping":{"a":{"parent":"b","children":["a","b"]},"b":{"parent":"a","children":["a"]}},"current_node":"a"}]',
  '[{"mapping":[],"id":{}},{"mapping":{"__proto__":null}},{"chat_messages":[null,[],{"content":[7]}],"uuid":7}]',
  '{"name":{},"messages":[{"versions":[null],"currentlySelected":-1e400},{"versions":[]}]}',
  '[{"chat":{"history":{"messages":{"a":{"parentId":"a","content":[[[]]]}},"currentId":[]}}}]',
  '{"thread_id":"a","role":"user","content":[{"type":"text","text":7}],"metadata":{"parentId":"b"}}\n'.repeat(50),
  `{${'"a":[],'.repeat(500_000)}"b":1}`,
  'PK\u0003\u0004 and nothing more',
  Buffer.concat([gpt4allMagic, Buffer.alloc(60, 0xff)]),
  Buffer.concat([gpt4allMagic, Buffer.from([0, 0, 0, 12]), Buffer.alloc(1_000_000)]),
];

const digits = ['0', '-1', '1e400', '"', 'null', '[]', '{}', '\\ud800', '\u202E'];

function mutate(random: Random, good: Buffer): Buffer {
  const kind = below(random, 7);
  const at = below(random, good.length);
  const to = Math.min(good.length, at + 1 + below(random, 400));
  switch (kind) {
    case 0:
      return good.subarray(0, at);
    case 1: {
      const bytes = Buffer.from(good);
      for (let flips = 0; flips < 8; flips += 1) bytes[below(random, bytes.length)] = below(random, 256);
      return bytes;
    }
    case 2:
      return Buffer.concat([good.subarray(0, at), good.subarray(to)]);
    case 3:
      return Buffer.concat([good.subarray(0, to), good.subarray(at)]);
    case 4:
      return Buffer.concat([
        good.subarray(0, at),
        Buffer.from(digits[below(random, digits.length)] ?? ''),
        good.subarray(at),
      ]);
    case 5:
      return gzipSync(good).subarray(0, Math.max(4, below(random, 400)));
    default:
      return Buffer.from(hostile[below(random, hostile.length)] ?? '');
  }
}

const { values } = parseArgs({
  options: {
    times: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
});
const times = Number(values.times);
const random = createRandom(Number(values.seed));
const folder = mkdtempSync(join(tmpdir(), 'oasst-import-'));
let crashes = 0;
process.on('uncaughtException', () => (crashes += 1));

const database = await openDatabaseClient({
  databasePath: join(folder, 'conversations.sqlite3'),
  workerUrl: new URL('../../main/database/worker.ts', import.meta.url),
});
const exports = createExports({ database, presetName: (id) => id });
const imports = createImports({ database, now: Date.now });

const fixtures = join(import.meta.dirname, '..', 'fixtures', 'foreign');
/** Sound files of other programs, and the names that those give them. */
const foreignNames = {
  'chatgpt.json': 'conversations.json',
  'claude.json': 'conversations-001.json',
  'open-webui.json': 'chat-export-1.json',
  'lm-studio/Garden/1720000000000.conversation.json': '1720000000000.conversation.json',
  'jan/threads/0198f0aa/messages.jsonl': 'messages.jsonl',
};

/** Those files, also as zips, and chats of GPT4All in several versions. */
function foreignFiles(): { name: string; bytes: Buffer }[] {
  const files = Object.entries(foreignNames).map(([from, name]) => ({
    name,
    bytes: readFileSync(join(fixtures, from)),
  }));
  const zips = files.map(({ bytes }) => packZip([{ name: 'conversations.json', content: bytes }]));
  const items = [
    { role: 'Prompt: ' as const, text: 'Question?', attachments: ['file:///a.txt'] },
    { role: 'Response: ' as const, text: 'Answer.', before: { text: 'I look.', tool: 'search' } },
  ];
  const chats = [1, 5, 9, 12].map((version) =>
    writeGpt4allChat({ version, id: `chat-${version}`, title: 'Chat', createdSeconds: 1_700_000_000, items }),
  );
  return [
    ...files,
    ...zips.map((bytes) => ({ name: 'export.zip', bytes })),
    ...chats.map((bytes) => ({ name: 'gpt4all.chat', bytes })),
  ];
}

async function addConversation(title: string): Promise<void> {
  const [conversationId, questionId, answerId, now] = [uuidv7(), uuidv7(), uuidv7(), Date.now()];
  const facts = { modelName: 'm', modelSha256: null, presetId: 'k50', parameters: presets.k50, seed: 1 };
  const newConversation = { title, origin: 'window' as const };
  const turn = { conversationId, newConversation, questionId, parentId: null, text: `${title}?`, answerId, facts, now };
  await database.startTurn(turn);
  await database.finishAnswer({
    messageId: answerId,
    text: `${title}.`,
    status: 'complete',
    errorCode: null,
    facts: {},
    now,
  });
}

/** Everything that is stored, as the app's own JSON. */
async function everything(): Promise<string> {
  const path = join(folder, 'now.json');
  await exports.run({ conversationIds: null, branches: 'all', format: 'json', path });
  return readFileSync(path, 'utf8');
}

const wrong: string[] = [];
const counts = { imported: 0, refused: 0, partialWrites: 0, lost: 0 };
let slowestMs = 0;
try {
  for (let index = 0; index < 5; index += 1) await addConversation(`Conversation ${index}`);
  const wholeList = { isArchived: false, after: null, limit: 5000 };
  const original = await database.listConversations(wholeList);
  const good = (['json', 'oasst'] as const).map((format) => ({ format, path: join(folder, `good.${format}`) }));
  for (const { format, path } of good) await exports.run({ conversationIds: null, branches: 'all', format, path });
  const files = [
    ...good.map(({ format, path }) => ({
      name: format === 'json' ? 'file.json' : 'file.trees.jsonl',
      bytes: readFileSync(path),
    })),
    ...foreignFiles(),
  ];

  for (let index = 0; index < times; index += 1) {
    const { name = '', bytes = Buffer.alloc(0) } = files[below(random, files.length)] ?? {};
    const filePath = join(folder, 'in', name);
    mkdirSync(dirname(filePath), { recursive: true });
    writeFileSync(filePath, mutate(random, bytes));
    // Every fifth is found in a folder, where one broken file is no reason to refuse the others.
    const path = index % 5 === 0 ? dirname(filePath) : filePath;
    const before = await everything();
    const startedMs = performance.now();
    try {
      await imports.run({ path, isDryRun: index % 4 === 0 });
      counts.imported += 1;
    } catch (error) {
      counts.refused += 1;
      const isReason = error instanceof AppError && refusals.has(error.code) && error.message.length > 20;
      if (!isReason) wrong.push(`${index}: ${String(error)}`);
      if ((await everything()) !== before) counts.partialWrites += 1;
    }
    slowestMs = Math.max(slowestMs, performance.now() - startedMs);
    const titles = new Set((await database.listConversations(wholeList)).map(({ id, title }) => `${id} ${title}`));
    if (original.some(({ id, title }) => !titles.has(`${id} ${title}`))) counts.lost += 1;
  }
} finally {
  await database.close();
  rmSync(folder, { recursive: true, force: true });
}

const result = {
  name: 'import',
  pass: crashes + counts.partialWrites + counts.lost + wrong.length === 0 && slowestMs <= hangMs,
  ...{ times, crashes, ...counts, withoutReason: wrong.length, slowestMs: Math.round(slowestMs) },
};
for (const line of wrong.slice(0, 10)) process.stderr.write(`${line}\n`);
if (values.json) process.stdout.write(`${JSON.stringify(result)}\n`);
else console.table(result);
process.exitCode = result.pass ? 0 : 1;
