import { describe, expect, it } from 'vitest';
import { createOperations } from '../../../main/database/operations.ts';
import { messageStatuses, stopReasons } from '../../../preload/contract/conversations.ts';
import { presets } from '../../../preload/contract/presets.ts';
import {
  answerFacts,
  branchOf,
  codeOf,
  completeOutcome,
  memoryOperations,
  newId,
  newTurn,
  nextTurn,
  openMemoryDatabase,
  wholeList,
} from '../../support/database.ts';

describe('startTurn', () => {
  it('writes all or nothing', () => {
    const operations = memoryOperations();
    const turn = newTurn();
    operations.startTurn(turn);
    const before = branchOf(operations, turn.conversationId);
    // The answer's id is taken, which only the last insert can notice.
    expect(codeOf(() => operations.startTurn(nextTurn(turn, { answerId: turn.answerId })))).toMatch(
      /^SQLITE_CONSTRAINT/,
    );
    expect(codeOf(() => operations.startTurn(newTurn({ answerId: turn.answerId })))).toMatch(/^SQLITE_CONSTRAINT/);
    expect(branchOf(operations, turn.conversationId)).toEqual(before);
    expect(operations.listConversations(wholeList)).toHaveLength(1);
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
    expect(branchOf(operations, turn.conversationId)).toHaveLength(2);
  });
});

describe('startReplies', () => {
  it('adds an answer beside the others and shows it', () => {
    const operations = memoryOperations();
    const turn = newTurn();
    const answerId = newId();
    operations.startTurn(turn);
    const facts = { ...answerFacts, presetId: 'typical2' as const, parameters: presets.typical2, modelSha256: null };
    const { conversationId, questionId: parentId } = turn;
    operations.startReplies({ conversationId, parentId, answers: [{ answerId, facts }], now: 9_000 });
    const branch = branchOf(operations, turn.conversationId);
    expect(branch.map((message) => message.id)).toEqual([turn.questionId, answerId]);
    expect(branch[1]).toMatchObject({ status: 'generating', siblingIds: [turn.answerId, answerId], generation: facts });
    expect(operations.getConversation(turn.conversationId).updatedAt).toBe(9_000);
  });

  it('adds several at once, shows the first, and writes all or nothing', () => {
    const operations = memoryOperations();
    const turn = newTurn();
    operations.startTurn(turn);
    const { conversationId, questionId: parentId } = turn;
    const answers = Array.from({ length: 3 }, (_, seed) => ({ answerId: newId(), facts: { ...answerFacts, seed } }));
    const ids = answers.map(({ answerId }) => answerId);
    operations.startReplies({ conversationId, parentId, answers, now: 1 });
    const shown = branchOf(operations, conversationId).at(-1);
    expect(shown).toMatchObject({ id: ids[0], siblingIds: [turn.answerId, ...ids] });
    expect(operations.getSiblings(turn.answerId).map(({ generation }) => generation?.seed)).toEqual([
      answerFacts.seed,
      ...[0, 1, 2],
    ]);

    const twice = [{ answerId: newId(), facts: answerFacts }, ...answers];
    const replies = { conversationId, parentId, answers: twice, now: 2 };
    expect(codeOf(() => operations.startReplies(replies))).toMatch(/^SQLITE_CONSTRAINT/);
    expect(branchOf(operations, conversationId).at(-1)).toEqual(shown);
  });

  it('refuses a parent that is no question of this conversation', () => {
    const operations = memoryOperations();
    const [turn, other] = [newTurn(), newTurn()];
    operations.startTurn(turn);
    operations.startTurn(other);
    const answers = [{ answerId: newId(), facts: answerFacts }];
    const reply = { conversationId: turn.conversationId, answers, now: 1 };
    expect(codeOf(() => operations.startReplies({ ...reply, parentId: turn.answerId }))).toBe('invalid-input');
    expect(codeOf(() => operations.startReplies({ ...reply, parentId: other.questionId }))).toBe('not-found');
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
    const list = operations.listConversations(wholeList);

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
    expect(operations.listConversations(wholeList)).toEqual(list);
    operations.restoreConversations([deleted.conversationId]);
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
