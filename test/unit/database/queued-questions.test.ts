import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createOperations } from '../../../main/database/operations.ts';
import type { DatabaseOperations } from '../../../main/database/protocol.ts';
import { maxQueuedQuestions } from '../../../preload/contract/queue.ts';
import {
  codeOf,
  completeOutcome,
  memoryOperations,
  newId,
  newTurn,
  nextTurn,
  openMemoryDatabase,
} from '../../support/database.ts';

/** A conversation with one finished turn. */
function begun(operations: DatabaseOperations) {
  const turn = newTurn();
  operations.startTurn(turn);
  operations.finishAnswer(completeOutcome(turn.answerId));
  const { conversationId } = turn;
  const add = (text: string): string => {
    const id = newId();
    operations.addQueuedQuestion({ id, conversationId, text, now: 5 });
    return id;
  };
  const texts = (): string[] => operations.getQueue(conversationId).map(({ text }) => text);
  return { turn, conversationId, add, texts };
}

describe('questions that wait', () => {
  it('stand in the order in which they came, and can be changed, moved and removed', () => {
    const operations = memoryOperations();
    const { conversationId, add, texts } = begun(operations);
    const [a, b, c] = [add('a'), add('b'), add('c')];
    expect(operations.getQueue(conversationId)[0]).toEqual({ id: a, text: 'a', createdAt: 5 });
    operations.moveQueuedQuestion(conversationId, c, 0);
    expect(texts()).toEqual(['c', 'a', 'b']);
    operations.moveQueuedQuestion(conversationId, c, 99);
    expect(texts()).toEqual(['a', 'b', 'c']);
    operations.changeQueuedQuestion(conversationId, b, 'B');
    operations.removeQueuedQuestion(conversationId, a);
    operations.removeQueuedQuestion(conversationId, a);
    add('d');
    expect(texts()).toEqual(['B', 'c', 'd']);
  });

  it('are as an array would have them after any steps', () => {
    const operations = memoryOperations();
    const step = fc.record({ kind: fc.constantFrom('add', 'move', 'remove'), pick: fc.nat(9), to: fc.nat(9) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const { conversationId, add } = begun(operations);
        let expected: string[] = [];
        for (const { kind, pick, to } of steps) {
          const chosen = expected[pick % Math.max(1, expected.length)];
          if (kind === 'add' || chosen === undefined) expected = [...expected, add('x')];
          else if (kind === 'remove') operations.removeQueuedQuestion(conversationId, chosen);
          else operations.moveQueuedQuestion(conversationId, chosen, to);
          if (chosen !== undefined && kind !== 'add') expected = expected.filter((id) => id !== chosen);
          if (chosen !== undefined && kind === 'move') expected = expected.toSpliced(to, 0, chosen);
        }
        expect(operations.getQueue(conversationId).map(({ id }) => id)).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  it('are of one conversation only', () => {
    const operations = memoryOperations();
    const one = begun(operations);
    const other = begun(operations);
    const id = one.add('a');
    const { conversationId } = other;
    expect(codeOf(() => operations.changeQueuedQuestion(conversationId, id, 'x'))).toBe('not-found');
    expect(codeOf(() => operations.moveQueuedQuestion(conversationId, id, 0))).toBe('not-found');
    operations.removeQueuedQuestion(conversationId, id);
    expect(one.texts()).toEqual(['a']);
    expect(other.texts()).toEqual([]);
  });

  it('are not without end', () => {
    const operations = memoryOperations();
    const { add, texts } = begun(operations);
    for (let count = 0; count < maxQueuedQuestions; count += 1) add('x');
    expect(codeOf(() => add('one too many'))).toBe('invalid-input');
    expect(texts()).toHaveLength(maxQueuedQuestions);
  });

  it('go to the trash with their conversation and come back with it', () => {
    const db = openMemoryDatabase();
    const operations = createOperations(db);
    const { conversationId, add, texts } = begun(operations);
    add('a');
    operations.deleteConversations([conversationId], 10);
    expect(codeOf(() => operations.getQueue(conversationId))).toBe('not-found');
    expect(codeOf(() => add('b'))).toBe('not-found');
    operations.restoreConversations([conversationId]);
    expect(texts()).toEqual(['a']);
    operations.deleteConversations([conversationId], 10);
    operations.purgeDeleted(11);
    expect(db.prepare('SELECT count(*) FROM queued_questions').pluck().get()).toBe(0);
  });
});

describe('a question that is asked', () => {
  it('leaves the queue in the step that writes it into the conversation', () => {
    const operations = memoryOperations();
    const { turn, conversationId, add, texts } = begun(operations);
    const queuedId = add('next');
    add('later');
    const next = nextTurn(turn, { text: 'next', queuedId });
    operations.startTurn(next);
    expect(texts()).toEqual(['later']);
    expect(operations.getMessage(next.questionId).text).toBe('next');
    expect(operations.getConversation(conversationId).id).toBe(conversationId);
  });

  it.each([
    ['removed', (operations: DatabaseOperations, of: string, id: string) => operations.removeQueuedQuestion(of, id)],
    [
      'changed',
      (operations: DatabaseOperations, of: string, id: string) => operations.changeQueuedQuestion(of, id, 'y'),
    ],
  ])('is not written when it was %s meanwhile', (_name, meanwhile) => {
    const operations = memoryOperations();
    const { turn, conversationId, add, texts } = begun(operations);
    const queuedId = add('x');
    meanwhile(operations, conversationId, queuedId);
    const waiting = texts();
    const next = nextTurn(turn, { text: 'x', queuedId });
    expect(codeOf(() => operations.startTurn(next))).toBe('not-found');
    expect(codeOf(() => operations.getMessage(next.questionId))).toBe('not-found');
    expect(texts()).toEqual(waiting);
  });

  it('stays in the queue when it cannot be written', () => {
    const operations = memoryOperations();
    const { turn, add, texts } = begun(operations);
    const queuedId = add('x');
    const beside = nextTurn(turn, { text: 'x', queuedId, parentId: turn.questionId });
    expect(codeOf(() => operations.startTurn(beside))).toBe('invalid-input');
    expect(texts()).toEqual(['x']);
  });
});
