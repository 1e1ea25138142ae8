import { describe, expect, it } from 'vitest';
import type { DatabaseOperations } from '../../../main/database/protocol.ts';
import {
  branchOf,
  codeOf,
  completeOutcome,
  memoryOperations,
  newId,
  newTurn,
  nextTurn,
} from '../../support/database.ts';

/**
 * A question and its answer, followed by two questions in other words, the second of which was followed by another:
 * `first ─┬─ left` and `first ─┴─ right ── last`, which is shown.
 */
function fork(operations: DatabaseOperations) {
  const first = newTurn();
  const left = nextTurn(first);
  const right = nextTurn(first);
  const last = nextTurn(right);
  for (const turn of [first, left, right, last]) {
    operations.startTurn(turn);
    operations.finishAnswer(completeOutcome(turn.answerId, { text: `Answer ${turn.answerId}` }));
  }
  const { conversationId } = first;
  const shown = () => branchOf(operations, conversationId).at(-1)?.id;
  return { first, left, right, last, conversationId, shown };
}

describe('a deleted branch', () => {
  it('is gone for everything but restoring, which brings all of it back as it was', () => {
    const operations = memoryOperations();
    const { right, last, left, conversationId, shown } = fork(operations);
    const before = { branch: branchOf(operations, conversationId), tree: operations.getTree(conversationId) };
    operations.deleteBranch(right.questionId, 5_000);
    expect(shown()).toBe(left.answerId);
    expect(operations.getMessage(left.questionId).siblingIds).toEqual([left.questionId]);
    expect(operations.getTree(conversationId).nodes).toHaveLength(4);
    const attempts = [right.questionId, last.answerId].flatMap((id) => [
      () => operations.getMessage(id),
      () => operations.getSiblings(id),
      () => operations.getHistory(id, 2048),
      () => operations.getEarlier(conversationId, id, 10),
      () => operations.selectBranch(conversationId, id),
      () => operations.deleteBranch(id, 6_000),
      () => operations.forkBranch(id, newId(), 6_000),
      () => operations.rateAnswer(id, 1),
      () => operations.startTurn(nextTurn(right, { parentId: id })),
      () => operations.startReplies({ ...right, parentId: id, answers: [newTurn()] }),
      () => operations.resumeAnswer(id),
      () => operations.saveAnswerText(id, 'x'),
      () => operations.finishAnswer(completeOutcome(id)),
    ]);
    expect(attempts.map(codeOf)).toEqual(attempts.map(() => 'not-found'));
    expect(operations.getBranchEnd(conversationId, 1, last.answerId).messages).toHaveLength(1);

    expect(operations.restoreBranch(right.questionId)).toBe(conversationId);
    expect({ branch: branchOf(operations, conversationId), tree: operations.getTree(conversationId) }).toEqual(before);
    operations.selectBranch(conversationId, left.questionId);
    expect(operations.restoreBranch(right.questionId), 'restoring twice').toBe(conversationId);
    expect(shown()).toBe(left.answerId);
  });

  it('leaves the shown branch where it is when it was not the one', () => {
    const operations = memoryOperations();
    const { left, last, shown } = fork(operations);
    operations.deleteBranch(left.questionId, 1);
    expect(shown()).toBe(last.answerId);
    operations.restoreBranch(left.questionId);
    expect(shown(), 'restoring shows it').toBe(left.answerId);
  });

  it('leaves what it followed where nothing stands beside it', () => {
    const operations = memoryOperations();
    const { right, last, shown } = fork(operations);
    operations.deleteBranch(last.questionId, 1);
    expect(shown()).toBe(right.answerId);
    operations.deleteBranch(right.answerId, 2);
    expect(shown()).toBe(right.questionId);
    expect(codeOf(() => operations.startTurn(nextTurn(right, { parentId: right.questionId })))).toBe('invalid-input');
  });

  it('is never all there is', () => {
    const operations = memoryOperations();
    const { first, conversationId } = fork(operations);
    const before = operations.getTree(conversationId);
    expect(codeOf(() => operations.deleteBranch(first.questionId, 1))).toBe('invalid-input');
    expect(operations.getTree(conversationId)).toEqual(before);
    const instead = newTurn({ conversationId, newConversation: null });
    operations.startTurn(instead);
    operations.deleteBranch(first.questionId, 1);
    expect(codeOf(() => operations.deleteBranch(instead.questionId, 1))).toBe('invalid-input');
  });

  it('comes back with what it hangs from, but without what was deleted below it before', () => {
    const operations = memoryOperations();
    const { first, right, last, conversationId, shown } = fork(operations);
    operations.startTurn(newTurn({ conversationId, newConversation: null }));
    operations.selectBranch(conversationId, right.questionId);
    operations.deleteBranch(last.answerId, 1);
    operations.deleteBranch(right.questionId, 2);
    operations.deleteBranch(first.questionId, 3);
    operations.restoreBranch(right.questionId);
    expect(shown()).toBe(last.questionId);
    expect(codeOf(() => operations.getMessage(last.answerId))).toBe('not-found');
    operations.deleteBranch(first.questionId, 4);
    operations.restoreBranch(last.answerId);
    expect(shown()).toBe(last.answerId);
  });

  it('holds no answer that nobody writes', () => {
    const operations = memoryOperations();
    const { right, conversationId } = fork(operations);
    const answerId = newId();
    const { facts } = right;
    operations.startReplies({ conversationId, parentId: right.questionId, answers: [{ answerId, facts }], now: 1 });
    operations.saveAnswerText(answerId, 'half of it');
    expect(operations.listUnfinishedBelow(right.questionId)).toEqual([answerId]);
    expect(operations.listUnfinishedBelow(right.answerId)).toEqual([]);
    operations.deleteBranch(right.questionId, 1);
    operations.restoreBranch(right.questionId);
    expect(operations.getMessage(answerId)).toMatchObject({
      ...{ status: 'interrupted', text: 'half of it' },
      generation: { stopReason: 'interrupted' },
    });
  });

  it('may be as long as a conversation', () => {
    const operations = memoryOperations();
    const first = newTurn();
    operations.startTurn(first);
    let turn = first;
    for (let count = 0; count < 1_500; count += 1) operations.startTurn((turn = nextTurn(turn)));
    const before = operations.getTree(first.conversationId);
    operations.deleteBranch(first.answerId, 1);
    expect(branchOf(operations, first.conversationId)).toHaveLength(1);
    operations.restoreBranch(first.answerId);
    expect(operations.getTree(first.conversationId)).toMatchObject({
      ...before,
      nodes: before.nodes.map(({ id }) => ({ id })),
    });
  });
});

