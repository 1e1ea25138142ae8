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
