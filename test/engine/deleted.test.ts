import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { openCore, type Core } from '../../main/core.ts';
import { appPlaces } from '../../main/places.ts';
import type { Message } from '../../preload/contract/conversations.ts';
import { temporaryFolder } from '../support/database.ts';

const root = resolve(import.meta.dirname, '..', '..');

function open(dataFolder: string): Promise<Core> {
  return openCore({ ...appPlaces(root, 'sources'), dataFolder, modelOverride: null });
}

async function ask(core: Core, text: string, inConversation: string | null = null): Promise<string> {
  const ended = new Promise<Message>((done) => {
    const stop = core.onGenerationEvent((event) => {
      if (event.kind !== 'finished') return;
      stop();
      done(event.message);
    });
  });
  const { conversation } = await core.generations.start({
    conversationId: inConversation,
    text,
    presetId: 'k50-Precise',
  });
  await ended;
  return conversation.id;
}

it('what the engine saved of a conversation does not outlive it', async () => {
  const dataFolder = temporaryFolder();
  const saved = (): string[] =>
    readdirSync(join(dataFolder, 'cache', 'states')).filter((name) => name.endsWith('.state'));
  const earlier = await open(dataFolder);
  const first = await ask(earlier, 'What is a meme?');
  const second = await ask(earlier, 'How do I rename a conversation?');
  await earlier.dispose();
  expect(saved().sort(), 'put away at the end').toEqual([`${first}.state`, `${second}.state`].sort());
  const core = await open(dataFolder);
  await core.conversations.delete([first]);
  expect(saved()).toEqual([`${second}.state`]);
  // The engine still holds the third one in memory, and saves it when it leaves.
  const third = await ask(core, 'What is a meme?');
  await core.conversations.delete([third]);
  await core.dispose();
  expect(saved()).toEqual([`${second}.state`]);
});

it('what the engine knows of an erased branch is not saved any more', async () => {
  const dataFolder = temporaryFolder();
  const core = await open(dataFolder);
  const conversationId = await ask(core, 'What is a meme?');
  await ask(core, 'Where did the word come from?', conversationId);
  const { messages } = await core.conversations.open(conversationId);
  const id = messages.at(-2)?.id ?? '';
  await core.messages.deleteBranch(id);
  const report = await core.trash.erase({ entries: [{ kind: 'branch', id }], alsoInBackups: false });
  expect(report).toMatchObject({ branches: 1, hasTraces: false });
  // The engine still holds it in memory, and saves what it holds when it leaves.
  await core.dispose();
  const folder = join(dataFolder, 'cache', 'states');
  expect(existsSync(folder) ? readdirSync(folder) : []).toEqual([]);
});
