import { describe, expect, it } from 'vitest';
import { createOperations } from '../../../main/database/operations.ts';
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
} from '../../support/database.ts';

describe('the branch', () => {
  it('starts with a question and an empty answer', () => {
    const operations = memoryOperations();
    const turn = newTurn({ now: 77 });
    operations.startTurn(turn);
    expect(branchOf(operations, turn.conversationId)).toEqual([
      {
        id: turn.questionId,
        conversationId: turn.conversationId,
        parentId: null,
        role: 'prompter',
        text: turn.text,
        status: 'complete',
        errorCode: null,
        createdAt: 77,
        rating: null,
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
        rating: null,
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
    const ids = () => branchOf(operations, first.conversationId).map((message) => message.id);
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
    const branch = branchOf(operations, first.conversationId);
    expect(branch.map((message) => message.id)).toEqual([edited.questionId, edited.answerId]);
    expect(branch[0]?.siblingIds).toEqual([first.questionId, edited.questionId]);
  });

  it('keeps text exactly as it was, down to the NUL', () => {
    const operations = memoryOperations();
    const text = ' \n\0 <|prompter|> ‮ 🌳\u{1F468}‍\u{1F469} \r\n\t';
    const turn = newTurn({ text });
    operations.startTurn(turn);
    operations.finishAnswer(completeOutcome(turn.answerId, { text }));
    expect(branchOf(operations, turn.conversationId).map((message) => message.text)).toEqual([text, text]);
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
    branchOf(operations, turn.conversationId);
    operations.getEarlier(turn.conversationId, turn.answerId, 10);
    operations.getHistory(turn.answerId, 2048);
    operations.getSiblings(turn.answerId);
    operations.selectBranch(turn.conversationId, turn.questionId);
    operations.listUnfinishedBelow(turn.questionId);
    operations.deleteBranch(turn.answerId, 1);
    operations.restoreBranch(turn.answerId);
    operations.forkBranch(turn.answerId, newId(), 1);
    operations.interruptUnfinished();
    const steps = seen.flatMap((sql) => {
      const nulls = Array.from(sql.matchAll(/\?/g), () => null);
      return prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...nulls) as { detail: string }[];
    });
    const scans = steps
      .map((step) => step.detail)
      .filter((detail) => /^SCAN (m|messages|child|g|generations)\b/.test(detail));
    expect(seen.length).toBeGreaterThan(20);
    expect(scans.map((scan) => scan.replace('COVERING ', ''))).toEqual(
      Array(2).fill('SCAN messages USING INDEX messages_unfinished'),
    );
  });
});

describe('a stretch of a branch', () => {
  /** A branch of this many turns, each newer than the one before. */
  const longBranch = (count: number) => {
    const operations = memoryOperations();
    const turns = [newTurn()];
    for (let turn = turns[0]; turn !== undefined && turns.length < count; turn = turns.at(-1))
      turns.push(nextTurn(turn));
    turns.forEach(operations.startTurn);
    for (const { answerId } of turns) operations.finishAnswer(completeOutcome(answerId));
    const ids = turns.flatMap(({ questionId, answerId }) => [questionId, answerId]);
    return { operations, ids, conversationId: turns[0]?.conversationId ?? '' };
  };
  const idsOf = (messages: readonly { id: string }[]) => messages.map(({ id }) => id);

  it('is its end, and then what comes before', () => {
    const { operations, ids, conversationId } = longBranch(6);
    const end = operations.getBranchEnd(conversationId, 5, null);
    expect(idsOf(end.messages)).toEqual(ids.slice(7));
    expect(end.earlierCount).toBe(7);
    const before = operations.getEarlier(conversationId, ids[7] ?? '', 5);
    expect(idsOf(before.messages)).toEqual(ids.slice(2, 7));
    expect(before.earlierCount).toBe(2);
    const first = operations.getEarlier(conversationId, ids[2] ?? '', 5);
    expect(first).toMatchObject({ messages: [{ id: ids[0] }, { id: ids[1] }], earlierCount: 0 });
    expect(operations.getEarlier(conversationId, ids[0] ?? '', 5)).toEqual({ messages: [], earlierCount: 0 });
  });

  it('begins above the message that a reader is led to, and brings a page at least', () => {
    const { operations, ids, conversationId } = longBranch(40);
    const through = (index: number) => operations.getBranchEnd(conversationId, 4, ids[index] ?? '').messages[0]?.id;
    expect(through(50)).toBe(ids[30]);
    expect(through(5)).toBe(ids[0]);
    expect(through(79)).toBe(ids[59]);
    expect(operations.getBranchEnd(conversationId, 70, ids[79] ?? '').messages).toHaveLength(70);
    // What lies elsewhere changes nothing.
    expect(operations.getBranchEnd(conversationId, 4, newId()).messages).toHaveLength(4);
  });

  it('reaches up to an answer that is being written again', () => {
    const { operations, ids, conversationId } = longBranch(40);
    operations.resumeAnswer(ids[41] ?? '');
    expect(operations.getBranchEnd(conversationId, 4, null).messages[0]?.id).toBe(ids[41]);
  });

  it('carries the siblings of its messages, and nothing of a deleted branch', () => {
    const { operations, ids, conversationId } = longBranch(3);
    const instead = newTurn({ conversationId, newConversation: null, parentId: ids[1] ?? null });
    operations.startTurn(instead);
    expect(operations.getBranchEnd(conversationId, 2, null).messages[0]?.siblingIds).toEqual([
      ids[2],
      instead.questionId,
    ]);
    operations.deleteBranch(ids[2] ?? '', 1);
    expect(operations.getBranchEnd(conversationId, 2, null).messages[0]?.siblingIds).toEqual([instead.questionId]);
  });
});

describe('the tree', () => {
  it('holds every message with the beginning of its text on one line', () => {
    const operations = memoryOperations();
    const turn = newTurn({ text: '\n\n  Tell me\n\tabout   trees' });
    operations.startTurn(turn);
    const long = `${'🌳 '.repeat(500)}end`;
    operations.finishAnswer(completeOutcome(turn.answerId, { text: long }));
    operations.rateAnswer(turn.answerId, -1);
    const { nodes, currentLeafId } = operations.getTree(turn.conversationId);
    expect(nodes.map(({ excerpt }) => excerpt)).toEqual(['Tell me about trees', `${'🌳 '.repeat(39)}🌳…`]);
    expect(nodes.map(({ id, parentId, rating }) => ({ id, parentId, rating }))).toEqual([
      { id: turn.questionId, parentId: null, rating: null },
      { id: turn.answerId, parentId: turn.questionId, rating: -1 },
    ]);
    expect(currentLeafId).toBe(turn.answerId);
  });
});

describe('paths and single messages', () => {
  it('fail with not-found', () => {
    const operations = memoryOperations();
    const [mine, other] = [newTurn(), newTurn()];
    operations.startTurn(mine);
    operations.startTurn(other);
    const attempts = [
      () => operations.getHistory(newId(), 2048),
      () => operations.getSiblings(newId()),
      () => operations.getEarlier(mine.conversationId, other.answerId, 10),
      () => operations.getMessage(newId()),
      () => branchOf(operations, newId()),
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
    expect(branchOf(operations, turn.conversationId)).toHaveLength(2);
    expect(operations.getHistory(turn.answerId, 2048)).toHaveLength(2);
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
