import { describe, expect, it } from 'vitest';
import { codeOf, memoryOperations, newId, newTurn } from '../../support/database.ts';

const folder = (name: string) => ({ id: newId(), name, createdAt: 5 });

describe('folders', () => {
  it('are made, renamed and deleted; what lay in one stays, in none', () => {
    const operations = memoryOperations();
    const [recipes, travel] = [folder('Recipes'), folder('Travel')];
    operations.createFolder(recipes);
    operations.createFolder(travel);
    expect(operations.renameFolder(travel.id, 'Journeys')).toEqual({ ...travel, name: 'Journeys' });
    const turns = [newTurn(), newTurn(), newTurn()] as const;
    for (const turn of turns) operations.startTurn(turn);
    const [inIt, deleted, elsewhere] = turns.map(({ conversationId }) => conversationId) as [string, string, string];
    operations.organiseConversations({ conversationIds: [inIt, deleted], folderId: recipes.id });
    operations.organiseConversations({ conversationIds: [elsewhere], folderId: travel.id });
    operations.deleteConversations([deleted], 5_000);

    expect(operations.deleteFolder(recipes.id)).toEqual([inIt]);
    expect(operations.listFolders()).toEqual([{ ...travel, name: 'Journeys' }]);
    operations.restoreConversations([deleted]);
    const places = [inIt, deleted, elsewhere].map((id) => operations.getConversation(id).folderId);
    expect(places).toEqual([null, null, travel.id]);
  });

  it('have names of their own; one may keep its name', () => {
    const operations = memoryOperations();
    const [first, second] = [folder('100 % 木'), folder('Other')];
    operations.createFolder(first);
    operations.createFolder(second);
    expect(codeOf(() => operations.createFolder(folder('Other')))).toBe('invalid-input');
    expect(codeOf(() => operations.renameFolder(first.id, 'Other'))).toBe('invalid-input');
    expect(operations.renameFolder(second.id, 'Other')).toEqual(second);
    expect(
      operations
        .listFolders()
        .map(({ name }) => name)
        .sort(),
    ).toEqual(['100 % 木', 'Other']);
  });

  it('fail with not-found for what never was', () => {
    const operations = memoryOperations();
    const attempts = [() => operations.renameFolder(newId(), 'x'), () => operations.deleteFolder(newId())];
    expect(attempts.map(codeOf)).toEqual(attempts.map(() => 'not-found'));
  });
});
