import { screen } from '@testing-library/svelte';
import { describe, expect, test } from 'vitest';
import { FakeAssistant } from './fake-api.ts';
import { composer, inTurn, openConversation, openWindow, settle } from './open-window.ts';

describe('commands of the menu', () => {
  test('new conversation shows the first screen with the cursor in the composer', async () => {
    const { fake } = await openConversation(['What?', 'That.']);
    composer().blur();
    fake.choose('new-conversation');
    await settle();
    expect(screen.queryByRole('article')).toBeNull();
    expect(document.activeElement).toBe(composer());
    expect(fake.settings.lastConversationId).toBeNull();
  });

  test('previous and next walk the list', async () => {
    const fake = new FakeAssistant();
    fake.addConversation('Newer', ['a', 'b'], fake.nowMs - 1);
    fake.addConversation('Older', ['a', 'b'], fake.nowMs - 2);
    await openWindow(fake);
    for (const [command, title] of [
      ['next-conversation', 'Newer'],
      ['next-conversation', 'Older'],
      ['next-conversation', 'Older'],
      ['previous-conversation', 'Newer'],
    ] as const) {
      fake.choose(command);
      await settle();
      expect(screen.getByRole('heading', { level: 1, name: title })).toBeTruthy();
    }
  });

  test('in a narrow window the list lies over the page, takes the focus and gives it back', async () => {
    const fake = new FakeAssistant();
    fake.addConversation('Cats', ['a', 'b']);
    const { user } = await openWindow(fake, true);
    expect(screen.queryByRole('navigation', { name: 'Conversations' })).toBeNull();
    await user.click(screen.getByRole('button', { name: 'Show conversations' }));
    await settle();
    expect(document.activeElement).toBe(screen.getByRole('button', { name: 'Hide conversations' }));
    await user.keyboard('{Escape}');
    await settle();
    expect(document.activeElement).toBe(screen.getByRole('button', { name: 'Show conversations' }));
    await user.keyboard('{Enter}');
    await settle();
    await user.click(screen.getByRole('button', { name: 'Cats' }));
    await settle();
    expect(screen.queryByRole('navigation', { name: 'Conversations' })).toBeNull();
    expect(document.activeElement).toBe(composer());
    expect(fake.settings.sidebarVisible).toBe(true);
  });

  test('rename opens the title in the list, which is shown for it', async () => {
    const { fake } = await openConversation(['What?', 'That.']);
    fake.choose('toggle-sidebar');
    await settle();
    expect(screen.queryByRole('navigation', { name: 'Conversations' })).toBeNull();
    expect(fake.settings.sidebarVisible).toBe(false);
    fake.choose('rename-conversation');
    await settle();
    expect(document.activeElement).toBe(screen.getByRole('textbox', { name: 'Title of the conversation' }));
    expect(fake.settings.sidebarVisible).toBe(true);
  });

  test('retry, continue and copy act on the newest answer', async () => {
    const { fake } = await openConversation(['What?', 'That.', 'And?', 'This.']);
    fake.choose('copy-answer');
    fake.choose('continue-answer');
    fake.choose('retry-answer');
    await settle();
    expect(fake.callsOf('app.copyText')).toEqual([{ text: 'This.' }]);
    // It ended by itself: there is nothing to continue.
    expect(fake.callsOf('generations.continue')).toEqual([]);
    expect(fake.callsOf('generations.retry')).toHaveLength(1);
    fake.finish(fake.running().id, { status: 'stopped', text: 'Half' });
    await settle();
    fake.choose('continue-answer');
    await settle();
    expect(fake.callsOf('generations.continue')).toHaveLength(1);
    expect(inTurn('Answer 2').getByText('Half')).toBeTruthy();
  });

  test('focus composer moves the cursor there', async () => {
    const { fake } = await openConversation(['What?', 'That.']);
    composer().blur();
    fake.choose('focus-composer');
    await settle();
    expect(document.activeElement).toBe(composer());
  });

  test('the shortcuts sheet opens and closes, and Escape in it stops nothing', async () => {
    const open = await openConversation(['What?', 'That.']);
    await open.user.type(composer(), 'More?{Enter}');
    await settle();
    open.fake.choose('show-shortcuts');
    expect(await screen.findByRole('dialog', { name: 'Keyboard shortcuts' })).toBeTruthy();
    await open.user.keyboard('{Escape}');
    await expect.poll(() => screen.queryByRole('dialog')).toBeNull();
    expect(open.fake.callsOf('generations.stop')).toEqual([]);
  });
});
