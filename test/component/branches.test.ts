import { screen } from '@testing-library/svelte';
import type { UserEvent } from '@testing-library/user-event';
import { describe, expect, test } from 'vitest';
import { FakeAssistant } from './fake-api.ts';
import { ask, composer, inTurn, openConversation, openWindow, settle, turn } from './open-window.ts';

/** Opens the menu of a turn and chooses from it. */
async function choose(user: UserEvent, where: string, label: string): Promise<void> {
  const what = where.startsWith('Question') ? 'question' : 'answer';
  await user.click(inTurn(where).getByRole('button', { name: `More for this ${what}` }));
  await user.click(await screen.findByRole('menuitem', { name: label }));
  await expect.poll(() => screen.queryByRole('menu')).toBeNull();
  await settle();
}

function editor(): HTMLTextAreaElement {
  return screen.getByRole<HTMLTextAreaElement>('textbox', { name: 'The question in other words' });
}

describe('a question in other words', () => {
  test('is sent beside the first one, which stays', async () => {
    const { fake, user } = await openConversation(['What is it?', 'That.', 'And?', 'This.']);
    await user.click(inTurn('Question 1').getByRole('button', { name: 'Edit question' }));
    expect(document.activeElement).toBe(editor());
    expect(editor().value).toBe('What is it?');
    await user.keyboard(' Exactly?{Enter}');
    await settle();
    const [first] = fake.conversations.stored[0]?.messages ?? [];
    expect(fake.callsOf('generations.start')).toMatchObject([
      { text: 'What is it? Exactly?', insteadOf: first?.id, conversationId: first?.conversationId },
    ]);
    expect(document.activeElement).toBe(composer());
    expect(inTurn('Question 1').getByText('What is it? Exactly?')).toBeTruthy();
    expect(inTurn('Question 1').getByText('2/2')).toBeTruthy();
    fake.finish(fake.running().id, { text: 'Precisely that.' });
    await settle();
    await user.click(inTurn('Question 1').getByRole('button', { name: 'Previous version' }));
    await settle();
    expect(inTurn('Question 2').getByText('And?')).toBeTruthy();
  });

  test('E begins it, Escape leaves it, and the words can be had back', async () => {
    const { fake, user } = await openConversation(['What?', 'That.']);
    turn('Question 1').focus();
    await user.keyboard('e');
    await user.keyboard(' is it');
    await user.keyboard('{Escape}');
    await settle();
    expect(screen.queryByRole('form', { name: 'Edit this question' })).toBeNull();
    expect(document.activeElement).toBe(turn('Question 1'));
    await user.click(screen.getByRole('button', { name: 'Undo' }));
    await settle();
    expect(editor().value).toBe('What? is it');
    expect(fake.callsOf('generations.start')).toEqual([]);
  });

  test('waits where it is while another conversation is shown', async () => {
    const fake = new FakeAssistant();
    fake.addConversation('Other', ['x', 'y']);
    const { id, stores, user } = await openConversation(['What?', 'That.'], fake);
    await user.click(inTurn('Question 1').getByRole('button', { name: 'Edit question' }));
    await user.keyboard(' Now');
    await user.click(screen.getByRole('button', { name: 'Other' }));
    await settle();
    expect(screen.queryByRole('form', { name: 'Edit this question' })).toBeNull();
    await stores.transcript.open(id);
    await settle();
    expect(editor().value).toBe('What? Now');
  });

  test('that main refuses is still there', async () => {
    const { fake, user } = await openConversation(['What?', 'That.']);
    fake.fail('generations.start', ['disk-full', 'The disk is full.']);
    await user.click(inTurn('Question 1').getByRole('button', { name: 'Edit question' }));
    await user.keyboard(' Now{Enter}');
    await settle();
    expect(editor().value).toBe('What? Now');
    expect(screen.getByText('The disk is full.')).toBeTruthy();
  });

  test('waits while an answer is written', async () => {
    const open = await openConversation(['What?', 'That.']);
    await ask(open, 'More?');
    await open.user.click(inTurn('Question 1').getByRole('button', { name: 'Edit question' }));
    await open.user.keyboard(' Now{Enter}');
    await settle();
    expect(open.fake.callsOf('generations.start')).toHaveLength(1);
    expect(screen.getByText('It can be sent once the answer that is being written is finished.')).toBeTruthy();
  });
});

describe('a rating', () => {
  test('is kept, changed and taken back', async () => {
    const { fake, user } = await openConversation(['What?', 'That.']);
    const messageId = turn('Answer 1').dataset['turn'];
    const button = (name: string) => inTurn('Answer 1').getByRole('button', { name });
    expect(button('Good answer').getAttribute('aria-pressed')).toBe('false');
    for (const name of ['Good answer', 'Bad answer', 'Bad answer']) {
      await user.click(button(name));
      await settle();
    }
    expect(fake.callsOf('messages.rate')).toEqual([
      { messageId, rating: 1 },
      { messageId, rating: -1 },
      { messageId, rating: null },
    ]);
    await user.click(button('Good answer'));
    await settle();
    expect(button('Good answer').getAttribute('aria-pressed')).toBe('true');
    expect(button('Bad answer').getAttribute('aria-pressed')).toBe('false');
  });

  test('that cannot be kept is not shown', async () => {
    const { fake, user } = await openConversation(['What?', 'That.']);
    fake.fail('messages.rate', ['database-readonly', 'The database cannot be written to.']);
    await user.click(inTurn('Answer 1').getByRole('button', { name: 'Good answer' }));
    await settle();
    expect(inTurn('Answer 1').getByRole('button', { name: 'Good answer' }).getAttribute('aria-pressed')).toBe('false');
    expect(screen.getByText('The database cannot be written to.')).toBeTruthy();
  });

  test('is not asked for questions', async () => {
    await openConversation(['What?', 'That.']);
    expect(inTurn('Question 1').queryByRole('button', { name: 'Good answer' })).toBeNull();
  });
});

