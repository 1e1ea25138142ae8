import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { migrate } from '../../../main/database/migrations/index.ts';
import { createOperations } from '../../../main/database/operations.ts';
import type { ConversationSummary } from '../../../preload/contract/conversations.ts';
import {
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

function pinned(list: ConversationSummary[]): string[] {
  return list.map(({ title, isPinned }) => (isPinned ? `${title}, pinned` : title));
}

describe('the conversation list', () => {
  it('is ordered by the newest message, newest first', () => {
    const operations = memoryOperations();
    const older = newTurn({ now: 10, newConversation: { title: 'older', origin: 'terminal' } });
    const newer = newTurn({ now: 20, newConversation: { title: 'newer', origin: 'quick-ask' } });
    operations.startTurn(older);
    operations.startTurn(newer);
    expect(operations.listConversations(wholeList).map((row) => row.title)).toEqual(['newer', 'older']);
    operations.startTurn(nextTurn(older, { now: 30 }));
    const place = { folderId: null, isPinned: false, isArchived: false, isTemporary: false };
    expect(operations.listConversations(wholeList)).toEqual([
      {
        ...{ id: older.conversationId, title: 'older', createdAt: 10, updatedAt: 30 },
        ...{ origin: 'terminal', presetId: null, ...place },
      },
      {
        ...{ id: newer.conversationId, title: 'newer', createdAt: 20, updatedAt: 20 },
        ...{ origin: 'quick-ask', presetId: null, ...place },
      },
    ]);
  });

  it('comes in pages that end where the next one begins, also among equal times', () => {
    const operations = memoryOperations();
    const turns = Array.from({ length: 30 }, (_value, index) => newTurn({ now: 10 + Math.floor(index / 4) }));
    for (const turn of turns) operations.startTurn(turn);
    const chosen = turns.filter((_turn, index) => index % 5 === 0).map((turn) => turn.conversationId);
    operations.organiseConversations({ conversationIds: chosen, isPinned: true });
    const whole = operations.listConversations(wholeList);
    expect(whole.map(({ isPinned }) => isPinned)).toEqual(whole.map((_row, index) => index < chosen.length));

    const paged: ConversationSummary[] = [];
    for (;;) {
      const page = operations.listConversations({ isArchived: false, after: paged.at(-1) ?? null, limit: 7 });
      paged.push(...page);
      if (page.length < 7) break;
    }
    expect(paged).toEqual(whole);
  });

  it('and each page of it come from a walk along its index', () => {
    const ran: string[] = [];
    const db = new Database(':memory:', { verbose: (sql) => void ran.push(String(sql)) });
    onTestFinished(() => void db.close());
    migrate(db);
    const operations = createOperations(db);
    ran.length = 0;
    operations.listConversations(wholeList);
    operations.listConversations({ ...wholeList, after: { isPinned: true, updatedAt: 5, id: newId() } });
    const plans = [...ran].map((sql) => db.prepare<[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`).all());
    expect(plans.map((steps) => steps.map(({ detail }) => detail))).toEqual([
      ['SEARCH conversations USING INDEX conversations_listed (is_archived=?)'],
      ['SEARCH conversations USING INDEX conversations_listed (is_archived=? AND (is_pinned,updated_at,id)<(?,?,?))'],
    ]);
  });

  it('knows those that were spoken in last, pinned or not, and none of the archive', () => {
    const operations = memoryOperations();
    const turns = ['a', 'b', 'c', 'd'].map((title, index) =>
      newTurn({ now: index, newConversation: { title, origin: 'window' } }),
    );
    for (const turn of turns) operations.startTurn(turn);
    const [a, b, , d] = turns.map(({ conversationId }) => conversationId);
    operations.organiseConversations({ conversationIds: [a ?? '', b ?? ''], isPinned: true });
    operations.organiseConversations({ conversationIds: [d ?? ''], isArchived: true });
    expect(pinned(operations.newestConversations(2))).toEqual(['c', 'b, pinned']);
    expect(operations.newestConversations(9).map(({ title }) => title)).toEqual(['c', 'b', 'a']);
  });

  it('finds those of some conversations that are there', () => {
    const operations = memoryOperations();
    const [kept, deleted] = [newTurn(), newTurn()];
    operations.startTurn(kept);
    operations.startTurn(deleted);
    operations.deleteConversations([deleted.conversationId], 5_000);
    const found = operations.findConversations([kept.conversationId, deleted.conversationId, newId()]);
    expect(found).toEqual([operations.getConversation(kept.conversationId)]);
  });
});

describe('organising', () => {
  it('changes what it names, in all of the conversations, and leaves their times', () => {
    const operations = memoryOperations();
    const turns = [newTurn({ now: 10 }), newTurn({ now: 20 })];
    for (const turn of turns) operations.startTurn(turn);
    const conversationIds = turns.map(({ conversationId }) => conversationId);
    const folder = { id: newId(), name: 'Recipes', createdAt: 1 };
    operations.createFolder(folder);
    const before = operations.findConversations(conversationIds);
    operations.organiseConversations({ conversationIds: [...conversationIds, newId()], folderId: folder.id });
    operations.organiseConversations({ conversationIds, isPinned: true, isArchived: undefined });
    expect(operations.findConversations(conversationIds)).toEqual(
      before.map((summary) => ({ ...summary, folderId: folder.id, isPinned: true })),
    );
    operations.organiseConversations({ conversationIds, isPinned: false, folderId: null });
    expect(operations.findConversations(conversationIds)).toEqual(before);
    operations.organiseConversations({ conversationIds });
    expect(operations.findConversations(conversationIds)).toEqual(before);
  });

  it('puts conversations into the archive and takes them out again', () => {
    const operations = memoryOperations();
    const turn = newTurn();
    operations.startTurn(turn);
    const conversationIds = [turn.conversationId];
    operations.organiseConversations({ conversationIds, isArchived: true });
    expect(operations.listConversations(wholeList)).toEqual([]);
    expect(operations.listConversations({ ...wholeList, isArchived: true })).toHaveLength(1);
    operations.organiseConversations({ conversationIds, isArchived: false });
    expect(operations.listConversations(wholeList)).toHaveLength(1);
  });

  it('moves nothing into a folder that is gone', () => {
    const operations = memoryOperations();
    const turn = newTurn();
    operations.startTurn(turn);
    const input = { conversationIds: [turn.conversationId], folderId: newId(), isPinned: true };
    expect(codeOf(() => operations.organiseConversations(input))).toBe('not-found');
    expect(operations.getConversation(turn.conversationId)).toMatchObject({ folderId: null, isPinned: false });
  });

  it('leaves conversations in the trash as they are', () => {
    const operations = memoryOperations();
    const turn = newTurn();
    operations.startTurn(turn);
    operations.deleteConversations([turn.conversationId], 5_000);
    operations.organiseConversations({ conversationIds: [turn.conversationId], isPinned: true });
    operations.restoreConversations([turn.conversationId]);
    expect(operations.getConversation(turn.conversationId).isPinned).toBe(false);
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
    expect(operations.listConversations(wholeList).map(({ presetId }) => presetId)).toEqual([null, 'typical2']);
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
      branch: branchOf(operations, conversationId),
    };

    operations.deleteConversations([conversationId], 5_000);
    expect(operations.listConversations(wholeList)).toEqual([]);
    const attempts = [
      () => operations.getConversation(conversationId),
      () => operations.renameConversation(conversationId, 'x'),
      () => operations.chooseConversationPreset(conversationId, 'k50'),
      () => operations.deleteConversations([conversationId], 6_000),
      () => branchOf(operations, conversationId),
      () => operations.getHistory(answerId, 2048),
      () => operations.getEarlier(conversationId, answerId, 10),
      () => operations.getSiblings(answerId),
      () => operations.getTree(conversationId),
      () => operations.getCurrentLeaf(conversationId),
      () => operations.deleteBranch(answerId, 6_000),
      () => operations.restoreBranch(answerId),
      () => operations.forkBranch(answerId, newId(), 6_000),
      () => operations.rateAnswer(answerId, 1),
      () => operations.getMessage(questionId),
      () => operations.selectBranch(conversationId, answerId),
      () => operations.startTurn(nextTurn(turn)),
      () => operations.startReplies({ ...turn, parentId: questionId, answers: [turn] }),
      () => operations.resumeAnswer(answerId),
      () => operations.saveAnswerText(answerId, 'x'),
      () => operations.finishAnswer(completeOutcome(answerId)),
    ];
    expect(attempts.map(codeOf)).toEqual(attempts.map(() => 'not-found'));

    for (const times of ['once', 'twice']) {
      operations.restoreConversations([conversationId]);
      expect(operations.getConversation(conversationId), times).toEqual(before.summary);
      expect(branchOf(operations, conversationId), times).toEqual(before.branch);
    }
  });

  it('leaves no answer behind that nobody writes', () => {
    const operations = memoryOperations();
    const [running, other] = [newTurn(), newTurn()];
    operations.startTurn(running);
    operations.startTurn(other);
    operations.saveAnswerText(running.answerId, 'half');
    operations.deleteConversations([running.conversationId], 5_000);
    operations.restoreConversations([running.conversationId]);
    expect(operations.getMessage(running.answerId)).toMatchObject({
      status: 'interrupted',
      text: 'half',
      generation: { stopReason: 'interrupted' },
    });
    expect(operations.getMessage(other.answerId).status).toBe('generating');
  });

  it('takes many at once, and passes over what is gone', () => {
    const operations = memoryOperations();
    const turns = [newTurn(), newTurn(), newTurn()];
    for (const turn of turns) operations.startTurn(turn);
    const ids = turns.map(({ conversationId }) => conversationId);
    operations.deleteConversations([...ids.slice(0, 2), newId()], 5_000);
    operations.deleteConversations(ids, 6_000);
    expect(operations.listConversations(wholeList)).toEqual([]);
    expect(operations.listTrash().map(({ deletedAt }) => deletedAt)).toEqual([6_000, 5_000, 5_000]);
    operations.restoreConversations([...ids, newId()]);
    expect(operations.listConversations(wholeList)).toHaveLength(3);
  });

  it('fails with not-found for what never was', () => {
    const operations = memoryOperations();
    const attempts = [
      () => operations.deleteConversations([newId()], 1),
      () => operations.restoreConversations([newId()]),
      () => operations.renameConversation(newId(), 'x'),
      () => operations.getConversation(newId()),
    ];
    expect(attempts.map(codeOf)).toEqual(attempts.map(() => 'not-found'));
  });
});
