import { fireEvent, screen, within } from '@testing-library/svelte';
import { describe, expect, test } from 'vitest';
import { FakeAssistant } from './fake-api.ts';
import { openConversation, openWindow, settle, spoken, type OpenWindow } from './open-window.ts';

/** Titles from top to bottom, each below its heading. */
function shown(): string[] {
  return [...sidebar().querySelectorAll('h2, [data-conversation] .title')].map((each) => each.textContent.trim());
}

function sidebar(): HTMLElement {
  return screen.getByRole('navigation', { name: 'Conversations' });
}

function row(name: string): HTMLElement {
  return within(sidebar()).getByRole('button', { name: new RegExp(`^${name}`) });
}

function withFive(): FakeAssistant {
  const fake = new FakeAssistant();
  ['Ada', 'Bea', 'Cem', 'Dora', 'Eva'].forEach((title, index) => {
    fake.addConversation(title, ['a', 'b'], fake.nowMs - index * 1000);
  });
  return fake;
}

async function isFocused(name: string): Promise<void> {
  await expect.poll(() => document.activeElement).toBe(row(name));
}

function idOf(fake: FakeAssistant, title: string): string {
  const stored = fake.conversations.stored.find(({ summary }) => summary.title === title);
  if (stored === undefined) throw new Error(`no ${title}`);
  return stored.summary.id;
}

/** Opens the menu of a row as Shift+F10 does, and chooses from it. */
async function choose({ user }: OpenWindow, title: string, ...path: string[]): Promise<void> {
  row(title).focus();
  await fireEvent.contextMenu(row(title));
  for (const name of path) {
    await user.click(await screen.findByRole('menuitem', { name }));
    await settle();
  }
  await expect.poll(() => screen.queryByRole('menu')).toBeNull();
  await settle();
}

async function undo({ user }: OpenWindow): Promise<void> {
  await user.click(screen.getByRole('button', { name: 'Undo' }));
  await settle();
}

describe('the menu of a row', () => {
  test('pins to the top and back, and the focus stays with the row', async () => {
    const opened = await openWindow(withFive());
    await choose(opened, 'Cem', 'Pin');
    expect(shown()).toEqual(['Pinned', 'Cem', 'Today', 'Ada', 'Bea', 'Dora', 'Eva']);
    await isFocused('Cem');
    await choose(opened, 'Cem', 'Unpin');
    expect(shown()).toEqual(['Today', 'Ada', 'Bea', 'Cem', 'Dora', 'Eva']);
  });

  test('renames, and leaves with Escape to the row', async () => {
    const opened = await openWindow(withFive());
    await choose(opened, 'Cem', 'Rename');
    const field = screen.getByRole('textbox', { name: 'Title of the conversation' });
    expect(document.activeElement).toBe(field);
    await opened.user.keyboard('{Escape}');
    await settle();
    expect(document.activeElement).toBe(row('Cem'));
  });

  test('opens from its button, and Escape gives the focus back', async () => {
    const { user } = await openWindow(withFive());
    await user.click(screen.getByRole('button', { name: 'More for “Bea”' }));
    expect(await screen.findByRole('menu', { name: '“Bea”' })).toBeTruthy();
    await user.keyboard('{Escape}');
    await expect.poll(() => screen.queryByRole('menu')).toBeNull();
    await settle();
    expect(document.activeElement).toBe(row('Bea'));
  });

  test('exports and copies the conversation', async () => {
    const opened = await openWindow(withFive());
    const id = idOf(opened.fake, 'Dora');
    await choose(opened, 'Dora', 'Export…');
    expect(opened.fake.callsOf('exchange.export')).toMatchObject([{ conversationIds: [id] }]);
    await choose(opened, 'Dora', 'Copy as Markdown');
    expect(opened.fake.callsOf('exchange.copy')).toEqual([{ scope: 'conversation', id }]);
  });

  test('deletes, and the focus goes to the row below', async () => {
    const opened = await openWindow(withFive());
    await choose(opened, 'Bea', 'Delete');
    expect(shown()).toEqual(['Today', 'Ada', 'Cem', 'Dora', 'Eva']);
    await isFocused('Cem');
  });
});

