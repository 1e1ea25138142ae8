import { describe, expect, it } from 'vitest';
import { createOperations } from '../../../main/database/operations.ts';
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

describe('the branch', () => {
  it('starts with a question and an empty answer', () => {
    const operations = memoryOperations();
    const turn = newTurn({ now: 77 });
    operations.startTurn(turn);
    expect(operations.getBranch(turn.conversationId)).toEqual([
      {
        id: turn.questionId,
        conversationId: turn.conversationId,
        parentId: null,
        role: 'prompter',
        text: turn.text,
        status: 'complete',
        errorCode: null,
        createdAt: 77,
        siblingIds: [turn.questionId],
        generation: null,
      },
      {
        id: turn.answerId,
        conversationId: turn.conversationId,
        parentId: turn.questionId,
        role: 'assistant',
        text: '',
        status: 'generating',
        errorCode: null,
        createdAt: 77,
        siblingIds: [turn.answerId],
        generation: {
          ...answerFacts,
          promptTokens: null,
          reusedTokens: null,
          replyTokens: null,
          promptMs: null,
          replyMs: null,
          stopReason: null,
          firstVisibleMessageId: null,
          windowTokens: null,
        },
      },
    ]);
  });

  it('follows the current leaf, and siblings are listed oldest first', () => {
    const operations = memoryOperations();
    const first = newTurn();
    const second = nextTurn(first);
    const edited = nextTurn(first);
    operations.startTurn(first);
    operations.startTurn(second);
    operations.startTurn(edited);
    const ids = () => operations.getBranch(first.conversationId).map((message) => message.id);
    expect(ids()).toEqual([first.questionId, first.answerId, edited.questionId, edited.answerId]);
    expect(operations.getMessage(second.questionId).siblingIds).toEqual([second.questionId, edited.questionId]);

    operations.selectBranch(first.conversationId, second.questionId);
    expect(ids()).toEqual([first.questionId, first.answerId, second.questionId, second.answerId]);
  });

  it('may begin with one of several first questions', () => {
    const operations = memoryOperations();
    const first = newTurn();
    const edited = nextTurn(first, { parentId: null });
    const elsewhere = newTurn();
    for (const turn of [first, edited, elsewhere]) operations.startTurn(turn);
    const branch = operations.getBranch(first.conversationId);
    expect(branch.map((message) => message.id)).toEqual([edited.questionId, edited.answerId]);
    expect(branch[0]?.siblingIds).toEqual([first.questionId, edited.questionId]);
  });

  it('keeps text exactly as it was, down to the NUL', () => {
    const operations = memoryOperations();
    const text = ' \n\0 <|prompter|> ‮ 🌳\u{1F468}‍\u{1F469} \r\n\t';
    const turn = newTurn({ text });
    operations.startTurn(turn);
    operations.finishAnswer(completeOutcome(turn.answerId, { text }));
    expect(operations.getBranch(turn.conversationId).map((message) => message.text)).toEqual([text, text]);
  });

  it('is read without scanning the messages', () => {
    const db = openMemoryDatabase();
    const operations = createOperations(db);
    const turn = newTurn();
    operations.startTurn(turn);
    const seen: string[] = [];
    // The statements as they are run, taken from the connection itself.
    const prepare = db.prepare.bind(db);
    db.prepare = (sql: string) => (seen.push(sql), prepare(sql));
    operations.getBranch(turn.conversationId);
    operations.selectBranch(turn.conversationId, turn.questionId);
    operations.interruptUnfinished();
    const steps = seen.flatMap((sql) => {
      const nulls = Array.from(sql.matchAll(/\?/g), () => null);
      return prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...nulls) as { detail: string }[];
    });
    const scans = steps
      .map((step) => step.detail)
      .filter((detail) => /^SCAN (m|messages|child|g|generations)\b/.test(detail));
    expect(seen.length).toBeGreaterThan(4);
    expect(scans).toEqual(Array(2).fill('SCAN messages USING INDEX messages_unfinished'));
  });
});

describe('paths and single messages', () => {
  it('lead from the root to the message, whatever is shown', () => {
    const operations = memoryOperations();
    const first = newTurn();
    const second = nextTurn(first);
    operations.startTurn(first);
    operations.startTurn(second);
    expect(operations.getPath(second.questionId).map((message) => message.id)).toEqual([
      first.questionId,
      first.answerId,
      second.questionId,
    ]);
    expect(operations.getPath(first.questionId)).toEqual([operations.getMessage(first.questionId)]);
  });

  it('fail with not-found', () => {
    const operations = memoryOperations();
    const [mine, other] = [newTurn(), newTurn()];
    operations.startTurn(mine);
    operations.startTurn(other);
    const attempts = [
      () => operations.getPath(newId()),
      () => operations.getMessage(newId()),
      () => operations.getBranch(newId()),
      () => operations.selectBranch(mine.conversationId, newId()),
      () => operations.selectBranch(mine.conversationId, other.answerId),
    ];
    expect(attempts.map(codeOf)).toEqual(attempts.map(() => 'not-found'));
  });

  it('end even where damage bent parents into a ring', () => {
    const db = openMemoryDatabase();
    const operations = createOperations(db);
    const turn = newTurn();
    operations.startTurn(turn);
    db.prepare('UPDATE messages SET parent_id = ? WHERE id = ?').run(turn.answerId, turn.questionId);
    expect(operations.getPath(turn.answerId)).toHaveLength(2);
    expect(codeOf(() => operations.selectBranch(turn.conversationId, turn.questionId))).toBe('none');
  });

  it('show an answer whose facts cannot be read', () => {
    const db = openMemoryDatabase();
    const operations = createOperations(db);
    const turn = newTurn();
    operations.startTurn(turn);
    operations.finishAnswer(completeOutcome(turn.answerId, { status: 'failed', errorCode: 'engine-crashed' }));
    db.prepare(`UPDATE generations SET parameters = '{"temperature":"warm"}'`).run();
    db.prepare(`UPDATE messages SET error_code = 'a-later-code' WHERE id = ?`).run(turn.answerId);
    expect(operations.getMessage(turn.answerId)).toMatchObject({
      text: 'A graph without rings.',
      generation: null,
      errorCode: 'internal',
    });
  });
});
