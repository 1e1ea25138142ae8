import { readdirSync } from 'node:fs';
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

async function ask(core: Core, text: string): Promise<string> {
  const ended = new Promise<Message>((done) => {
    const stop = core.onGenerationEvent((event) => {
      if (event.kind !== 'finished') return;
      stop();
      done(event.message);
    });
  });
  const { conversation } = await core.generations.start({ conversationId: null, text, presetId: 'k50-Precise' });
  await ended;
  return conversation.id;
}

it('what the engine saved of a conversation does not outlive it', async () => {
  const dataFolder = temporaryFolder();
  const saved = (): string[] => readdirSync(join(dataFolder, 'state-cache')).filter((name) => name.endsWith('.state'));
  const core = await open(dataFolder);
  const first = await ask(core, 'What is a meme?');
  const second = await ask(core, 'How do I rename a conversation?');
  expect(saved(), 'put away for the second').toEqual([`${first}.state`]);
  await core.conversations.delete(first);
  expect(saved()).toEqual([]);
  // The engine still holds the second one in memory, and saves it when it leaves.
  await core.conversations.delete(second);
  const third = await ask(core, 'What is a meme?');
  await core.dispose();
  expect(saved()).toEqual([`${third}.state`]);
});