describe('an import', () => {
  it('brings a deleted branch back when a message of it comes again, and nothing else', () => {
    const operations = memoryOperations();
    const { right, last, left, conversationId, shown } = fork(operations);
    const { conversations } = operations.readConversations([conversationId]);
    operations.deleteBranch(last.questionId, 1);
    operations.deleteBranch(right.questionId, 2);
    const partly = conversations.map((conversation) => ({
      ...conversation,
      messages: conversation.messages.filter(({ id }) => id !== last.questionId && id !== last.answerId),
    }));
    operations.stageImport(partly);
    expect(operations.mergeStaged(true).messages).toEqual({ new: 0, known: 6, branched: 0 });
    expect(
      codeOf(() => operations.getMessage(right.answerId)),
      'a dry run changes nothing',
    ).toBe('not-found');
    operations.mergeStaged(false);
    expect(operations.getMessage(right.answerId).text).toBe(`Answer ${right.answerId}`);
    expect(codeOf(() => operations.getMessage(last.questionId))).toBe('not-found');
    expect(shown(), 'the branch that is shown stays').toBe(left.answerId);
    operations.dropStaged();
  });
});

describe('a fork', () => {
  it('is a conversation of its own with a copy of the branch, every fact of it included', () => {
    const operations = memoryOperations();
    const { first, right, conversationId } = fork(operations);
    operations.rateAnswer(right.answerId, 1);
    operations.chooseConversationPreset(conversationId, 'typical2');
    operations.renameConversation(conversationId, 'By hand');
    operations.resumeAnswer(right.answerId);
    const facts = { stopReason: 'marker', firstVisibleMessageId: right.questionId, windowTokens: 2048 } as const;
    operations.finishAnswer(completeOutcome(right.answerId, { facts }));
    const copyId = newId();
    const copy = operations.forkBranch(right.answerId, copyId, 9_000);
    expect(copy).toMatchObject({ id: copyId, title: 'By hand (copy)', presetId: 'typical2', createdAt: 9_000 });

    const path = operations.getBranchEnd(conversationId, 10, null).messages.slice(0, 4);
    const copied = branchOf(operations, copyId);
    expect(copied.map(({ text, status, rating, createdAt }) => ({ text, status, rating, createdAt }))).toEqual(
      path.map(({ text, status, rating, createdAt }) => ({ text, status, rating, createdAt })),
    );
    expect(copied.at(-1)).toMatchObject({
      rating: 1,
      generation: { ...path.at(-1)?.generation, firstVisibleMessageId: copied[2]?.id },
    });
    const ids = new Set([...path, ...copied].map(({ id }) => id));
    expect(ids.size).toBe(8);
    expect(operations.getTree(conversationId).nodes).toHaveLength(8);
    expect(operations.forkBranch(first.questionId, newId(), 1).title).toBe('By hand (copy)');
    expect(operations.forkBranch(copied[1]?.id ?? '', newId(), 1).title).toBe('By hand (copy)');
  });

  it('has no answer that nobody writes', () => {
    const operations = memoryOperations();
    const turn = newTurn();
    operations.startTurn(turn);
    const copyId = newId();
    operations.forkBranch(turn.answerId, copyId, 1);
    expect(branchOf(operations, copyId).at(-1)).toMatchObject({
      status: 'interrupted',
      generation: { stopReason: 'interrupted' },
    });
    expect(operations.getMessage(turn.answerId).status).toBe('generating');
  });
});

describe('a rating', () => {
  it('is kept, changed and taken back, on answers only', () => {
    const operations = memoryOperations();
    const { first } = fork(operations);
    const ratingOf = () => operations.getMessage(first.answerId).rating;
    for (const rating of [1, -1, null, 1] as const) {
      operations.rateAnswer(first.answerId, rating);
      expect(ratingOf()).toBe(rating);
    }
    operations.resumeAnswer(first.answerId);
    operations.finishAnswer(completeOutcome(first.answerId));
    expect(ratingOf(), 'an answer that goes on keeps it').toBe(1);
    expect(codeOf(() => operations.rateAnswer(first.questionId, 1))).toBe('invalid-input');
    expect(codeOf(() => operations.rateAnswer(newId(), 1))).toBe('not-found');
  });
});