describe('folders', () => {
  test('are made for a conversation and named at once', async () => {
    const opened = await openWindow(withFive());
    await choose(opened, 'Bea', 'Move to folder…', 'New folder');
    await opened.user.keyboard('Friends{Enter}');
    await settle();
    expect(shown()).toEqual(['Friends 1', 'Bea', 'Today', 'Ada', 'Cem', 'Dora', 'Eva']);
    await choose(opened, 'Dora', 'Move to folder…', 'Friends');
    expect(shown().slice(0, 3)).toEqual(['Friends 2', 'Bea', 'Dora']);
    expect(spoken()).toContain('Moved to Friends.');
    await choose(opened, 'Bea', 'Move to folder…', 'In no folder');
    expect(shown()).toEqual(['Friends 1', 'Dora', 'Today', 'Ada', 'Bea', 'Cem', 'Eva']);
  });

  test('close and open by click and by arrow keys, and stay closed', async () => {
    const fake = withFive();
    const folder = fake.folders.add('Work');
    fake.conversations.save(idOf(fake, 'Bea'), { folderId: folder.id });
    const { user } = await openWindow(fake);
    const head = within(sidebar()).getByRole('button', { name: /^Work/ });
    expect(head.getAttribute('aria-expanded')).toBe('true');
    head.focus();
    await user.keyboard('{ArrowLeft}');
    await settle();
    expect(shown()).toEqual(['Work 1', 'Today', 'Ada', 'Cem', 'Dora', 'Eva']);
    expect(fake.settings.closedFolderIds).toEqual([folder.id]);
    await user.keyboard('{ArrowDown}');
    expect(document.activeElement).toBe(row('Ada'));
    await user.keyboard('{ArrowUp}{ArrowRight}{ArrowDown}');
    expect(document.activeElement).toBe(row('Bea'));
    expect(fake.settings.closedFolderIds).toEqual([]);
  });

  test('leave their conversations when they are deleted, also those in the archive, and come back with them', async () => {
    const fake = withFive();
    const folder = fake.folders.add('Work');
    fake.conversations.save(idOf(fake, 'Bea'), { folderId: folder.id });
    fake.conversations.save(idOf(fake, 'Cem'), { folderId: folder.id, isArchived: true });
    const opened = await openWindow(fake);
    within(sidebar()).getByRole('button', { name: /^Work/ }).focus();
    await opened.user.keyboard('{Delete}');
    await expect.poll(shown).toEqual(['Today', 'Ada', 'Bea', 'Dora', 'Eva']);
    await undo(opened);
    expect(shown()).toEqual(['Work 1', 'Bea', 'Today', 'Ada', 'Dora', 'Eva']);
    const [restored] = opened.stores.folders.list;
    expect(opened.stores.conversations.find(idOf(fake, 'Cem'))?.folderId).toBe(restored?.id);
  });

  test('take rows that are dropped on them', async () => {
    const fake = withFive();
    fake.folders.add('Work');
    await openWindow(fake);
    const head = within(sidebar()).getByRole('button', { name: /^Work/ });
    await fireEvent.dragStart(row('Cem'));
    await fireEvent.dragOver(head);
    await fireEvent.drop(head);
    await settle();
    expect(shown()).toEqual(['Work 1', 'Cem', 'Today', 'Ada', 'Bea', 'Dora', 'Eva']);
  });

  test('show the hidden characters of their names', async () => {
    const fake = withFive();
    fake.folders.add('a\u202eb');
    await openWindow(fake);
    expect(shown()[0]).toBe('a⟦U+202E⟧b 0');
  });
});

