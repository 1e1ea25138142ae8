import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { backupsFolderOf } from '../../main/database/backup-names.ts';
import { trashDays } from '../../preload/contract/trash.ts';
import type { ConversationChange } from '../../preload/contract/conversations.ts';
import { damage, holds } from '../support/backups.ts';
import { newId, newTurn, nextTurn, wholeList } from '../support/database.ts';
import { finished, lastMessage, openServices, type Services } from '../support/services.ts';

const dayMs = 24 * 60 * 60 * 1000;

async function addConversations({ database }: Pick<Services, 'database'>, count: number): Promise<string[]> {
  const turns = Array.from({ length: count }, () => newTurn());
  for (const turn of turns) await database.startTurn(turn);
  return turns.map(({ conversationId }) => conversationId);
}

function follow({ conversations }: Pick<Services, 'conversations'>): ConversationChange[] {
  const changes: ConversationChange[] = [];
  conversations.onChanged((change) => changes.push(change));
  return changes;
}

/** Six ideograms that nothing else holds: the `place`th of a script that is written nowhere. */
function unusual(place: number): string {
  return String.fromCodePoint(...[0, 1, 2, 3, 4, 5].map((index) => 0x10080 + place * 6 + index));
}

/** The places of which a character is in a file of the folder: an index keeps texts in pieces of three. */
function placesFoundIn(folder: string, count: number): number[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name)));
  return Array.from({ length: count }, (_value, place) => place).filter((place) =>
    files.some((bytes) => [...unusual(place)].some((character) => bytes.includes(character))),
  );
}

