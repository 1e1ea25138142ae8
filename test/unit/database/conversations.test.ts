import { describe, expect, it } from 'vitest';
import { createOperations } from '../../../main/database/operations.ts';
import {
  codeOf,
  completeOutcome,
  memoryOperations,
  newId,
  newTurn,
  nextTurn,
  openMemoryDatabase,
} from '../../support/database.ts';

describe('the conversation list', () => {
  it('is ordered by the newest message, newest first', () => {
    const operations = memoryOperations();
    const older = newTurn({ now: 10, newConversation: { title: 'older', origin: 'terminal' } });
    const newer = newTurn({ now: 20, newConversation: { title: 'newer', origin: 'quick-ask' } });
    operations.startTurn(older);
    operations.startTurn(newer);
    expect(operations.listConversations().map((row) => row.title)).toEqual(['newer', 'older']);
    operations.startTurn(nextTurn(older, { now: 30 }));
    expect(operations.listConversations()).toEqual([
      {
        ...{ id: older.conversationId, title: 'older', createdAt: 10, updatedAt: 30 },
        ...{ origin: 'terminal', presetId: null },
      },
      {
        ...{ id: newer.conversationId, title: 'newer', createdAt: 20, updatedAt: 20 },
        ...{ origin: 'quick-ask', presetId: null },
      },
    ]);
  });

  it('comes from one walk along its index', () => {
    const db = openMemoryDatabase();
    const plan = db
      .prepare(
        'EXPLAIN QUERY PLAN SELECT id, title FROM conversations WHERE deleted_at IS NULL ORDER BY updated_at DESC, id DESC',
      )
      .all() as { detail: string }[];
    expect(plan.map((step) => step.detail)).toEqual(['SCAN conversations USING INDEX conversations_listed']);
  });
});

describe('renaming', () => {
  it('changes the title, not the place in the list', () => {
    const db = openMemoryDatabase();
    const operations = createOperations(db);
    const turn = newTurn({ now: 10 });
    operations.startTurn(turn);
    const before = operations.getConversation(turn.conversationId);
    expect(operations.renameConversation(turn.conversationId, 'By hand')).toEqual({ ...before, title: 'By hand' });
    expect(before.updatedAt).toBe(10);
    expect(db.prepare('SELECT title_by_hand FROM conversations').pluck().get()).toBe(1);
  });

  it('keeps quotes, percent signs and other scripts as they are', () => {
    const operations = memoryOperations();
    const turn = newTurn();
    operations.startTurn(turn);
    const title = `'; DROP TABLE conversations; -- "100 %" 木 🌳`;
    expect(operations.renameConversation(turn.conversationId, title).title).toBe(title);
  });
});

describe('choosing a preset', () => {
  it('sets it for one conversation, and leaves its place in the list', () => {
    const operations = memoryOperations();
    const [turn, other] = [newTurn({ now: 10 }), newTurn({ now: 20 })];
    operations.startTurn(turn);
    operations.startTurn(other);
    const before = operations.getConversation(turn.conversationId);
    expect(operations.chooseConversationPreset(turn.conversationId, 'typical2')).toEqual({
      ...before,
      presetId: 'typical2',
    });
    expect(operations.listConversations().map(({ presetId }) => presetId)).toEqual([null, 'typical2']);
    expect(operations.chooseConversationPreset(turn.conversationId, null)).toEqual(before);
  });
});

