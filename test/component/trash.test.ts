import { screen, within, type BoundFunctions, type queries } from '@testing-library/svelte';
import axe from 'axe-core';
import { describe, expect, test } from 'vitest';
import { FakeAssistant } from './fake-api.ts';
import { trashEntry } from './fake-trash.ts';
import { composer, openWindow, settle, type OpenWindow } from './open-window.ts';

const gone = trashEntry({ id: 'a', title: 'Trees' });
const branch = trashEntry({ id: 'b', kind: 'branch', title: 'Cats', excerpt: 'Do cats purr?', messages: 1 });

async function openTrash(entries = [gone, branch], fake = new FakeAssistant()): Promise<OpenWindow> {
  fake.trash.entries = entries;
  const opened = await openWindow(fake);
  fake.choose('show-trash');
  await settle();
  return opened;
}

function page(): HTMLElement {
  return screen.getByRole('region', { name: 'Trash' });
}

function row(title: string): BoundFunctions<typeof queries> {
  return within(screen.getByRole('listitem', { name: title }));
}

describe('the trash', () => {
  test('takes the place of the transcript and gives it back with Escape', async () => {
    const { user } = await openTrash();
    expect(screen.getByRole('heading', { level: 1, name: 'Trash' })).toBeTruthy();
    expect(document.title).toBe('Trash – OASST Desktop');
    expect(document.activeElement).toBe(page());
    await user.keyboard('{Escape}');
    await settle();
    expect(document.activeElement).toBe(composer());
  });

  test('says of each what it is, when it was deleted, and how long it stays', async () => {
    await openTrash([gone, branch, trashEntry({ id: 'c', title: 'Last', expiresAt: Date.now() + 1000 })]);
    expect(screen.getByRole('listitem', { name: 'Trees' }).textContent).toMatch(
      /Trees\s*4 messages deleted yesterday 29 days left/,
    );
    expect(screen.getByRole('listitem', { name: 'Cats' }).textContent).toMatch(
      /Branch that begins with Do cats purr\?\s*1 message deleted yesterday/,
    );
    expect(screen.getByRole('listitem', { name: 'Last' }).textContent).toContain('1 day left');
  });

  test('writes what titles and messages hide', async () => {
    const title = 'a\u202eb';
    await openTrash([trashEntry({ id: 'c', title, kind: 'branch', excerpt: '\u200bquiet' })]);
    expect(page().textContent).toContain('a⟦U+202E⟧b');
    expect(page().textContent).toContain('⟦U+200B⟧quiet');
  });

  test('says so when it is empty, and when it cannot be read', async () => {
    await openTrash([]);
    expect(page().textContent).toContain('The trash is empty.');
    expect(screen.queryByRole('button', { name: 'Empty the trash…' })).toBeNull();
  });

  test('can be read again after a failure', async () => {
    const fake = new FakeAssistant();
    fake.fail('trash.list', ['database-unreadable', 'The file is damaged.']);
    const { user } = await openTrash([gone], fake);
    expect(screen.getByRole('alert').textContent).toBe('The file is damaged.');
    fake.failing.clear();
    await user.click(screen.getByRole('button', { name: 'Try again' }));
    await settle();
    expect(screen.getByRole('listitem', { name: 'Trees' })).toBeTruthy();
  });

  test('follows what is deleted and restored elsewhere', async () => {
    const { fake } = await openTrash([gone]);
    fake.trash.entries = [branch, gone];
    fake.conversations.tell({ kind: 'renewed' });
    await settle();
    expect(screen.getByRole('listitem', { name: 'Cats' })).toBeTruthy();
  });

  test('draws as many as can be looked at, and more on demand', async () => {
    const entries = Array.from({ length: 230 }, (_value, index) => trashEntry({ id: String(index) }));
    const { user } = await openTrash(entries);
    expect(page().querySelectorAll('li[aria-labelledby]')).toHaveLength(100);
    await user.click(screen.getByRole('button', { name: 'Show more of 130 others' }));
    expect(page().querySelectorAll('li[aria-labelledby]')).toHaveLength(200);
  });
});

