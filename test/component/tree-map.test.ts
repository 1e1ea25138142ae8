import { screen, within } from '@testing-library/svelte';
import { describe, expect, test } from 'vitest';
import { FakeAssistant } from './fake-api.ts';
import { inTurn, openConversation, openWindow, settle, turn, type OpenWindow } from './open-window.ts';

async function openMap({ fake }: OpenWindow): Promise<HTMLElement> {
  fake.choose('show-map');
  const tree = await screen.findByRole('tree', { name: 'Questions and answers' });
  await settle();
  return tree;
}

/** The row that the keyboard is at, as it is read out. */
function active(tree: HTMLElement): string {
  const id = tree.getAttribute('aria-activedescendant') ?? '';
  return document.getElementById(id)?.textContent.replace(/\s+/g, ' ').trim() ?? '';
}

/** One question with two answers, the second of which goes on. */
async function openForked(): Promise<OpenWindow & { id: string }> {
  const fake = new FakeAssistant();
  const id = fake.addConversation('A conversation', ['What?', 'First.']);
  const [question, answer] = fake.conversations.find(id).messages;
  if (answer !== undefined) answer.rating = 1;
  const second = fake.addMessage(id, { role: 'assistant', parentId: question?.id ?? null, text: 'Second.' });
  fake.addMessage(id, { role: 'prompter', parentId: second.id, text: 'And?' });
  fake.settings.lastConversationId = id;
  return { ...(await openWindow(fake)), id };
}

describe('the map of a conversation', () => {
  test('shows every branch, and begins at the end of the one on the page', async () => {
    const tree = await openMap(await openForked());
    expect(document.activeElement).toBe(tree);
    expect(
      within(tree)
        .getAllByRole('treeitem')
        .map((row) => `${row.getAttribute('aria-level') ?? ''} ${row.textContent.replace(/\s+/g, ' ').trim()}`),
    ).toEqual([
      '1 Question 1, on the page: What?',
      '2 Answer 1, version 1 of 2, good answer: First. 1/2',
      '1 Answer 1, version 2 of 2, on the page: Second. 2/2',
      '1 Question 2, on the page: And?',
    ]);
    expect(active(tree)).toBe('Question 2, on the page: And?');
  });

  test('is walked by keys, and Enter leads to the message', async () => {
    const open = await openForked();
    const tree = await openMap(open);
    const { user } = open;
    await user.keyboard('{ArrowLeft}');
    expect(active(tree)).toContain('Second.');
    await user.keyboard('{ArrowLeft}');
    expect(active(tree)).toContain('What?');
    await user.keyboard('{ArrowRight}');
    expect(active(tree)).toContain('Second.');
    await user.keyboard('{End}');
    expect(active(tree)).toContain('And?');
    await user.keyboard('{Home}{ArrowDown}');
    expect(active(tree)).toContain('First.');
    await user.keyboard('{Enter}');
    await expect.poll(() => screen.queryByRole('dialog')).toBeNull();
    await expect.poll(() => document.activeElement).toBe(turn('Answer 1'));
    expect(inTurn('Answer 1').getByText('First.')).toBeTruthy();
    expect(screen.getAllByRole('article')).toHaveLength(2);
  });

  test('a click leads to the message, without changing a branch that it is on', async () => {
    const open = await openForked();
    const tree = await openMap(open);
    await open.user.click(within(tree).getByText('What?'));
    await expect.poll(() => document.activeElement).toBe(turn('Question 1'));
    expect(open.fake.callsOf('conversations.selectBranch')).toEqual([]);
    expect(inTurn('Question 2').getByText('And?')).toBeTruthy();
  });

  test('opens from the bar and gives the focus back', async () => {
    const { user } = await openForked();
    const button = screen.getByRole('button', { name: 'Map of this conversation' });
    await user.click(button);
    await screen.findByRole('tree');
    await user.keyboard('{Escape}');
    await expect.poll(() => screen.queryByRole('dialog')).toBeNull();
    await expect.poll(() => document.activeElement).toBe(button);
  });

  test('draws only what is in sight of a long conversation', async () => {
    const open = await openConversation(Array.from({ length: 3000 }, (_, index) => `Text ${String(index + 1)}`));
    const tree = await openMap(open);
    expect(within(tree).getAllByRole('treeitem').length).toBeLessThan(100);
    await open.user.keyboard('{Home}{ArrowDown}');
    expect(active(tree)).toBe('Answer 1, on the page: Text 2');
  });

  test('follows what changes while it is open, and the keyboard stays at its message', async () => {
    const open = await openForked();
    const tree = await openMap(open);
    const { fake, id, user } = open;
    await user.keyboard('{Home}{ArrowDown}');
    expect(active(tree)).toContain('version 1 of 2, good answer: First.');
    const [question, first] = fake.conversations.find(id).messages;
    // As by another window: a third answer, and another opinion of the first.
    fake.addMessage(id, { role: 'assistant', parentId: question?.id ?? null, text: 'Third.' });
    if (first !== undefined) first.rating = -1;
    fake.conversations.save(id, {});
    await settle();
    expect(within(tree).getByText('Third.')).toBeTruthy();
    expect(active(tree)).toContain('version 1 of 3, bad answer: First.');
    expect(document.activeElement).toBe(tree);
    // The one that the keyboard is at goes.
    fake.conversations.find(id).messages = fake.conversations.find(id).messages.filter((message) => message !== first);
    fake.conversations.save(id, {});
    await settle();
    expect(within(tree).queryByText('First.')).toBeNull();
    expect(active(tree)).not.toBe('');
    await user.keyboard('{Home}');
    expect(active(tree)).toContain('What?');
  });

  test('is read once more when something changes while it is read, and not at all when it is closed', async () => {
    const open = await openForked();
    const { fake, id, user } = open;
    const tree = await openMap(open);
    const before = fake.callsOf('messages.tree').length;
    fake.beforeAnswer = (method) => {
      if (method !== 'messages.tree') return;
      fake.beforeAnswer = null;
      fake.addMessage(id, { role: 'prompter', parentId: null, text: 'Other?' });
      fake.conversations.save(id, {});
      fake.conversations.save(id, {});
    };
    fake.conversations.save(id, {});
    await settle();
    await settle();
    expect(within(tree).getByText('Other?')).toBeTruthy();
    expect(fake.callsOf('messages.tree')).toHaveLength(before + 2);
    await user.keyboard('{Escape}');
    await expect.poll(() => screen.queryByRole('dialog')).toBeNull();
    fake.conversations.save(id, {});
    await settle();
    expect(fake.callsOf('messages.tree')).toHaveLength(before + 2);
  });

  test('says that it could not be read', async () => {
    const open = await openForked();
    open.fake.fail('messages.tree', ['database-unreadable', 'The database could not be read.']);
    open.fake.choose('show-map');
    expect(await screen.findByText('The database could not be read.')).toBeTruthy();
  });

  test('there is none on the first screen', async () => {
    const { fake } = await openWindow();
    fake.choose('show-map');
    await settle();
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(screen.queryByRole('button', { name: 'Map of this conversation' })).toBeNull();
  });
});