describe('the menu of a turn', () => {
  test('deletes a branch with a way back', async () => {
    const { user } = await openConversation(['What?', 'That.', 'And?', 'This.']);
    await choose(user, 'Question 2', 'Delete this question and what follows');
    expect(screen.getAllByRole('article')).toHaveLength(2);
    expect(document.activeElement).toBe(turn('Answer 1'));
    await user.click(screen.getByRole('button', { name: 'Undo' }));
    await settle();
    expect(inTurn('Answer 2').getByText('This.')).toBeTruthy();
  });

  test('brings a branch back also while another conversation is on the page', async () => {
    const fake = new FakeAssistant();
    fake.addConversation('Other', ['x', 'y']);
    const { id, stores, user } = await openConversation(['What?', 'That.'], fake);
    await choose(user, 'Answer 1', 'Delete this answer and what follows');
    await user.click(screen.getByRole('button', { name: 'Other' }));
    await settle();
    await user.click(screen.getByRole('button', { name: 'Undo' }));
    await settle();
    expect(inTurn('Answer 1').getByText('y')).toBeTruthy();
    await stores.transcript.open(id);
    await settle();
    expect(inTurn('Answer 1').getByText('That.')).toBeTruthy();
  });

  test('offers the conversation where nothing would be left', async () => {
    const { fake, id, user } = await openConversation(['What?', 'That.']);
    await choose(user, 'Question 1', 'Delete the conversation');
    expect(fake.callsOf('messages.deleteBranch')).toEqual([]);
    expect(fake.callsOf('conversations.delete')).toEqual([{ conversationIds: [id] }]);
    expect(screen.queryByRole('article')).toBeNull();
  });

  test('copies the branch into a new conversation', async () => {
    const { fake, user } = await openConversation(['What?', 'That.', 'And?', 'This.']);
    await choose(user, 'Answer 1', 'Copy into a new conversation');
    expect(screen.getByRole('heading', { level: 1, name: 'A conversation (copy)' })).toBeTruthy();
    expect(screen.getAllByRole('article')).toHaveLength(2);
    expect(fake.settings.lastConversationId).toBe(fake.conversations.stored[1]?.summary.id);
    expect(document.activeElement).toBe(composer());
  });

  test('copies a link and Markdown', async () => {
    const { fake, user } = await openConversation(['What?', 'That.']);
    const messageId = turn('Answer 1').dataset['turn'];
    await choose(user, 'Answer 1', 'Copy link');
    await choose(user, 'Answer 1', 'Copy as Markdown');
    await choose(user, 'Answer 1', 'Copy everything up to here as Markdown');
    expect(fake.callsOf('messages.copyLink')).toEqual([{ messageId }]);
    expect(fake.callsOf('exchange.copy')).toEqual([
      { scope: 'message', id: messageId },
      { scope: 'branch', id: messageId },
    ]);
    expect(screen.getByText('The Markdown is on the clipboard.')).toBeTruthy();
  });

  test('opens and closes by keys, and gives the focus back', async () => {
    const open = await openConversation(['What?', 'That.']);
    await ask(open, 'More?');
    const button = inTurn('Answer 1').getByRole('button', { name: 'More for this answer' });
    button.focus();
    await open.user.keyboard('{Enter}');
    expect(await screen.findByRole('menu')).toBeTruthy();
    await open.user.keyboard('{Escape}');
    await expect.poll(() => screen.queryByRole('menu')).toBeNull();
    await expect.poll(() => document.activeElement).toBe(button);
    // The key was for the menu, not for the answer that is being written.
    expect(open.fake.callsOf('generations.stop')).toEqual([]);
  });
});

test('a question that lost its answers can be answered', async () => {
  const fake = new FakeAssistant();
  const id = fake.addConversation('A conversation', ['What?']);
  fake.settings.lastConversationId = id;
  const { user } = await openWindow(fake);
  const messageId = turn('Question 1').dataset['turn'];
  await user.click(inTurn('Question 1').getByRole('button', { name: 'Answer this question' }));
  await settle();
  expect(fake.callsOf('generations.retry')).toMatchObject([{ messageId }]);
  fake.finish(fake.running().id, { text: 'That.' });
  await settle();
  expect(inTurn('Answer 1').getByText('That.')).toBeTruthy();
  expect(inTurn('Question 1').queryByRole('button', { name: 'Answer this question' })).toBeNull();
});