describe('deleting', () => {
  it('hides a conversation from everything, and restoring brings it back unchanged', () => {
    const operations = memoryOperations();
    const turn = newTurn();
    const { conversationId, questionId, answerId } = turn;
    operations.startTurn(turn);
    operations.finishAnswer(completeOutcome(answerId));
    const before = {
      summary: operations.getConversation(conversationId),
      branch: operations.getBranch(conversationId),
    };

    operations.deleteConversation(conversationId, 5_000);
    expect(operations.listConversations()).toEqual([]);
    const attempts = [
      () => operations.getConversation(conversationId),
      () => operations.renameConversation(conversationId, 'x'),
      () => operations.chooseConversationPreset(conversationId, 'k50'),
      () => operations.deleteConversation(conversationId, 6_000),
      () => operations.getBranch(conversationId),
      () => operations.getPath(answerId),
      () => operations.getMessage(questionId),
      () => operations.selectBranch(conversationId, answerId),
      () => operations.startTurn(nextTurn(turn)),
      () => operations.startReply({ ...turn, parentId: questionId, answerId: newId() }),
      () => operations.resumeAnswer(answerId),
      () => operations.saveAnswerText(answerId, 'x'),
      () => operations.finishAnswer(completeOutcome(answerId)),
    ];
    expect(attempts.map(codeOf)).toEqual(attempts.map(() => 'not-found'));

    expect(operations.restoreConversation(conversationId)).toEqual(before.summary);
    expect(operations.getBranch(conversationId)).toEqual(before.branch);
    expect(operations.restoreConversation(conversationId), 'restoring twice').toEqual(before.summary);
  });

  it('leaves no answer behind that nobody writes', () => {
    const operations = memoryOperations();
    const [running, other] = [newTurn(), newTurn()];
    operations.startTurn(running);
    operations.startTurn(other);
    operations.saveAnswerText(running.answerId, 'half');
    operations.deleteConversation(running.conversationId, 5_000);
    operations.restoreConversation(running.conversationId);
    expect(operations.getMessage(running.answerId)).toMatchObject({
      status: 'interrupted',
      text: 'half',
      generation: { stopReason: 'interrupted' },
    });
    expect(operations.getMessage(other.answerId).status).toBe('generating');
  });

  it('fails with not-found for what never was', () => {
    const operations = memoryOperations();
    const attempts = [
      () => operations.deleteConversation(newId(), 1),
      () => operations.restoreConversation(newId()),
      () => operations.renameConversation(newId(), 'x'),
      () => operations.getConversation(newId()),
    ];
    expect(attempts.map(codeOf)).toEqual(attempts.map(() => 'not-found'));
  });
});

describe('purging', () => {
  it('removes what was deleted before a time, with all its rows, and nothing else', () => {
    const db = openMemoryDatabase();
    const operations = createOperations(db);
    const turns = [newTurn(), newTurn(), newTurn()] as const;
    for (const turn of turns) operations.startTurn(turn);
    operations.deleteConversation(turns[0].conversationId, 100);
    operations.deleteConversation(turns[1].conversationId, 200);

    expect(operations.purgeDeleted(200)).toBe(1);
    expect(codeOf(() => operations.restoreConversation(turns[0].conversationId))).toBe('not-found');
    expect(operations.restoreConversation(turns[1].conversationId).id).toBe(turns[1].conversationId);
    const rows = db
      .prepare('SELECT (SELECT count(*) FROM messages) AS messages, (SELECT count(*) FROM generations) AS generations')
      .get();
    expect(rows).toEqual({ messages: 4, generations: 2 });
    expect(operations.purgeDeleted(Number.MAX_SAFE_INTEGER)).toBe(0);
  });

  it('copes with a conversation deeper than SQLite lets cascades nest', () => {
    const db = openMemoryDatabase();
    const operations = createOperations(db);
    let turn = newTurn();
    const { conversationId } = turn;
    db.exec('BEGIN');
    operations.startTurn(turn);
    for (let depth = 1; depth < 1_500; depth++) operations.startTurn((turn = nextTurn(turn)));
    db.exec('COMMIT');
    expect(operations.getBranch(conversationId)).toHaveLength(3_000);
    operations.deleteConversation(conversationId, 1);
    expect(operations.purgeDeleted(2)).toBe(1);
    expect(db.prepare('SELECT count(*) FROM messages').pluck().get()).toBe(0);
    expect(db.pragma('foreign_key_check')).toEqual([]);
  });
});