describe('the archive', () => {
  test('takes conversations out of the list, shows them, and gives them back', async () => {
    const opened = await openWindow(withFive());
    await choose(opened, 'Bea', 'Archive');
    expect(shown()).toEqual(['Today', 'Ada', 'Cem', 'Dora', 'Eva']);
    await isFocused('Cem');
    await opened.user.click(screen.getByRole('button', { name: 'Archive' }));
    await settle();
    expect(shown()).toEqual(['Archive', 'Today', 'Bea']);
    await choose(opened, 'Bea', 'Move back to the list');
    expect(shown()).toEqual(['Archive']);
    await opened.user.click(screen.getByRole('button', { name: 'Back to the list' }));
    await settle();
    expect(shown()).toEqual(['Today', 'Ada', 'Bea', 'Cem', 'Dora', 'Eva']);
  });

  test('is undone at once', async () => {
    const opened = await openWindow(withFive());
    await choose(opened, 'Bea', 'Archive');
    await undo(opened);
    expect(shown()).toEqual(['Today', 'Ada', 'Bea', 'Cem', 'Dora', 'Eva']);
  });

  test('is reached by the menu of the window for the conversation on the page, which stays there', async () => {
    const { fake } = await openConversation(['What?', 'That.']);
    fake.choose('archive-conversation');
    await settle();
    expect(shown()).toEqual([]);
    expect(screen.getByRole('heading', { level: 1, name: 'A conversation' })).toBeTruthy();
    fake.choose('pin-conversation');
    fake.choose('archive-conversation');
    await settle();
    expect(shown()).toEqual(['Pinned', 'A conversation']);
  });
});

describe('several at once', () => {
  test('are selected by Ctrl and Shift, counted, and let go with Escape', async () => {
    const { fake, user } = await openWindow(withFive());
    await user.keyboard('{Control>}');
    await user.click(row('Ada'));
    await user.click(row('Cem'));
    await user.keyboard('{/Control}');
    const bar = screen.getByRole('toolbar', { name: 'Selected conversations' });
    expect(within(bar).getByText('2 selected')).toBeTruthy();
    await user.keyboard('{Shift>}');
    await user.click(row('Eva'));
    await user.keyboard('{/Shift}');
    expect(within(bar).getByText('3 selected')).toBeTruthy();
    expect(fake.callsOf('conversations.open')).toEqual([]);
    await user.keyboard('{Escape}');
    await settle();
    expect(screen.queryByRole('toolbar')).toBeNull();
    expect(document.activeElement).toBe(row('Eva'));
  });

  test('are selected by keys alone, and deleted with one way back', async () => {
    const opened = await openWindow(withFive());
    const { fake, user } = opened;
    row('Bea').focus();
    await user.keyboard('{ArrowDown}{ArrowUp}{Shift>}{ArrowDown}{ArrowDown}{/Shift}');
    expect(screen.getByText('3 selected')).toBeTruthy();
    await user.keyboard('{Delete}');
    await settle();
    expect(shown()).toEqual(['Today', 'Ada', 'Eva']);
    expect(document.activeElement).toBe(row('Eva'));
    expect(fake.callsOf('conversations.delete')).toEqual([
      { conversationIds: ['Bea', 'Cem', 'Dora'].map((title) => idOf(fake, title)) },
    ]);
    expect(screen.getByText('3 conversations deleted.')).toBeTruthy();
    await undo(opened);
    expect(fake.callsOf('conversations.restore')).toHaveLength(1);
    expect(shown()).toEqual(['Today', 'Ada', 'Bea', 'Cem', 'Dora', 'Eva']);
  });

  test('are moved and archived from the bar, all of the list by Ctrl+A', async () => {
    const opened = await openWindow(withFive());
    const { user } = opened;
    opened.fake.folders.add('Work');
    row('Ada').focus();
    await user.keyboard('{Control>}a{/Control}');
    await user.click(screen.getByRole('button', { name: 'Move to folder…' }));
    await user.click(await screen.findByRole('menuitem', { name: 'Work' }));
    await expect.poll(shown).toEqual(['Work 5', 'Ada', 'Bea', 'Cem', 'Dora', 'Eva']);
    expect(screen.queryByRole('toolbar')).toBeNull();
    row('Ada').focus();
    await user.keyboard('{Control>} {/Control}{ArrowDown}{Control>} {/Control}');
    await user.click(within(screen.getByRole('toolbar')).getByRole('button', { name: 'Archive' }));
    await expect.poll(shown).toEqual(['Work 3', 'Cem', 'Dora', 'Eva']);
    await isFocused('Cem');
  });

  test('a row outside the selection is meant alone', async () => {
    const opened = await openWindow(withFive());
    await opened.user.keyboard('{Control>}');
    await opened.user.click(row('Ada'));
    await opened.user.click(row('Bea'));
    await opened.user.keyboard('{/Control}');
    await choose(opened, 'Eva', 'Pin');
    expect(shown()).toEqual(['Pinned', 'Eva', 'Today', 'Ada', 'Bea', 'Cem', 'Dora']);
    await fireEvent.contextMenu(row('Ada'));
    expect(await screen.findByRole('menu', { name: 'Selected conversations' })).toBeTruthy();
  });
});

