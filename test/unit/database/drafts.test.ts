import { describe, expect, it } from 'vitest';
import { createOperations } from '../../../main/database/operations.ts';
import { codeOf, memoryOperations, newId, newTurn, nextTurn, openMemoryDatabase } from '../../support/database.ts';

describe('drafts', () => {
  it('are kept for each conversation and for the next one, the newest in place of the one before', () => {
    const operations = memoryOperations();
    const { conversationId, ...turn } = newTurn();
    operations.startTurn({ conversationId, ...turn });
    for (const text of ['h', 'half', 'half a “quest” 日本']) {
      operations.saveDraft({ conversationId, text });
      operations.saveDraft({ conversationId: null, text: `${text}, new` });
    }
    expect(operations.listDrafts()).toHaveLength(2);
    expect(operations.listDrafts()).toEqual(
      expect.arrayContaining([
        { conversationId, text: 'half a “quest” 日本' },
        { conversationId: null, text: 'half a “quest” 日本, new' },
      ]),
    );
  });

  it('go when they are empty', () => {
    const operations = memoryOperations();
    operations.saveDraft({ conversationId: null, text: 'x' });
    operations.saveDraft({ conversationId: null, text: '' });
    expect(operations.listDrafts()).toEqual([]);
  });

  it('are not kept for a conversation that is not there', () => {
    const operations = memoryOperations();
    expect(codeOf(() => operations.saveDraft({ conversationId: newId(), text: 'x' }))).toBe('not-found');
    expect(operations.listDrafts()).toEqual([]);
  });

  it('go to the trash with their conversation and come back with it', () => {
    const db = openMemoryDatabase();
    const operations = createOperations(db);
    const turn = newTurn();
    const { conversationId } = turn;
    operations.startTurn(turn);
    operations.saveDraft({ conversationId, text: 'unsent' });
    operations.deleteConversations([conversationId], 10);
    expect(operations.listDrafts()).toEqual([]);
    operations.restoreConversations([conversationId]);
    expect(operations.listDrafts()).toEqual([{ conversationId, text: 'unsent' }]);
    operations.deleteConversations([conversationId], 10);
    operations.purgeDeleted(11);
    expect(db.prepare('SELECT count(*) FROM drafts').pluck().get()).toBe(0);
  });
});

describe('questions in other words', () => {
  /** One question that goes on in two ways, the first of which is on the page. */
  function withEdits() {
    const db = openMemoryDatabase();
    const operations = createOperations(db);
    const first = newTurn();
    const [kept, branch] = [nextTurn(first), nextTurn(first)];
    for (const turn of [first, kept, branch]) operations.startTurn(turn);
    const { conversationId } = first;
    const edit = (insteadOf: string, text: string): void => operations.saveDraft({ conversationId, insteadOf, text });
    return { db, operations, conversationId, first, branch, edit };
  }

  it('are kept for each question, beside what is unsent in its conversation', () => {
    const { operations, conversationId, first, branch, edit } = withEdits();
    operations.saveDraft({ conversationId, text: 'unsent' });
    edit(first.questionId, 'In');
    edit(first.questionId, 'In other words');
    edit(branch.questionId, 'And so');
    expect(operations.listDrafts()).toEqual(
      expect.arrayContaining([
        { conversationId, text: 'unsent' },
        { conversationId, insteadOf: first.questionId, text: 'In other words' },
        { conversationId, insteadOf: branch.questionId, text: 'And so' },
      ]),
    );
    edit(first.questionId, '');
    edit(branch.questionId, '');
    expect(operations.listDrafts()).toEqual([{ conversationId, text: 'unsent' }]);
  });

  it('are kept for no question that is not there, or stands in another conversation', () => {
    const { operations, conversationId, first } = withEdits();
    const other = newTurn();
    operations.startTurn(other);
    for (const wrong of [
      { conversationId, insteadOf: newId() },
      { conversationId, insteadOf: other.questionId },
      { conversationId: null, insteadOf: first.questionId },
    ]) {
      expect(codeOf(() => operations.saveDraft({ ...wrong, text: 'x' }))).toBe('not-found');
    }
    expect(operations.listDrafts()).toEqual([]);
  });

  it('go to the trash with their branch and their conversation, come back with them, and are erased with them', () => {
    const { db, operations, conversationId, first, branch, edit } = withEdits();
    const texts = (): string[] => operations.listDrafts().map(({ text }) => text);
    edit(first.questionId, 'first');
    edit(branch.questionId, 'branch');
    operations.deleteBranch(branch.questionId, 1);
    expect(texts()).toEqual(['first']);
    operations.deleteConversations([conversationId], 2);
    expect(texts()).toEqual([]);
    operations.restoreConversations([conversationId]);
    operations.restoreBranch(branch.questionId);
    expect(texts().toSorted()).toEqual(['branch', 'first']);
    operations.deleteBranch(branch.questionId, 3);
    operations.eraseTrash([{ kind: 'branch', id: branch.questionId }]);
    expect(db.prepare('SELECT text FROM edits').pluck().all()).toEqual(['first']);
    operations.deleteConversations([conversationId], 4);
    operations.purgeDeleted(5);
    expect(db.prepare('SELECT count(*) FROM edits').pluck().get()).toBe(0);
  });
});