describe('erasing', () => {
  it('leaves no byte of the text in any file of the data folder', async () => {
    const services = await openServices();
    const { conversations, database, generations, engines, dataFolder, trash } = services;
    const [title, question, answer, later, laterAnswer, branch, branchAnswer, draft, waiting, kept] = [
      ...Array.from({ length: 10 }, (_value, place) => unusual(place)),
    ] as [string, ...string[]];
    const ask = async (text: string, reply: string | undefined, insteadOf?: string) => {
      const first = await conversations.newest(1);
      const conversationId = first[0]?.id ?? null;
      const started = await generations.start({ conversationId, text, insteadOf });
      const generation = await engines.nextGeneration();
      generation.text(`${reply ?? ''} and more. `.repeat(500));
      generation.finish();
      await finished(services, lastMessage(started).id);
      return started;
    };
    const { conversation } = await ask(question ?? '', answer);
    await conversations.rename(conversation.id, title);
    const second = await ask(later ?? '', laterAnswer);
    await ask(branch ?? '', branchAnswer, second.messages.at(-2)?.id);
    await database.saveDraft({ conversationId: conversation.id, text: draft ?? '' });
    await database.addQueuedQuestion({ id: newId(), conversationId: conversation.id, text: waiting ?? '', now: 1 });
    const other = newTurn({ text: kept ?? '' });
    await database.startTurn(other);
    expect(placesFoundIn(dataFolder, 10)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);

    await database.deleteBranch(second.messages.at(-2)?.id ?? '', Date.now());
    const [entry] = await trash.list();
    expect(entry).toMatchObject({ kind: 'branch', title, messages: 2 });
    const report = await trash.erase({ entries: [{ kind: 'branch', id: entry?.id ?? '' }], alsoInBackups: false });
    expect(report).toEqual({ conversations: 0, branches: 1, hasTraces: false, backupsCleaned: 0, backupsLeft: 0 });
    expect(placesFoundIn(dataFolder, 10)).toEqual([0, 1, 2, 5, 6, 7, 8, 9]);
    expect(services.droppedStates, 'the engine may know the branch').toEqual([conversation.id]);
    expect(engines.engines[0]?.forgotten).toEqual([conversation.id]);

    await conversations.delete([conversation.id]);
    expect(await trash.erase({ entries: null, alsoInBackups: false })).toMatchObject({ conversations: 1, branches: 0 });
    expect(placesFoundIn(dataFolder, 10)).toEqual([9]);
    expect((await conversations.list(wholeList)).map(({ id }) => id)).toEqual([other.conversationId]);
  });

  it('cleans the backups of just that when asked to, and says what could not be cleaned', async () => {
    const services = await openServices();
    const { backups, trash } = services;
    const [first, second] = [newTurn({ text: 'A shibboleth' }), newTurn({ text: 'A password' })];
    for (const turn of [first, second]) await services.database.startTurn(turn);
    await backups.create();
    await backups.create();
    const broken = await backups.create();
    const folder = backupsFolderOf(services.databasePath);
    damage(join(folder, `${broken.id}.sqlite3`));
    await services.conversations.delete([first.conversationId, second.conversationId]);
    const entries = [
      { kind: 'conversation', id: first.conversationId } as const,
      { kind: 'branch', id: second.conversationId } as const,
    ];
    expect(await trash.erase({ entries, alsoInBackups: true })).toEqual({
      ...{ conversations: 1, branches: 0, hasTraces: false, backupsCleaned: 2, backupsLeft: 1 },
    });
    const holding = (text: string) => readdirSync(folder).filter((name) => holds(join(folder, name), text));
    expect(holding('A shibboleth')).toEqual([`${broken.id}.sqlite3`]);
    expect(holding('A password')).toHaveLength(3);
    const nothing = await trash.erase({ entries, alsoInBackups: true });
    expect(nothing, 'there was nothing to erase').toMatchObject({
      conversations: 0,
      backupsCleaned: 0,
      backupsLeft: 0,
    });
    expect((await trash.list()).map(({ id }) => id)).toEqual([second.conversationId]);
  });

  it('leaves nothing in a backup that is made while the backups are cleaned', async () => {
    const meanwhile: Promise<unknown>[] = [];
    const services = await openServices({
      around: (database) => ({
        ...database,
        async eraseTrash(entries) {
          // Between the backups and the database; one that may go ahead is done long before the time is up.
          meanwhile.push(services.backups.create());
          await Promise.race([...meanwhile, setTimeout(1500)]);
          return database.eraseTrash(entries);
        },
      }),
    });
    const turn = newTurn({ text: 'A shibboleth' });
    await services.database.startTurn(turn);
    await services.backups.create();
    await services.conversations.delete([turn.conversationId]);
    await services.trash.erase({ entries: null, alsoInBackups: true });
    await Promise.all(meanwhile);
    const folder = backupsFolderOf(services.databasePath);
    expect(readdirSync(folder)).toHaveLength(2);
    expect(readdirSync(folder).filter((name) => holds(join(folder, name), 'A shibboleth'))).toEqual([]);
  });

  it('of more than one step of the database takes all of it', async () => {
    const services = await openServices();
    const ids = await addConversations(services, 230);
    await services.conversations.delete(ids);
    expect(await services.trash.erase({ entries: null, alsoInBackups: false })).toMatchObject({ conversations: 230 });
    expect(await services.trash.list()).toEqual([]);
    expect(services.droppedStates.slice(230)).toHaveLength(230);
  });

  it('happens by itself after thirty days', async () => {
    const services = await openServices();
    const ids = await addConversations(services, 103);
    await services.conversations.delete(ids);
    const [entry] = await services.trash.list();
    expect(entry?.expiresAt).toBe((entry?.deletedAt ?? 0) + trashDays * dayMs);
    await services.trash.expire();
    expect(await services.trash.list()).toHaveLength(103);
    vi.spyOn(Date, 'now').mockReturnValue((entry?.expiresAt ?? 0) + 1);
    await services.trash.expire();
    vi.restoreAllMocks();
    expect(await services.trash.list()).toEqual([]);
  });
});

describe('what was deleted', () => {
  it('comes back, and windows are told', async () => {
    const services = await openServices();
    const [conversationId = ''] = await addConversations(services, 1);
    const [summary] = await services.conversations.find([conversationId]);
    const changes = follow(services);
    await services.conversations.delete([conversationId]);
    await services.trash.restore([{ kind: 'conversation', id: conversationId }]);
    expect(changes).toEqual([
      { kind: 'deleted', conversationId },
      { kind: 'saved', conversation: summary },
    ]);
    const again = services.trash.restore([{ kind: 'conversation', id: newId() }]);
    await expect(again).rejects.toMatchObject({ code: 'not-found' });
  });

  it('makes windows read again when it is a branch, or when it is many', async () => {
    const services = await openServices();
    const ids = await addConversations(services, 51);
    const first = newTurn();
    const branch = nextTurn(first);
    for (const turn of [first, branch, nextTurn(first)]) await services.database.startTurn(turn);
    await services.database.deleteBranch(branch.questionId, 1);
    const changes = follow(services);
    await services.trash.restore([{ kind: 'branch', id: branch.questionId }]);
    await services.conversations.organise({ conversationIds: ids, isPinned: true });
    await services.conversations.delete(ids);
    await services.conversations.restore(ids);
    expect(changes).toEqual(Array.from({ length: 4 }, () => ({ kind: 'renewed' })));
    expect(await services.conversations.list(wholeList)).toHaveLength(52);
  });
});