describe('restoring', () => {
  test('brings it back, says where to, and keeps the focus in the list', async () => {
    const { fake, user } = await openTrash();
    row('Trees').getByRole('button', { name: 'Restore' }).focus();
    await user.keyboard('{Enter}');
    await settle();
    expect(fake.callsOf('trash.restore')).toEqual([{ entries: [{ kind: 'conversation', id: 'a' }] }]);
    expect(screen.getByText('“Trees” is back in the list.')).toBeTruthy();
    expect(document.activeElement).toBe(row('Cats').getByRole('button', { name: 'Restore' }));
    await user.keyboard('{Enter}');
    await settle();
    expect(screen.getByText('The branch is back in “Cats”.')).toBeTruthy();
    expect(document.activeElement).toBe(page());
  });

  test('that fails says why, and the entry stays', async () => {
    const { fake, user } = await openTrash();
    fake.fail('trash.restore', ['not-found', 'This is no longer in the trash. It was restored or erased.']);
    await user.click(row('Trees').getByRole('button', { name: 'Restore' }));
    await settle();
    expect(screen.getByText('This is no longer in the trash. It was restored or erased.')).toBeTruthy();
    expect(row('Trees').getByRole('button', { name: 'Restore' })).toBeTruthy();
  });
});

describe('erasing', () => {
  test('asks first, says what goes, and leaves it with Escape', async () => {
    const { fake, user } = await openTrash();
    const ask = row('Trees').getByRole('button', { name: 'Erase now…' });
    await user.click(ask);
    const question = row('Trees').getByRole('group');
    expect(question.textContent).toContain('“Trees” will be erased for good, with 4 messages, its unsent text');
    expect(document.activeElement).toBe(within(question).getByRole('button', { name: 'Keep it' }));
    await user.keyboard('{Escape}');
    expect(row('Trees').queryByRole('group')).toBeNull();
    expect(document.activeElement).toBe(ask);
    expect(fake.callsOf('trash.erase')).toEqual([]);
  });

  test('of a branch leaves the backups alone unless they are to be cleaned', async () => {
    const { fake, user } = await openTrash();
    await user.click(row('Cats').getByRole('button', { name: 'Erase now…' }));
    expect(row('Cats').getByRole('group').textContent).toContain(
      'This branch of “Cats” will be erased for good, with 1 message. The rest stays.',
    );
    expect(row('Cats').getByRole('checkbox', { name: 'Erase it in the backups as well' })).toHaveProperty(
      'checked',
      false,
    );
    await user.click(row('Cats').getByRole('button', { name: 'Erase' }));
    await settle();
    const entries = [{ kind: 'branch', id: 'b' }];
    expect(fake.callsOf('trash.erase')).toEqual([{ entries, alsoInBackups: false }]);
    expect(screen.getByText('Erased: 1 branch.')).toBeTruthy();
    expect(document.activeElement).toBe(row('Trees').getByRole('button', { name: 'Restore' }));
  });

  test('everything says how much that is, and what is left in backups and elsewhere', async () => {
    const { fake, user } = await openTrash();
    fake.trash.report = { backupsCleaned: 3, backupsLeft: 1, hasTraces: true };
    await user.click(screen.getByRole('button', { name: 'Empty the trash…' }));
    const question = screen.getByRole('group');
    expect(question.textContent).toContain(
      '1 conversation and 1 branch will be erased for good, with all that belongs to them.',
    );
    await user.click(within(question).getByRole('checkbox'));
    await user.click(within(question).getByRole('button', { name: 'Erase everything' }));
    await settle();
    expect(fake.callsOf('trash.erase')).toEqual([{ entries: null, alsoInBackups: true }]);
    expect(
      screen.getByText(
        'Erased: 1 conversation and 1 branch. It is gone from 3 backups as well. 1 backup may still hold it, because it cannot be changed. Traces may be left while another program reads the database or the disk is full. They are removed at a later start.',
      ),
    ).toBeTruthy();
    expect(page().textContent).toContain('The trash is empty.');
    expect(document.activeElement).toBe(page());
  });
});

test('the page is accessible, also with a question in it', async () => {
  const { user } = await openTrash();
  await user.click(row('Trees').getByRole('button', { name: 'Erase now…' }));
  // jsdom draws nothing, so colours are left to the tests in the real window.
  const { violations } = await axe.run(page(), { rules: { 'color-contrast': { enabled: false } } });
  expect(violations.map(({ id, nodes }) => `${id} ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([]);
});
