import { describe, expect, it } from 'vitest';
import { createOperations } from '../../../main/database/operations.ts';
import { messageStatuses, stopReasons } from '../../../preload/contract/conversations.ts';
import { presets } from '../../../preload/contract/presets.ts';
import {
  answerFacts,
  codeOf,
  completeOutcome,
  memoryOperations,
  newId,
  newTurn,
  nextTurn,
  openMemoryDatabase,
} from '../../support/database.ts';

describe('startTurn', () => {
  it('writes all or nothing', () => {
    const operations = memoryOperations();
    const turn = newTurn();
    operations.startTurn(turn);
    const before = operations.getBranch(turn.conversationId);
    // The answer's id is taken, which only the last insert can notice.
    expect(codeOf(() => operations.startTurn(nextTurn(turn, { answerId: turn.answerId })))).toMatch(
      /^SQLITE_CONSTRAINT/,
    );
    expect(codeOf(() => operations.startTurn(newTurn({ answerId: turn.answerId })))).toMatch(/^SQLITE_CONSTRAINT/);
    expect(operations.getBranch(turn.conversationId)).toEqual(before);
    expect(operations.listConversations()).toHaveLength(1);
  });

  it('refuses parents that are missing, foreign or of the wrong kind', () => {
    const operations = memoryOperations();
    const [turn, other] = [newTurn(), newTurn()];
    operations.startTurn(turn);
    operations.startTurn(other);
    expect(codeOf(() => operations.startTurn(nextTurn(turn, { parentId: newId() })))).toBe('not-found');
    expect(codeOf(() => operations.startTurn(nextTurn(turn, { parentId: other.answerId })))).toBe('not-found');
    expect(codeOf(() => operations.startTurn(nextTurn(turn, { conversationId: newId() })))).toBe('not-found');
    expect(codeOf(() => operations.startTurn(nextTurn(turn, { parentId: turn.questionId })))).toBe('invalid-input');
    expect(operations.getBranch(turn.conversationId)).toHaveLength(2);
  });
});

describe('startReply', () => {
  it('adds an answer beside the others and shows it', () => {
    const operations = memoryOperations();
    const turn = newTurn();
    const answerId = newId();
    operations.startTurn(turn);
    const facts = { ...answerFacts, presetId: 'typical2' as const, parameters: presets.typical2, modelSha256: null };
    operations.startReply({
      conversationId: turn.conversationId,
      parentId: turn.questionId,
      answerId,
      facts,
      now: 9_000,
    });
    const branch = operations.getBranch(turn.conversationId);
    expect(branch.map((message) => message.id)).toEqual([turn.questionId, answerId]);
    expect(branch[1]).toMatchObject({ status: 'generating', siblingIds: [turn.answerId, answerId], generation: facts });
    expect(operations.getConversation(turn.conversationId).updatedAt).toBe(9_000);
  });

  it('refuses a parent that is no question of this conversation', () => {
    const operations = memoryOperations();
    const [turn, other] = [newTurn(), newTurn()];
    operations.startTurn(turn);
    operations.startTurn(other);
    const reply = { conversationId: turn.conversationId, answerId: newId(), facts: answerFacts, now: 1 };
    expect(codeOf(() => operations.startReply({ ...reply, parentId: turn.answerId }))).toBe('invalid-input');
    expect(codeOf(() => operations.startReply({ ...reply, parentId: other.questionId }))).toBe('not-found');
  });
});

