import Database from 'better-sqlite3';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { configure } from '../../../main/database/connection.ts';
import { migrate } from '../../../main/database/migrations/index.ts';
import { createOperations } from '../../../main/database/operations.ts';
import type { DatabaseOperations } from '../../../main/database/protocol.ts';
import { conversationOrigins } from '../../../preload/contract/conversations.ts';
import { presetIds } from '../../../preload/contract/presets.ts';
import { answerFacts, codeOf, completeOutcome, newId, newTurn } from '../../support/database.ts';
import { TreeModel, type MessageView } from './tree-model.ts';

/** What `resumeAnswer` takes for the time. */
const clock = 4;

/** One step; `pick` chooses what it acts on among what exists by then, so most steps have something to do. */
const step = fc.record({
  verb: fc.constantFrom(
    'create',
    'turn',
    'turn',
    'editFirst',
    'reply',
    'reply',
    'save',
    'finish',
    'finish',
    'resume',
    'select',
    'select',
    'rename',
    'choosePreset',
    'delete',
    'restore',
    'purge',
    'interrupt',
  ),
  pick: fc.nat(1_000),
  text: fc.string({ unit: 'grapheme', maxLength: 12 }),
  /** Clocks stand still and go back. */
  now: fc.integer({ min: 1, max: 6 }),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

function chosen<T>(all: readonly T[], pick: number): T | undefined {
  return all[pick % Math.max(all.length, 1)];
}

function run({ verb, pick, text, now }: Step, operations: DatabaseOperations, model: TreeModel): void {
  const live = model.conversations.filter((each) => each.deletedAt === null);
  const conversationId = chosen(live, pick)?.summary.id;
  const questions = model.visible.filter(({ message }) => message.role === 'prompter');
  const answers = model.visible.filter(({ message }) => message.role === 'assistant');

  const startTurn = (turn: ReturnType<typeof newTurn>) => {
    operations.startTurn(turn);
    if (turn.newConversation !== null) model.create(turn.conversationId, turn.newConversation, now);
    model.add(
      turn.conversationId,
      { id: turn.questionId, parentId: turn.parentId, role: 'prompter', text, status: 'complete' },
      now,
    );
    addAnswer(turn.conversationId, turn.questionId, turn.answerId);
  };
  const addAnswer = (ofConversation: string, parentId: string, id: string) => {
    model.add(ofConversation, { id, parentId, role: 'assistant', text: '', status: 'generating' }, now);
  };

  switch (verb) {
    case 'create':
      startTurn(
        newTurn({ text, now, newConversation: { title: text, origin: chosen(conversationOrigins, pick) ?? 'window' } }),
      );
      return;
    case 'editFirst':
      if (conversationId !== undefined) startTurn(newTurn({ conversationId, newConversation: null, text, now }));
      return;
    case 'turn': {
      const target = chosen(answers, pick);
      if (target === undefined) return;
      const turn = newTurn({
        conversationId: target.conversation.summary.id,
        newConversation: null,
        parentId: target.message.id,
        text,
        now,
      });
      startTurn(turn);
      return;
    }
    case 'reply': {
      const target = chosen(questions, pick);
      if (target === undefined) return;
      const reply = {
        conversationId: target.conversation.summary.id,
        parentId: target.message.id,
        answerId: newId(),
        facts: answerFacts,
        now,
      };
      operations.startReply(reply);
      addAnswer(reply.conversationId, reply.parentId, reply.answerId);
      return;
    }
    case 'save': {
      const target = chosen(answers, pick);
      if (target === undefined) return;
      operations.saveAnswerText(target.message.id, text);
      if (target.message.status === 'generating') model.change(target.message.id, { text }, null);
      return;
    }
    case 'finish': {
      const target = chosen(
        answers.filter(({ message }) => message.status === 'generating'),
        pick,
      );
      if (target === undefined) return;
      const status = chosen(['complete', 'stopped', 'interrupted', 'failed'] as const, pick) ?? 'complete';
      operations.finishAnswer(completeOutcome(target.message.id, { text, status, now }));
      model.change(target.message.id, { text, status }, now);
      return;
    }
    case 'resume': {
      const target = chosen(
        answers.filter(({ message }) => message.status !== 'generating'),
        pick,
      );
      if (target === undefined) return;
      operations.resumeAnswer(target.message.id);
      model.change(target.message.id, { status: 'generating' }, clock);
      return;
    }
    case 'select': {
      const target = chosen(model.visible, pick);
      if (target === undefined) return;
      operations.selectBranch(target.conversation.summary.id, target.message.id);
      model.select(target.conversation.summary.id, target.message.id);
      return;
    }
    case 'rename':
      if (conversationId === undefined) return;
      operations.renameConversation(conversationId, text);
      model.find(conversationId).summary.title = text;
      return;
    case 'choosePreset': {
      if (conversationId === undefined) return;
      const presetId = chosen([null, ...presetIds], pick) ?? null;
      operations.chooseConversationPreset(conversationId, presetId);
      model.find(conversationId).summary.presetId = presetId;
      return;
    }
    case 'delete':
      if (conversationId === undefined) return;
      operations.deleteConversation(conversationId, now);
      model.delete(conversationId, now);
      return;
    case 'restore': {
      const target = chosen(model.conversations, pick);
      if (target === undefined) return;
      target.deletedAt = null;
      expect(operations.restoreConversation(target.summary.id)).toEqual(target.summary);
      return;
    }
    case 'purge':
      expect(operations.purgeDeleted(now)).toBe(model.purge(now));
      return;
    case 'interrupt':
      expect(operations.interruptUnfinished()).toBe(model.interrupt());
      return;
  }
}

function view({ id, parentId, role, text, status, siblingIds }: MessageView): MessageView {
  return { id, parentId, role, text, status, siblingIds };
}

function expectEqual(operations: DatabaseOperations, model: TreeModel): void {
  expect(operations.listConversations()).toEqual(model.list);
  for (const { summary, deletedAt } of model.conversations) {
    if (deletedAt === null) expect(operations.getBranch(summary.id).map(view)).toEqual(model.branch(summary.id));
    else expect(codeOf(() => operations.getBranch(summary.id))).toBe('not-found');
  }
}

it('any sequence of operations leaves what the plain model holds', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
      const db = new Database(':memory:');
      try {
        configure(db);
        migrate(db);
        const operations = createOperations(db, () => clock);
        const model = new TreeModel();
        for (const each of steps) {
          run(each, operations, model);
          expectEqual(operations, model);
        }
        expect(db.pragma('foreign_key_check')).toEqual([]);
        expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
      } finally {
        db.close();
      }
    }),
    { numRuns: 150 },
  );
}, 60_000);
