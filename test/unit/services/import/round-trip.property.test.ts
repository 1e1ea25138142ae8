import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { configure } from '../../../../main/database/connection.ts';
import { migrate } from '../../../../main/database/migrations/index.ts';
import { createOperations } from '../../../../main/database/operations.ts';
import type { DatabaseOperations } from '../../../../main/database/protocol.ts';
import type { ExportFormat } from '../../../../preload/contract/exchange.ts';
import { presetIds } from '../../../../preload/contract/presets.ts';
import { answerFacts, completeOutcome, newId, newTurn, temporaryFolder } from '../../../support/database.ts';
import { exchange } from './files.ts';

/** Text as people and models write it, and as nobody should: quotes, controls, halves of characters. */
const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 30 }),
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.constantFrom('', '\ud800', 'a\u0000b', '"\\\n\u2028', '</script>', '"conversations":[{'),
);

const step = fc.record({
  verb: fc.constantFrom(
    'create',
    'turn',
    'turn',
    'edit',
    'reply',
    'finish',
    'finish',
    'select',
    'rename',
    'preset',
    'organise',
    'rate',
  ),
  pick: fc.nat(1_000),
  text,
  now: fc.integer({ min: 1, max: 4e12 }),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

function chosen<T>(all: readonly T[], pick: number): T | undefined {
  return all[pick % Math.max(all.length, 1)];
}

function run({ verb, pick, text: words, now }: Step, operations: DatabaseOperations): void {
  const { conversations } = operations.readConversations(operations.listExportable());
  const conversation = chosen(conversations, pick);
  if (verb === 'create' || conversation === undefined) {
    operations.startTurn(newTurn({ text: words, now, newConversation: { title: words, origin: 'quick-ask' } }));
    return;
  }
  const { id: conversationId, messages } = conversation;
  const questions = messages.filter(({ role }) => role === 'prompter');
  const answers = messages.filter(({ role }) => role === 'assistant');
  const answer = chosen(answers, pick);
  const target = { conversationId, newConversation: null, text: words, now };
  if (verb === 'edit') operations.startTurn(newTurn(target));
  else if (verb === 'turn') operations.startTurn(newTurn({ ...target, parentId: answer?.id ?? null }));
  else if (verb === 'rename') operations.renameConversation(conversationId, words);
  else if (verb === 'preset') {
    operations.chooseConversationPreset(conversationId, chosen([null, ...presetIds], pick) ?? null);
  } else if (verb === 'organise') {
    const folderId = pick % 3 === 0 ? null : folderOf(`Folder ${String(pick % 7)} ${words}`, now, operations);
    operations.organiseConversations({
      ...{ conversationIds: [conversationId], folderId },
      ...{ isPinned: pick % 2 === 0, isArchived: now % 2 === 0 },
    });
  } else if (verb === 'select') operations.selectBranch(conversationId, chosen(messages, pick)?.id ?? '');
  else if (verb === 'rate') operations.rateAnswer(answer?.id ?? '', chosen([1, -1, null] as const, now) ?? null);
  else if (verb === 'reply') {
    const parentId = chosen(questions, pick)?.id ?? '';
    const answers = [{ answerId: newId(), facts: answerFacts }];
    operations.startReplies({ conversationId, parentId, answers, now });
  } else if (answer?.status === 'generating') {
    const status = chosen(['complete', 'stopped', 'interrupted', 'failed'] as const, pick) ?? 'complete';
    const errorCode = status === 'failed' ? 'engine-crashed' : null;
    const facts = { promptTokens: pick, replyMs: now, firstVisibleMessageId: questions[0]?.id ?? null };
    operations.finishAnswer(completeOutcome(answer.id, { text: words, status, errorCode, now, facts }));
  }
}

/** The folder of a name that is like this, made when there is none. */
function folderOf(words: string, createdAt: number, operations: DatabaseOperations): string {
  const name = words.slice(0, 60).trim().toWellFormed();
  const known = operations.listFolders().find((folder) => folder.name === name);
  if (known !== undefined) return known.id;
  const id = newId();
  operations.createFolder({ id, name, createdAt });
  return id;
}

/** Empty databases that are closed when `work` is done. */
async function withDatabases(work: (open: () => DatabaseOperations) => Promise<void>): Promise<void> {
  const opened: Database.Database[] = [];
  try {
    await work(() => {
      const db = new Database(':memory:');
      opened.push(db);
      configure(db);
      migrate(db);
      return createOperations(db, () => 1);
    });
  } finally {
    for (const db of opened) db.close();
  }
}

const history = fc.array(step, { minLength: 1, maxLength: 40, size: 'max' });

it.each<[ExportFormat, string]>([
  ['json', 'all.json'],
  ['oasst', 'all.trees.jsonl'],
  ['oasst', 'all.trees.jsonl.gz'],
])(
  '%s, exported, imported into an empty database and exported again, is the same bytes (%s)',
  async (format, name) => {
    const folder = temporaryFolder();
    const path = join(folder, name);
    await fc.assert(
      fc.asyncProperty(history, async (steps) => {
        await withDatabases(async (open) => {
          const from = exchange(open(), folder);
          for (const each of steps) run(each, from.operations);
          const order = { conversationIds: null, branches: 'all', format, path } as const;
          const exported = await from.exports.run(order);
          const bytes = readFileSync(path);
          const into = exchange(open(), folder);
          const report = await into.imports.run({ path, isDryRun: false });
          expect(report.messages).toEqual({ new: exported.messages, known: 0, branched: 0 });
          expect(report.skipped).toEqual([]);
          rmSync(path);
          await into.exports.run(order);
          expect(readFileSync(path).equals(bytes)).toBe(true);

          const before = into.stored();
          const again = await into.imports.run({ path, isDryRun: false });
          expect(again.messages).toEqual({ new: 0, known: exported.messages, branched: 0 });
          expect(into.stored()).toEqual(before);
        });
      }),
      { numRuns: 40 },
    );
  },
  60_000,
);