describe('an answer', () => {
  it('grows while it runs and ignores saves that come late', () => {
    const operations = memoryOperations();
    const turn = newTurn();
    operations.startTurn(turn);
    operations.saveAnswerText(turn.answerId, 'A graph');
    expect(operations.getMessage(turn.answerId)).toMatchObject({ text: 'A graph', status: 'generating' });
    expect(operations.getConversation(turn.conversationId).updatedAt).toBe(1_000);
    operations.finishAnswer(completeOutcome(turn.answerId));
    operations.saveAnswerText(turn.answerId, 'A gr');
    expect(operations.getMessage(turn.answerId).text).toBe('A graph without rings.');
    expect(codeOf(() => operations.saveAnswerText(newId(), 'x'))).toBe('not-found');
  });

  it('ends with its facts, rounded where clocks give fractions', () => {
    const operations = memoryOperations();
    const turn = newTurn();
    operations.startTurn(turn);
    const message = operations.finishAnswer(
      completeOutcome(turn.answerId, {
        now: 4_000,
        facts: {
          modelName: 'Renamed',
          promptTokens: 12,
          reusedTokens: 0,
          replyTokens: 34,
          promptMs: 12.6,
          replyMs: Number.NaN,
          stopReason: 'length',
          firstVisibleMessageId: turn.questionId,
          windowTokens: 2048,
        },
      }),
    );
    expect(message).toEqual(operations.getMessage(turn.answerId));
    expect(message).toMatchObject({ status: 'complete', errorCode: null, text: 'A graph without rings.' });
    expect(message.generation).toEqual({
      ...answerFacts,
      modelName: 'Renamed',
      promptTokens: 12,
      reusedTokens: 0,
      replyTokens: 34,
      promptMs: 13,
      replyMs: null,
      stopReason: 'length',
      firstVisibleMessageId: turn.questionId,
      windowTokens: 2048,
    });
    expect(operations.getConversation(turn.conversationId).updatedAt).toBe(4_000);
  });

  it.each([
    ['stopped', null, 'stopped'],
    ['interrupted', null, 'interrupted'],
    ['failed', 'engine-crashed', 'failed'],
    ['complete', null, null],
  ] as const)('that is %s says why on its own', (status, errorCode, stopReason) => {
    const operations = memoryOperations();
    const turn = newTurn();
    operations.startTurn(turn);
    const message = operations.finishAnswer(completeOutcome(turn.answerId, { status, errorCode, facts: {} }));
    expect(message).toMatchObject({ status, errorCode, generation: { stopReason } });
  });

  it('keeps its first ending', () => {
    const operations = memoryOperations();
    const turn = newTurn();
    operations.startTurn(turn);
    operations.finishAnswer(completeOutcome(turn.answerId));
    expect(codeOf(() => operations.finishAnswer(completeOutcome(turn.answerId, { text: 'other' })))).toBe(
      'invalid-input',
    );
    expect(codeOf(() => operations.finishAnswer(completeOutcome(turn.questionId)))).toBe('invalid-input');
    expect(codeOf(() => operations.finishAnswer(completeOutcome(newId())))).toBe('not-found');
    expect(operations.getMessage(turn.answerId).text).toBe('A graph without rings.');
  });

  it('goes on in place after it was resumed', () => {
    const operations = memoryOperations(8_000);
    const turn = newTurn();
    operations.startTurn(turn);
    expect(codeOf(() => operations.resumeAnswer(turn.answerId))).toBe('busy');
    operations.finishAnswer(
      completeOutcome(turn.answerId, { status: 'failed', errorCode: 'engine-stalled', facts: { promptTokens: 5 } }),
    );
    operations.resumeAnswer(turn.answerId);
    expect(operations.getMessage(turn.answerId)).toMatchObject({
      status: 'generating',
      errorCode: null,
      text: 'A graph without rings.',
      generation: { stopReason: null, promptTokens: 5 },
    });
    expect(operations.getConversation(turn.conversationId).updatedAt).toBe(8_000);
    expect(codeOf(() => operations.resumeAnswer(turn.questionId))).toBe('invalid-input');
    expect(codeOf(() => operations.resumeAnswer(newId()))).toBe('not-found');
  });
});

describe('interruptUnfinished', () => {
  it('ends what a crash left running, also in deleted conversations, and moves nothing in the list', () => {
    const db = openMemoryDatabase();
    const operations = createOperations(db);
    const [running, done, deleted] = [newTurn(), newTurn(), newTurn()];
    for (const turn of [running, done, deleted]) operations.startTurn(turn);
    operations.saveAnswerText(running.answerId, 'half an ans');
    operations.finishAnswer(completeOutcome(done.answerId));
    db.prepare('UPDATE conversations SET deleted_at = 1 WHERE id = ?').run(deleted.conversationId);
    const list = operations.listConversations();

    expect(operations.interruptUnfinished()).toBe(2);
    expect(operations.interruptUnfinished()).toBe(0);
    expect(operations.getMessage(running.answerId)).toMatchObject({
      status: 'interrupted',
      text: 'half an ans',
      generation: { stopReason: 'interrupted' },
    });
    expect(operations.getMessage(done.answerId)).toMatchObject({
      status: 'complete',
      generation: { stopReason: 'end-of-text' },
    });
    expect(operations.listConversations()).toEqual(list);
    operations.restoreConversation(deleted.conversationId);
    expect(operations.getMessage(deleted.answerId).status).toBe('interrupted');
  });
});

it('stores every status and stop reason of the contract', () => {
  const operations = memoryOperations();
  for (const status of messageStatuses.filter((each) => each !== 'generating')) {
    for (const stopReason of stopReasons) {
      const turn = newTurn();
      operations.startTurn(turn);
      expect(operations.finishAnswer(completeOutcome(turn.answerId, { status, facts: { stopReason } }))).toMatchObject({
        status,
        generation: { stopReason },
      });
    }
  }
});
