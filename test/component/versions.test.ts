import { screen, within } from '@testing-library/svelte';
import { describe, expect, test } from 'vitest';
import type { FakeAssistant } from './fake-api.ts';
import { composer, inTurn, openConversation, settle, turn, type OpenWindow } from './open-window.ts';

function column(number: number) {
  return within(screen.getByRole('article', { name: new RegExp(`^Version ${String(number)} of`) }));
}

/** Asks for several answers beside the first; gives the ids of those that are to be written. */
async function retryWith({ fake, user }: OpenWindow, label: string): Promise<string[]> {
  await user.click(inTurn('Answer 1').getByRole('button', { name: 'Several answers' }));
  await user.click(await screen.findByRole('menuitem', { name: label }));
  await screen.findByRole('region', { name: 'Answers side by side' });
  await settle();
  return unfinished(fake);
}

function unfinished(fake: FakeAssistant): string[] {
  const messages = fake.conversations.stored.flatMap((stored) => stored.messages);
  return messages.filter(({ status }) => status === 'generating').map(({ id }) => id);
}

describe('answers side by side', () => {
  test('are written live, each into its own column', async () => {
    const open = await openConversation(['What?', 'That.']);
    const [first = '', second = ''] = await retryWith(open, 'Two answers, side by side');
    expect(open.fake.callsOf('generations.retry')).toMatchObject([{ count: 2 }]);
    expect(column(1).getByText('That.')).toBeTruthy();
    expect(screen.getByRole('heading', { level: 1, name: 'Side by side' })).toBeTruthy();

    open.fake.say(first, 'Another ');
    open.fake.advance(second, { kind: 'queued', ahead: 1 });
    open.fake.say(first, 'one.');
    await settle();
    expect(column(2).getByText('Another one.')).toBeTruthy();
    expect(column(3).getByText('waiting for one answer ahead')).toBeTruthy();
    open.fake.finish(first);
    open.fake.say(second, 'A third.');
    await settle();
    expect(column(2).queryByRole('button', { name: 'Stop' })).toBeNull();
    await open.user.click(column(3).getByRole('button', { name: 'Stop' }));
    await settle();
    expect(open.fake.callsOf('generations.stop')).toEqual([{ messageId: second }]);
    expect(column(3).getByText('Stopped. The text so far is kept.')).toBeTruthy();
  });

  test('take each event once, and read again when one is missing', async () => {
    const open = await openConversation(['What?', 'That.']);
    const [first = '', second = ''] = await retryWith(open, 'Two answers, side by side');
    const event = open.fake.say(second, 'one ');
    open.fake.send(event);
    await settle();
    expect(column(3).getByText('one')).toBeTruthy();
    const before = open.fake.callsOf('messages.versions').length;
    open.fake.nextEvent(second, { kind: 'text', text: 'lost ' });
    open.fake.say(second, 'two');
    await settle();
    await settle();
    expect(open.fake.callsOf('messages.versions')).toHaveLength(before + 1);
    open.fake.say(second, ' three');
    open.fake.say(first, 'meanwhile');
    await settle();
    expect(column(3).getByText('one two three')).toBeTruthy();
    expect(column(2).getByText('meanwhile')).toBeTruthy();
  });

  test('keep what is said while the versions are read', async () => {
    const open = await openConversation(['What?', 'That.']);
    open.fake.beforeAnswer = (method) => {
      if (method !== 'messages.versions') return;
      open.fake.beforeAnswer = null;
      for (const id of unfinished(open.fake)) open.fake.say(id, 'early ');
    };
    const ids = await retryWith(open, 'Three answers, side by side');
    for (const id of ids) open.fake.say(id, 'late');
    await settle();
    for (const number of [2, 3, 4]) expect(column(number).getByText('early late')).toBeTruthy();
  });

  test('one is gone on with: it is on the page then, and the composer waits', async () => {
    const open = await openConversation(['What?', 'That.']);
    for (const id of await retryWith(open, 'Two answers, side by side')) open.fake.finish(id, { text: `Text ${id}` });
    await settle();
    await open.user.click(column(1).getByRole('button', { name: 'Go on with this one' }));
    await settle();
    expect(screen.queryByRole('region', { name: 'Answers side by side' })).toBeNull();
    expect(inTurn('Answer 1').getByText('That.')).toBeTruthy();
    expect(inTurn('Answer 1').getByText('1/3')).toBeTruthy();
    expect(document.activeElement).toBe(composer());
  });

  test('are rated there and on the page', async () => {
    const open = await openConversation(['What?', 'That.']);
    for (const id of await retryWith(open, 'Two answers, side by side')) open.fake.finish(id, { text: 'Done.' });
    await settle();
    await open.user.click(column(2).getByRole('button', { name: 'Good answer' }));
    await settle();
    expect(column(2).getByRole('button', { name: 'Good answer' }).getAttribute('aria-pressed')).toBe('true');
    await open.user.keyboard('{Escape}');
    await settle();
    expect(inTurn('Answer 1').getByText('2/3')).toBeTruthy();
    expect(inTurn('Answer 1').getByRole('button', { name: 'Good answer' }).getAttribute('aria-pressed')).toBe('true');
  });

  test('are compared where an answer has others, and Escape leads back to the button', async () => {
    const open = await openConversation(['What?', 'That.']);
    expect(inTurn('Answer 1').queryByRole('button', { name: 'Compare' })).toBeNull();
    await open.user.click(inTurn('Answer 1').getByRole('button', { name: 'Retry answer' }));
    await settle();
    open.fake.finish(open.fake.running().id, { text: 'Other.' });
    await settle();
    const compare = inTurn('Answer 1').getByRole('button', { name: 'Compare' });
    await open.user.click(compare);
    await settle();
    expect(column(1).getByText('That.')).toBeTruthy();
    expect(column(2).getByText('Other.')).toBeTruthy();
    await open.user.click(column(2).getByRole('button', { name: 'Copy version 2' }));
    await open.user.click(column(2).getByRole('button', { name: 'Details' }));
    expect(open.fake.callsOf('app.copyText')).toEqual([{ text: 'Other.' }]);
    expect(column(2).getByText(/seed 7/)).toBeTruthy();
    await open.user.keyboard('{Escape}');
    await settle();
    expect(document.activeElement).toBe(compare);
  });

  test('that cannot be read say so, and can be read again', async () => {
    const open = await openConversation(['What?', 'That.']);
    open.fake.fail('messages.versions', ['database-unreadable', 'The database could not be read.']);
    await retryWith(open, 'Two answers, side by side');
    expect(screen.getByText('The database could not be read.')).toBeTruthy();
    open.fake.failing.clear();
    await open.user.click(screen.getByRole('button', { name: 'Try again' }));
    await settle();
    expect(column(1).getByText('That.')).toBeTruthy();
  });

  test('hold back other answers of the conversation until the last of them is written', async () => {
    const open = await openConversation(['What?', 'That.']);
    const [first = '', second = ''] = await retryWith(open, 'Two answers, side by side');
    open.fake.advance(second, { kind: 'queued', ahead: 1 });
    open.fake.finish(first, { text: 'Done.' });
    await open.user.keyboard('{Escape}');
    await settle();
    const retry = () => inTurn('Answer 1').getByRole<HTMLButtonElement>('button', { name: 'Retry answer' });
    expect(turn('Answer 1').getAttribute('aria-busy')).toBe('false');
    expect(retry().disabled).toBe(true);
    open.fake.finish(second, { text: 'Done too.' });
    await settle();
    expect(retry().disabled).toBe(false);
  });
});
