import { expect, it } from 'vitest';
import type { ConversationChange } from '../../preload/contract/conversations.ts';
import type { Folder } from '../../preload/contract/folders.ts';
import { newTurn } from '../support/database.ts';
import { openServices } from '../support/services.ts';

it('folders are listed by name as people sort, and every change of them is told', async () => {
  const { folders } = await openServices();
  const heard: string[][] = [];
  folders.onChanged((now: Folder[]) => heard.push(now.map(({ name }) => name)));
  const tenth = await folders.create('Part 10');
  await folders.create('part 2');
  await folders.create('Über');
  await folders.create('Vegetables');
  await folders.rename(tenth.id, 'Part 1');
  await folders.delete(tenth.id);
  expect(heard.slice(3)).toEqual([
    ['part 2', 'Part 10', 'Über', 'Vegetables'],
    ['Part 1', 'part 2', 'Über', 'Vegetables'],
    ['part 2', 'Über', 'Vegetables'],
  ]);
  expect((await folders.list()).map(({ name }) => name)).toEqual(heard.at(-1));
});

it('what lies in a folder that is deleted is told, in none', async () => {
  const { conversations, database, folders } = await openServices();
  const turn = newTurn();
  await database.startTurn(turn);
  const folder = await folders.create('Recipes');
  await conversations.organise({ conversationIds: [turn.conversationId], folderId: folder.id });
  const changes: ConversationChange[] = [];
  conversations.onChanged((change) => changes.push(change));
  await folders.delete(folder.id);
  expect(changes).toMatchObject([{ kind: 'saved', conversation: { id: turn.conversationId, folderId: null } }]);
});

it('folders that an import brings are told', async () => {
  const { conversations, database, folders } = await openServices();
  await database.createFolder({ id: newTurn().conversationId, name: 'From a file', createdAt: 1 });
  const heard = new Promise<Folder[]>((resolve) => folders.onChanged(resolve));
  conversations.announceRenewal();
  expect(await heard).toMatchObject([{ name: 'From a file' }]);
});
