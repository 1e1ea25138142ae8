import { screen, within } from '@testing-library/svelte';
import { describe, expect, test, vi } from 'vitest';
import { dayGroup } from '../../renderer/lib/format.ts';
import { FakeAssistant } from './fake-api.ts';
import { composer, openConversation, openWindow, settle } from './open-window.ts';

function withThree(): FakeAssistant {
  const fake = new FakeAssistant();
  fake.addConversation('Newest', ['a', 'b'], fake.nowMs - 1000);
  fake.addConversation('Middle', ['a', 'b'], fake.nowMs - 2000);
  fake.addConversation('Oldest', ['a', 'b'], fake.nowMs - 3000);
  return fake;
}

function row(name: string): HTMLElement {
  return within(screen.getByRole('navigation', { name: 'Conversations' })).getByRole('button', { name });
}

function titles(): string[] {
  const list = screen.getByRole('navigation', { name: 'Conversations' });
  return [...list.querySelectorAll('[data-conversation] .title')].map((title) => title.textContent);
}

describe('the list of conversations', () => {
  test('stands newest first and marks the one that is shown', async () => {
    const { user } = await openWindow(withThree());
    expect(titles()).toEqual(['Newest', 'Middle', 'Oldest']);
    await user.click(row('Middle'));
    await settle();
    expect(row('Middle').getAttribute('aria-current')).toBe('page');
    expect(screen.getByRole('heading', { level: 1, name: 'Middle' })).toBeTruthy();
  });

  test('is one stop of the Tab key and moves by arrows, Home and End', async () => {
    const { user } = await openWindow(withThree());
    expect([row('Newest').tabIndex, row('Middle').tabIndex, row('Oldest').tabIndex]).toEqual([0, -1, -1]);
    row('Newest').focus();
    await user.keyboard('{ArrowDown}');
    expect(document.activeElement).toBe(row('Middle'));
    await settle();
    expect([row('Newest').tabIndex, row('Middle').tabIndex]).toEqual([-1, 0]);
    await user.keyboard('{End}{ArrowDown}');
    expect(document.activeElement).toBe(row('Oldest'));
    await user.keyboard('{Home}');
    expect(document.activeElement).toBe(row('Newest'));
    await user.keyboard('{Enter}');
    await settle();
    expect(screen.getByRole('heading', { level: 1, name: 'Newest' })).toBeTruthy();
  });

  test('renames with F2 in place; Escape leaves the title as it was', async () => {
    const { fake, user } = await openWindow(withThree());
    row('Middle').focus();
    await user.keyboard('{F2}');
    const field = screen.getByRole('textbox', { name: 'Title of the conversation' });
    expect(document.activeElement).toBe(field);
    await user.keyboard('Cats{Enter}');
    await settle();
    expect(fake.callsOf('conversations.rename')).toMatchObject([{ title: 'Cats' }]);
    expect(titles()).toEqual(['Newest', 'Cats', 'Oldest']);
    expect(document.activeElement).toBe(row('Cats'));
    await user.keyboard('{F2}Dogs{Escape}');
    await settle();
    expect(fake.callsOf('conversations.rename')).toHaveLength(1);
    expect(document.activeElement).toBe(row('Cats'));
  });

  test('renames by double click and takes the old title back when it cannot be saved', async () => {
    const { fake, user } = await openWindow(withThree());
    fake.fail('conversations.rename', ['database-readonly', 'The database cannot be written to.']);
    await user.dblClick(row('Oldest'));
    await user.keyboard('Cats');
    await user.click(composer());
    await settle();
    expect(titles()).toEqual(['Newest', 'Middle', 'Oldest']);
    expect(screen.getByText('The database cannot be written to.')).toBeTruthy();
  });

  test('deletes with the Delete key, keeps the focus in the list, and undoes', async () => {
    const { fake, user } = await openWindow(withThree());
    row('Middle').focus();
    await user.keyboard('{Delete}');
    await settle();
    expect(titles()).toEqual(['Newest', 'Oldest']);
    expect(document.activeElement).toBe(row('Oldest'));
    await user.click(within(screen.getByRole('status')).getByRole('button', { name: 'Undo' }));
    await settle();
    expect(fake.callsOf('conversations.restore')).toHaveLength(1);
    expect(titles()).toEqual(['Newest', 'Middle', 'Oldest']);
  });

  test('brings a deleted conversation back to the page with Ctrl+Z, but not while text is typed', async () => {
    const { fake, user } = await openConversation(['What?', 'That.']);
    fake.choose('delete-conversation');
    await settle();
    expect(screen.queryByRole('article')).toBeNull();
    composer().focus();
    await user.keyboard('{Control>}z{/Control}');
    expect(fake.callsOf('conversations.restore')).toHaveLength(0);
    composer().blur();
    await user.keyboard('{Control>}z{/Control}');
    await settle();
    expect(fake.callsOf('conversations.restore')).toHaveLength(1);
    expect(screen.getAllByRole('article')).toHaveLength(2);
  });

  test('offers to undo for ten seconds', async () => {
    const { fake } = await openConversation(['What?', 'That.']);
    vi.useFakeTimers();
    fake.choose('delete-conversation');
    await settle();
    vi.advanceTimersByTime(9_900);
    await settle();
    expect(screen.getByRole('button', { name: 'Undo' })).toBeTruthy();
    vi.advanceTimersByTime(200);
    await settle();
    expect(screen.queryByRole('button', { name: 'Undo' })).toBeNull();
  });

  test('shows the conversation asked for last, whichever answer comes first', async () => {
    const fake = withThree();
    const { stores } = await openWindow(fake);
    const [newest, middle] = stores.conversations.list;
    const slow = stores.transcript.open(newest?.id ?? '');
    const quick = stores.transcript.open(middle?.id ?? '');
    await Promise.all([slow, quick]);
    await settle();
    expect(screen.getByRole('heading', { level: 1, name: 'Middle' })).toBeTruthy();
  });
});

describe('day groups', () => {
  const now = new Date(2026, 2, 15, 12).getTime();
  test.each([
    [new Date(2026, 2, 15, 0, 1), 'Today'],
    [new Date(2026, 2, 14, 23, 59), 'Yesterday'],
    [new Date(2026, 2, 8), 'Previous 7 days'],
    [new Date(2026, 2, 7, 23, 59), 'March'],
    [new Date(2026, 0, 3), 'January'],
    [new Date(2025, 11, 31), 'December 2025'],
  ])('%s is %s', (date, label) => {
    expect(dayGroup(date.getTime(), now)).toBe(label);
  });
});
