import Database from 'better-sqlite3';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { configure } from '../../../main/database/connection.ts';
import { migrate } from '../../../main/database/migrations/index.ts';
import { createOperations } from '../../../main/database/operations.ts';
import type { DatabaseOperations } from '../../../main/database/protocol.ts';
import { conversationOrigins, type Message } from '../../../preload/contract/conversations.ts';
import { presetIds } from '../../../preload/contract/presets.ts';
import { answerFacts, branchOf, codeOf, completeOutcome, newId, newTurn, wholeList } from '../../support/database.ts';
import { TreeModel, type MessageView, type NodeView } from './tree-model.ts';

/** What `resumeAnswer` takes for the time. */
const clock = 4;

/** How often each operation is among the steps: trees have to grow before there is much to do in them. */
const weights = {
  create: 1,
  turn: 5,
  askInstead: 2,
  replies: 3,
  save: 1,
  finish: 2,
  continue: 1,
  select: 3,
  rate: 1,
  rename: 1,
  choosePreset: 1,
  deleteBranch: 4,
  restoreBranch: 3,
  fork: 1,
  delete: 1,
  restore: 2,
  purge: 1,
  interrupt: 1,
};
type Verb = keyof typeof weights;

/** One step; `pick` chooses what it acts on among what exists by then, so most steps have something to do. */
const step = fc.record({
  verb: fc.oneof(
    ...Object.entries(weights).map(([verb, weight]) => ({ arbitrary: fc.constant(verb as Verb), weight })),
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
    model.ask(turn.conversationId, turn.questionId, turn.parentId, text);
    model.answer(turn.conversationId, turn.questionId, [turn.answerId], now);
  };

  switch (verb) {
    case 'create':
      startTurn(
        newTurn({ text, now, newConversation: { title: text, origin: chosen(conversationOrigins, pick) ?? 'window' } }),
      );
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
    case 'askInstead': {
      const target = chosen(questions, pick);
      if (target === undefined) return;
      const { parentId } = target.message;
      const ofConversation = target.conversation.summary.id;
      startTurn(newTurn({ conversationId: ofConversation, newConversation: null, parentId, text, now }));
      return;
    }
    case 'replies': {
      const target = chosen(questions, pick);
      if (target === undefined) return;
      const ofConversation = target.conversation.summary.id;
      const parentId = target.message.id;
      const answers = Array.from({ length: 1 + (pick % 3) }, () => ({ answerId: newId(), facts: answerFacts }));
      operations.startReplies({ conversationId: ofConversation, parentId, answers, now });
      const ids = answers.map(({ answerId }) => answerId);
      model.answer(ofConversation, parentId, ids, now);
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
    case 'continue': {
      const target = chosen(
        answers.filter(({ message }) => message.status !== 'generating'),
        pick,
      );
      if (target === undefined) return;
      operations.resumeAnswer(target.message.id);
      operations.selectBranch(target.conversation.summary.id, target.message.id);
      model.change(target.message.id, { status: 'generating' }, clock);
      model.select(target.message.id);
      return;
    }
    case 'select': {
      const target = chosen(model.visible, pick);
      if (target === undefined) return;
      operations.selectBranch(target.conversation.summary.id, target.message.id);
      model.select(target.message.id);
      return;
    }
    case 'rate': {
      const target = chosen(model.visible, pick);
      if (target === undefined) return;
      const rating = chosen([1, -1, null] as const, now) ?? null;
      const isAnswer = target.message.role === 'assistant';
      const code = codeOf(() => operations.rateAnswer(target.message.id, rating));
      expect(code).toBe(isAnswer ? 'none' : 'invalid-input');
      if (isAnswer) model.change(target.message.id, { rating }, null);
      return;
    }
    case 'deleteBranch': {
      const target = chosen(model.visible, pick);
      if (target === undefined) return;
      const canDelete = model.canDelete(target.message.id);
      const code = codeOf(() => operations.deleteBranch(target.message.id, now));
      expect(code).toBe(canDelete ? 'none' : 'invalid-input');
      if (canDelete) model.deleteBranch(target.message.id, now);
      return;
    }
    case 'restoreBranch': {
      const rootId = chosen(model.deletedBranches, pick);
      if (rootId === undefined) return;
      operations.restoreBranch(rootId);
      model.restoreBranch(rootId);
      return;
    }
    case 'fork': {
      const target = chosen(model.visible, pick);
      if (target === undefined) return;
      const copyId = newId();
      operations.forkBranch(target.message.id, copyId, now);
      const { nodes } = operations.getTree(copyId);
      const ids = nodes.map(({ id }) => id);
      model.fork(target.message.id, copyId, ids, now);
      return;
    }
    case 'rename':
      if (conversationId === undefined) return;
      operations.renameConversation(conversationId, text);
      model.rename(conversationId, text);
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
      operations.deleteConversations([conversationId], now);
      model.delete(conversationId, now);
      return;
    case 'restore': {
      const target = chosen(model.conversations, pick);
      if (target === undefined) return;
      target.deletedAt = null;
      operations.restoreConversations([target.summary.id]);
      expect(operations.getConversation(target.summary.id)).toEqual(target.summary);
      return;
    }
    case 'purge':
      expect(operations.purgeDeleted(now).conversationIds).toHaveLength(model.purge(now));
      return;
    case 'interrupt':
      expect(operations.interruptUnfinished()).toBe(model.interrupt());
      return;
  }
}

function view({ id, parentId, role, text, status, rating, siblingIds }: MessageView): MessageView {
  return { id, parentId, role, text, status, rating, siblingIds };
}

function nodeView({ id, parentId, role, status, rating }: NodeView): NodeView {
  return { id, parentId, role, status, rating };
}

/** The branch that is shown, read from its end in small pieces. */
function branchInPieces(operations: DatabaseOperations, conversationId: string): Message[] {
  const end = operations.getBranchEnd(conversationId, 2, null);
  const messages = [...end.messages];
  let { earlierCount } = end;
  for (let first = messages[0]; first !== undefined && earlierCount > 0; first = messages[0]) {
    const part = operations.getEarlier(conversationId, first.id, 2);
    expect(part.messages.length + part.earlierCount).toBe(earlierCount);
    messages.unshift(...part.messages);
    ({ earlierCount } = part);
  }
  return messages;
}

function expectEqual(operations: DatabaseOperations, model: TreeModel): void {
  expect(operations.listConversations(wholeList)).toEqual(model.list);
  for (const { summary, deletedAt } of model.conversations) {
    if (deletedAt === null) {
      const branch = branchOf(operations, summary.id);
      expect(branch.map(view)).toEqual(model.branch(summary.id));
      expect(branchInPieces(operations, summary.id)).toEqual(branch);
      const { nodes, currentLeafId } = operations.getTree(summary.id);
      expect({ nodes: nodes.map(nodeView), currentLeafId }).toEqual(model.tree(summary.id));
      const [stored] = operations.readConversations([summary.id]).conversations;
      expect(stored?.messages.map(({ id }) => id)).toEqual(nodes.map(({ id }) => id));
    } else expect(codeOf(() => branchOf(operations, summary.id))).toBe('not-found');
  }
  for (const rootId of model.deletedBranches) expect(codeOf(() => operations.getMessage(rootId))).toBe('not-found');
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
