import { screen } from '@testing-library/svelte';
import { describe, expect, test } from 'vitest';
import { FakeAssistant } from './fake-api.ts';
import { ask, composer, inTurn, openConversation, openWindow, settle } from './open-window.ts';

describe('opened from outside', () => {
  test('a conversation takes the place of any page and dialog', async () => {
    const fake = new FakeAssistant();
    const id = fake.addConversation('Cats', ['What?', 'That.']);
    await openWindow(fake);
    fake.choose('show-settings');
    fake.choose('show-shortcuts');
    await screen.findByRole('dialog');
    fake.open({ kind: 'conversation', conversationId: id, messageId: null });
    await expect.poll(() => screen.queryByRole('dialog')).toBeNull();
    await settle();
    expect(screen.getByRole('heading', { level: 1, name: 'Cats' })).toBeTruthy();
    expect(inTurn('Answer 1').getByText('That.')).toBeTruthy();
    expect(document.activeElement).toBe(composer());
    expect(fake.settings.lastConversationId).toBe(id);
  });

  test('a conversation is joined in the middle of an answer, and nothing is lost or doubled', async () => {
    const fake = new FakeAssistant();
    await openWindow(fake);
    const id = fake.addConversation('Quick', []);
    const question = fake.addMessage(id, { role: 'prompter', text: 'What?' });
    const answer = fake.addMessage(id, { role: 'assistant', parentId: question.id, status: 'generating' });
    fake.say(answer.id, 'One ');
    fake.say(answer.id, 'two ');
    // This one overtakes the snapshot that already holds it; the next one comes while the snapshot travels.
    fake.beforeAnswer = (method) => {
      if (method !== 'conversations.open') return;
      fake.beforeAnswer = null;
      fake.say(answer.id, 'three ');
    };
    fake.open({ kind: 'conversation', conversationId: id, messageId: null });
    await settle();
    fake.say(answer.id, 'four.');
    await settle();
    await expect
      .poll(() => screen.getByRole('article', { name: 'Answer 1' }).textContent)
      .toContain('One two three four.');
    fake.finish(answer.id);
    await settle();
    expect(screen.getByRole('article', { name: 'Answer 1' }).getAttribute('aria-busy')).toBe('false');
  });

  test('the conversation on the page stays as it is', async () => {
    const opened = await openConversation(['What?', 'That.']);
    const before = opened.fake.callsOf('conversations.open').length;
    composer().blur();
    opened.fake.open({ kind: 'conversation', conversationId: opened.id, messageId: null });
    await settle();
    expect(opened.fake.callsOf('conversations.open')).toHaveLength(before);
    expect(document.activeElement).toBe(composer());
  });

  test('one that is gone leaves the first screen and says so', async () => {
    const { fake } = await openConversation(['What?', 'That.']);
    fake.fail('conversations.open', ['not-found', 'This conversation is no longer there.']);
    fake.open({ kind: 'conversation', conversationId: '00000000-0000-7000-8000-00000000ffff', messageId: null });
    await settle();
    expect(screen.getByText('This conversation is no longer there.')).toBeTruthy();
    expect(screen.queryByRole('article')).toBeNull();
  });

  test('a draft fills the composer of a new conversation and is not sent', async () => {
    const { fake } = await openConversation(['What?', 'That.']);
    fake.open({ kind: 'draft', text: 'Explain this:\nsome text' });
    await settle();
    expect(screen.queryByRole('article')).toBeNull();
    expect(composer().value).toBe('Explain this:\nsome text');
    expect(document.activeElement).toBe(composer());
    expect(fake.callsOf('generations.start')).toEqual([]);
  });

  test('a draft in the place of an unsent question can be taken back', async () => {
    const { fake, user } = await openWindow();
    await user.type(composer(), 'Half a question');
    fake.open({ kind: 'draft', text: 'From a link' });
    await settle();
    expect(composer().value).toBe('From a link');
    await user.click(screen.getByRole('button', { name: 'Undo' }));
    await settle();
    expect(composer().value).toBe('Half a question');
  });

  test('a new conversation leaves a running answer alone', async () => {
    const opened = await openConversation(['What?', 'That.']);
    await ask(opened, 'More?');
    opened.fake.open({ kind: 'new-conversation' });
    await settle();
    expect(screen.queryByRole('article')).toBeNull();
    expect(opened.fake.callsOf('generations.stop')).toEqual([]);
    expect(document.activeElement).toBe(composer());
  });

  test('what was asked for while the window was starting is not overtaken by the last conversation', async () => {
    const fake = new FakeAssistant();
    fake.settings.lastConversationId = fake.addConversation('The last one', ['What?', 'That.']);
    const opening = openWindow(fake);
    await Promise.resolve();
    fake.open({ kind: 'draft', text: 'From a link' });
    await opening;
    await settle();
    expect(composer().value).toBe('From a link');
    expect(screen.queryByRole('heading', { level: 1, name: 'The last one' })).toBeNull();
  });
});

test('conversations from the quick window and the terminal are marked in the list', async () => {
  const fake = new FakeAssistant();
  fake.addConversation('Here', ['a', 'b']);
  fake.addConversation('Quick', ['a', 'b'], fake.nowMs, 'quick-ask');
  fake.addConversation('Typed', ['a', 'b'], fake.nowMs, 'terminal');
  await openWindow(fake);
  expect(screen.getByRole('button', { name: 'Quick , asked in the quick window' })).toBeTruthy();
  expect(screen.getByRole('button', { name: 'Typed , asked in the terminal' })).toBeTruthy();
  expect(screen.getByRole('button', { name: 'Here' })).toBeTruthy();
});
