import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { newId, newTurn, wholeList } from '../../../support/database.ts';
import { exchange } from './files.ts';

/** A pinned conversation in the archive, in a folder, that has left as JSON. */
async function exported() {
  const from = exchange();
  const turn = newTurn();
  const folder = { id: newId(), name: 'Recipes', createdAt: 77 };
  from.operations.startTurn(turn);
  from.operations.createFolder(folder);
  const conversationIds = [turn.conversationId];
  from.operations.organiseConversations({ conversationIds, isPinned: true, isArchived: true, folderId: folder.id });
  const path = join(from.folder, 'out.json');
  await from.exports.run({ conversationIds: null, branches: 'all', format: 'json', path });
  return { ...from, turn, folder, json: readFileSync(path, 'utf8') };
}

const archive = { ...wholeList, isArchived: true };

describe('the place of a conversation in the list', () => {
  it('comes along with its folder', async () => {
    const { turn, folder, json } = await exported();
    const { operations, importText } = exchange();
    await importText(json);
    expect(operations.listFolders()).toEqual([folder]);
    expect(operations.listConversations(archive)).toMatchObject([
      { id: turn.conversationId, isPinned: true, isArchived: true, folderId: folder.id },
    ]);
  });

  it.each([
    ['the folder of that id, whatever it is called here', (id: string) => ({ id, name: 'Cooking', createdAt: 1 })],
    ['the folder of that name', () => ({ id: newId(), name: 'Recipes', createdAt: 1 })],
  ])('is in %s', async (_which, there) => {
    const { folder, json } = await exported();
    const { operations, importText } = exchange();
    const known = there(folder.id);
    operations.createFolder({ id: newId(), name: 'Another', createdAt: 1 });
    operations.createFolder(known);
    await importText(json);
    expect(operations.listFolders()).toHaveLength(2);
    expect(operations.listConversations(archive)).toMatchObject([{ folderId: known.id }]);
  });

  it('stays where the conversation is known, also where it comes back from the trash', async () => {
    const { turn, operations, importText, json } = await exported();
    const conversationIds = [turn.conversationId];
    operations.organiseConversations({ conversationIds, isPinned: false, isArchived: false, folderId: null });
    const before = operations.listConversations(wholeList);
    await importText(json);
    expect(operations.listConversations(wholeList)).toEqual(before);
    operations.deleteConversations(conversationIds, 9_000);
    await importText(json);
    expect(operations.listConversations(wholeList)).toEqual(before);
  });

  it('is the usual one where the file says nothing sound of it, or is of an earlier version', async () => {
    const { folder, json } = await exported();
    const place = `"isPinned":true,"isArchived":true,"folder":${JSON.stringify(folder)},`;
    expect(json).toContain(place);
    for (const written of ['', place.replace('true', '1').replace('true', '"x"').replace('Recipes', ' ')]) {
      const { operations, importText } = exchange();
      expect(await importText(json.replace(place, written))).toMatchObject({ conversations: { new: 1 } });
      expect(operations.listConversations(wholeList)).toMatchObject([{ isPinned: false, folderId: null }]);
      expect(operations.listFolders()).toEqual([]);
    }
  });
});
