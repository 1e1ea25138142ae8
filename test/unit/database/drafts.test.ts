import { describe, expect, it } from 'vitest';
import { createOperations } from '../../../main/database/operations.ts';
import { codeOf, memoryOperations, newId, newTurn, openMemoryDatabase } from '../../support/database.ts';

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
