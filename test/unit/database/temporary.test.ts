import { describe, expect, it } from 'vitest';
import { createOperations } from '../../../main/database/operations.ts';
import type { NewTurn } from '../../../main/database/protocol.ts';
import { withTemporary } from '../../../main/database/temporary.ts';
import { codeOf, completeOutcome, newId, newTurn, nextTurn, openMemoryDatabase } from '../../support/database.ts';

const temporaryTurn = (changes: Partial<NewTurn> = {}): NewTurn =>
  newTurn({ newConversation: { title: 'Secret', origin: 'window', isTemporary: true }, ...changes });

/** The operations with temporary conversations, and the database that stands for the one on disk. */
function open() {
  const db = openMemoryDatabase();
  const onDisk = createOperations(db);
  const rows = (): unknown[] =>
    ['conversations', 'messages', 'generations', 'drafts', 'edits', 'queued_questions'].flatMap((table) =>
      db.prepare(`SELECT * FROM ${table}`).all(),
    );
  return { operations: withTemporary(onDisk), onDisk, rows };
}

const listed = { isArchived: false, after: null, limit: 100 };

describe('a temporary conversation', () => {
  it('goes on like any other, and nothing of it is in the database', () => {
    const { operations, rows } = open();
    const turn = temporaryTurn();
    const { conversationId } = turn;
    operations.startTurn(turn);
    operations.saveAnswerText(turn.answerId, 'a se');
    operations.finishAnswer(completeOutcome(turn.answerId, { text: 'a secret' }));
    const next = nextTurn(turn);
    operations.startTurn(next);
    operations.saveDraft({ conversationId, text: 'unsent' });
    operations.saveDraft({ conversationId, insteadOf: turn.questionId, text: 'in other words' });
    operations.addQueuedQuestion({ id: newId(), conversationId, text: 'later', now: 1 });
    operations.renameConversation(conversationId, 'Another name');

    expect(operations.getMessage(turn.answerId)).toMatchObject({ text: 'a secret', status: 'complete' });
    expect(operations.getCurrentLeaf(conversationId)).toMatchObject({ id: next.answerId });
    expect(operations.getConversation(conversationId)).toMatchObject({ title: 'Another name', isTemporary: true });
    expect(operations.getQueue(conversationId)).toHaveLength(1);
    expect(rows()).toEqual([]);
  });

  it('is in no list, and never among all that is exported', () => {
    const { operations } = open();
    const kept = newTurn();
    const temporary = temporaryTurn();
    operations.startTurn(kept);
    operations.startTurn(temporary);
    expect(operations.listConversations(listed).map(({ id }) => id)).toEqual([kept.conversationId]);
    expect(operations.listExportable()).toEqual([kept.conversationId]);
    operations.saveDraft({ conversationId: temporary.conversationId, text: 'x' });
    expect(operations.listDrafts()).toEqual([]);
    operations.deleteConversations([temporary.conversationId], 5);
    expect(operations.listTrash()).toEqual([]);
  });

  it('can be exported when it is named', () => {
    const { operations } = open();
    const turn = temporaryTurn();
    operations.startTurn(turn);
    const { conversations } = operations.readConversations([turn.conversationId]);
    expect(conversations.map(({ title }) => title)).toEqual(['Secret']);
  });

  it('leaves the others alone', () => {
    const { operations, onDisk } = open();
    const kept = newTurn();
    operations.startTurn(temporaryTurn());
    operations.startTurn(kept);
    operations.finishAnswer(completeOutcome(kept.answerId));
    expect(operations.getConversation(kept.conversationId).isTemporary).toBe(false);
    expect(onDisk.getMessage(kept.answerId).status).toBe('complete');
    operations.forgetTemporary(kept.conversationId);
    operations.keepTemporary(kept.conversationId);
    expect(onDisk.getConversation(kept.conversationId)).toEqual(operations.getConversation(kept.conversationId));
  });

  it('is gone once it is forgotten, also with deeper trees', () => {
    const { operations } = open();
    const first = temporaryTurn();
    const second = temporaryTurn();
    operations.startTurn(first);
    operations.startTurn(second);
    operations.finishAnswer(completeOutcome(first.answerId));
    operations.startTurn(nextTurn(first));
    operations.forgetTemporary(first.conversationId);
    expect(codeOf(() => operations.getConversation(first.conversationId))).toBe('not-found');
    expect(codeOf(() => operations.getMessage(first.answerId))).toBe('not-found');
    expect(operations.getConversation(second.conversationId).isTemporary).toBe(true);
    expect(operations.listTemporary()).toEqual([second.conversationId]);
    operations.forgetTemporary(second.conversationId);
    expect(codeOf(() => operations.getConversation(second.conversationId))).toBe('not-found');
    const third = temporaryTurn();
    operations.startTurn(third);
    expect(operations.getMessage(third.questionId).text).toBe(third.text);
  });
});

describe('keeping a temporary conversation', () => {
  it('moves all of it to the disk, under the same ids', () => {
    const { operations, onDisk } = open();
    const turn = temporaryTurn();
    const { conversationId } = turn;
    operations.startTurn(turn);
    operations.finishAnswer(completeOutcome(turn.answerId));
    const next = nextTurn(turn);
    operations.startTurn(next);
    operations.addQueuedQuestion({ id: newId(), conversationId, text: 'later', now: 7 });
    const edit = { conversationId, insteadOf: turn.questionId, text: 'in other words' };
    operations.saveDraft(edit);
    const before = operations.getConversation(conversationId);
    const answer = operations.getMessage(turn.answerId);

    operations.keepTemporary(conversationId);
    expect(onDisk.getConversation(conversationId)).toEqual({ ...before, isTemporary: false });
    expect(onDisk.getMessage(turn.answerId)).toEqual(answer);
    expect(onDisk.getCurrentLeaf(conversationId)).toMatchObject({ id: next.answerId });
    expect(onDisk.getQueue(conversationId)).toMatchObject([{ text: 'later', createdAt: 7 }]);
    expect(onDisk.listDrafts()).toEqual([edit]);
    // The answer that is being written goes on there.
    operations.saveAnswerText(next.answerId, 'half');
    expect(onDisk.getMessage(next.answerId)).toMatchObject({ text: 'half', status: 'generating' });
    operations.forgetTemporary(conversationId);
    expect(operations.listTemporary()).toEqual([]);
    expect(operations.getConversation(conversationId).isTemporary).toBe(false);
  });
});