describe('a long list', () => {
  function withMany(count: number): FakeAssistant {
    const fake = new FakeAssistant();
    for (let index = 0; index < count; index++) fake.addConversation(`Number ${String(index)}`, [], fake.nowMs - index);
    return fake;
  }

  test('is read in pages, and only what is near the view is in the page', async () => {
    const fake = withMany(2500);
    const { stores, user } = await openWindow(fake);
    await expect.poll(() => stores.conversations.list.length).toBe(2500);
    const pages = fake.callsOf('conversations.list') as { limit: number }[];
    expect(pages.map(({ limit }) => limit)).toEqual([200, 1000, 1000, 1000]);
    expect(sidebar().querySelectorAll('[data-conversation]').length).toBeLessThan(60);
    row('Number 0').focus();
    await user.keyboard('{End}');
    await settle();
    expect(document.activeElement).toBe(row('Number 2499'));
    await user.keyboard('{ArrowUp}');
    expect(document.activeElement).toBe(row('Number 2498'));
    expect(sidebar().querySelectorAll('[data-conversation]').length).toBeLessThan(60);
  });

  test('takes what changes while it is read, and nothing twice', async () => {
    const fake = withMany(1500);
    const moved = idOf(fake, 'Number 1400');
    const deleted = idOf(fake, 'Number 1300');
    fake.beforeAnswer = (method) => {
      if (method !== 'conversations.list') return;
      fake.beforeAnswer = null;
      fake.conversations.save(moved, { updatedAt: fake.nowMs + 1 });
      fake.conversations.delete([deleted]);
    };
    const { stores } = await openWindow(fake);
    await expect.poll(() => stores.conversations.list.length).toBe(1499);
    expect(stores.conversations.list[0]?.id).toBe(moved);
    expect(new Set(stores.conversations.list.map(({ id }) => id)).size).toBe(1499);
  });

  test('is read again when many changed at once', async () => {
    const fake = withMany(3);
    const { stores } = await openWindow(fake);
    fake.conversations.stored.splice(0, 2);
    fake.addConversation('Restored', [], fake.nowMs + 5);
    fake.conversations.tell({ kind: 'renewed' });
    await expect.poll(() => stores.conversations.list.map(({ title }) => title)).toEqual(['Restored', 'Number 2']);
  });

  test('reopens the last conversation wherever it stands in it', async () => {
    const fake = withMany(500);
    fake.settings.lastConversationId = idOf(fake, 'Number 499');
    await openWindow(fake);
    expect(await screen.findByRole('heading', { level: 1, name: 'Number 499' })).toBeTruthy();
  });
});
