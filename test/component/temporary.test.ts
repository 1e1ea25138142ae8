import { screen } from '@testing-library/svelte';
import { describe, expect, test } from 'vitest';
import { FakeAssistant } from './fake-api.ts';
import { ask, composer, openWindow, settle, type OpenWindow } from './open-window.ts';

const line = (): HTMLElement | null => screen.queryByRole('note');

/** A window with a temporary conversation whose first answer is done. */
async function openTemporary(fake = new FakeAssistant()): Promise<OpenWindow & { id: string }> {
  const open = await openWindow(fake);
  fake.choose('new-temporary-conversation');
  await settle();
  const answerId = await ask(open, 'A secret');
  const id = fake.running().conversationId;
  fake.finish(answerId, { text: 'Well kept.' });
  await settle();
  return { ...open, id };
}

describe('a temporary conversation', () => {
  test('says what it is from its first screen on', async () => {
    const { fake } = await openWindow();
    expect(line()).toBeNull();
    fake.choose('new-temporary-conversation');
    await settle();
    expect(line()).not.toBeNull();
    expect(document.activeElement).toBe(composer());
    fake.choose('new-conversation');
    await settle();
    expect(line()).toBeNull();
  });

  test('is asked for as such, goes on as itself, and is in no list', async () => {
    const open = await openTemporary();
    const { fake, id } = open;
    expect(line()).not.toBeNull();
    expect(fake.callsOf('generations.start')).toEqual([{ conversationId: null, text: 'A secret', isTemporary: true }]);
    expect(screen.queryByRole('button', { name: /^A secret/ })).toBeNull();
    await ask(open, 'And on');
    expect(fake.callsOf('generations.start').at(-1)).toEqual({ conversationId: id, text: 'And on' });
    const changes = fake.callsOf('settings.change') as { lastConversationId?: string | null }[];
    expect(changes.filter(({ lastConversationId = null }) => lastConversationId !== null)).toEqual([]);
  });

  test('saves no draft, not even of its first question', async () => {
    const { fake, user, stores } = await openWindow();
    fake.choose('new-temporary-conversation');
    await settle();
    await user.type(composer(), 'secret');
    stores.drafts.save();
    await settle();
    fake.choose('new-conversation');
    await settle();
    expect(composer().value).toBe('');
    fake.choose('new-temporary-conversation');
    await settle();
    expect(composer().value).toBe('');
    expect(fake.callsOf('drafts.save')).toEqual([]);
  });

  test.each<[string, (open: OpenWindow) => void]>([
    ['another one is opened', () => screen.getByRole('button', { name: 'Cats' }).click()],
    ['a new one is begun', ({ fake }) => fake.choose('new-conversation')],
    ['another temporary one is begun', ({ fake }) => fake.choose('new-temporary-conversation')],
    ['it is deleted', ({ fake }) => fake.choose('delete-conversation')],
  ])('is let go of when %s', async (_name, leave) => {
    const fake = new FakeAssistant();
    fake.addConversation('Cats', ['a', 'b']);
    const open = await openTemporary(fake);
    expect(fake.callsOf('conversations.forget')).toEqual([]);
    leave(open);
    await settle();
    expect(fake.callsOf('conversations.forget')).toEqual([{ conversationId: open.id }]);
    expect(fake.callsOf('conversations.delete')).toEqual([]);
  });

  test('can be kept, with what is being written', async () => {
    const { fake, user, id } = await openTemporary();
    await user.type(composer(), 'next');
    await user.click(screen.getByRole('button', { name: 'Keep it' }));
    await settle();
    expect(fake.callsOf('conversations.keep')).toEqual([{ conversationId: id }]);
    expect(line()).toBeNull();
    expect(composer().value).toBe('next');
    expect(screen.getByRole('button', { name: /^A secret/ })).toBeTruthy();
    expect(fake.settings.lastConversationId).toBe(id);
  });
});
