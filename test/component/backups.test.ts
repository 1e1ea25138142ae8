import { screen, within } from '@testing-library/svelte';
import axe from 'axe-core';
import { describe, expect, test } from 'vitest';
import { AppError } from '../../preload/contract/errors.ts';
import { FakeAssistant } from './fake-api.ts';
import { backupOf } from './fake-backups.ts';
import { openWindow, settle, spoken, type OpenWindow } from './open-window.ts';

/** Local times, so that the words are the same wherever the tests run. */
const newest = backupOf(new Date(2026, 10, 23, 11, 45).getTime());
const older = backupOf(new Date(2026, 10, 22, 9, 5).getTime(), { reason: 'migration', sizeBytes: 900_000 });

async function openBackups(backups = [newest, older], fake = new FakeAssistant()): Promise<OpenWindow> {
  fake.backups.backups = backups;
  const opened = await openWindow(fake);
  fake.choose('show-settings');
  await settle();
  await opened.user.click(screen.getByRole('tab', { name: 'Data and privacy' }));
  await settle();
  return opened;
}

function section(): HTMLElement {
  return screen.getByRole('region', { name: 'Backups' });
}

function button(name: string): HTMLElement {
  return within(section()).getByRole('button', { name });
}

function rows(): string[] {
  return within(section())
    .queryAllByRole('listitem')
    .map(({ textContent }) => textContent.replace(/\s+/g, ' ').replace('Look into…', '').trim());
}

function dialog(): HTMLElement {
  return screen.getByRole('dialog');
}

function notice(): string {
  return screen
    .getAllByRole('status')
    .map(({ textContent }) => textContent.trim())
    .join(' ');
}

async function lookInto({ user }: OpenWindow, time = '23 November 2026 at 11:45'): Promise<void> {
  await user.click(button(`Look into the backup of ${time}`));
  await settle();
}

describe('the list of backups', () => {
  test('tells when each was made, why, and what all take', async () => {
    await openBackups();
    expect(rows()).toEqual([
      '23 November 2026 at 11:45 on schedule, 1.20 MB',
      '22 November 2026 at 09:05 before a new version of the app, 900 KB',
    ]);
    expect(section().textContent).toContain('2 backups, 2.10 MB in all. The newest is of 23 November 2026 at 11:45.');
  });

  test('is empty at first, and grows when one is made', async () => {
    const { fake, user } = await openBackups([]);
    expect(section().textContent).toContain('There is no backup yet.');
    fake.backups.hold();
    await user.click(button('Back up now'));
    expect(button('Backing up').getAttribute('aria-disabled')).toBe('true');
    await user.click(button('Backing up'));
    fake.backups.finish();
    await expect.poll(rows).toHaveLength(1);
    expect(fake.callsOf('backups.create')).toHaveLength(1);
    expect(spoken()).toContain('Backup of ');
    expect(rows()[0]).toContain('made by you');
  });

  test('follows what main does by itself, and says once when one that was due could not be made', async () => {
    const { fake } = await openBackups([]);
    fake.backups.backups = [newest];
    fake.backups.tell();
    await settle();
    expect(rows()).toHaveLength(1);
    fake.backups.failure = new AppError('disk-full', 'The disk is full.').toReport();
    fake.backups.tell();
    await settle();
    const words = 'The last backup that was due could not be made. The disk is full.';
    expect(notice()).toContain(words);
    expect(section().textContent).toContain(words);
    screen.getByRole('button', { name: 'Dismiss' }).click();
    fake.backups.tell();
    await settle();
    expect(notice()).not.toContain(words);
  });

  test('loses what is deleted, after a question; the focus stays in it', async () => {
    const { fake, user } = await openBackups();
    await user.click(button('Delete the backup of 23 November 2026 at 11:45…'));
    await user.click(button('Keep it'));
    expect(fake.callsOf('backups.delete')).toEqual([]);
    await user.click(button('Delete the backup of 23 November 2026 at 11:45…'));
    await user.click(button('Delete'));
    await settle();
    expect(fake.callsOf('backups.delete')).toEqual([{ backupId: newest.id }]);
    expect(rows()).toHaveLength(1);
    await expect.poll(() => document.activeElement).toBe(button('Look into the backup of 22 November 2026 at 09:05'));
  });

  test('draws a dozen of many, and the rest when asked', async () => {
    const many = Array.from({ length: 20 }, (_value, index) => backupOf(newest.createdAt - index * 3_600_000));
    const { user } = await openBackups(many);
    expect(rows()).toHaveLength(12);
    await user.click(button('Show 8 more'));
    expect(rows()).toHaveLength(20);
  });

  test('has its interval and its folder beside it', async () => {
    const { fake, user } = await openBackups();
    await user.selectOptions(screen.getByRole('combobox', { name: 'Make a backup' }), 'every week');
    await user.click(button('Show the folder'));
    await settle();
    expect(fake.callsOf('settings.change')).toEqual([{ backupEveryHours: 168 }]);
    expect(fake.callsOf('backups.showFolder')).toHaveLength(1);
  });
});

describe('a backup', () => {
  test('tells what is in it and what restoring it would change', async () => {
    const opened = await openBackups();
    await lookInto(opened);
    expect(dialog().textContent).toContain('12 conversations with 340 messages.');
    expect(dialog().textContent).toContain(
      '3 conversations of today are not in it; 1 conversation in it is gone today.',
    );
    expect(within(dialog()).getByRole('listitem').textContent).toContain('Cats');
    await opened.user.keyboard('{Escape}');
    await expect.poll(() => screen.queryByRole('dialog')).toBeNull();
    expect(opened.fake.callsOf('backups.restore')).toEqual([]);
  });

  test('that is damaged says so and cannot be restored', async () => {
    const opened = await openBackups();
    opened.fake.fail('backups.preview', ['database-unreadable', 'This backup is damaged and cannot be used.']);
    await lookInto(opened);
    expect(within(dialog()).getByRole('alert').textContent).toBe('This backup is damaged and cannot be used.');
    expect(within(dialog()).queryByRole('button', { name: 'Restore…' })).toBeNull();
  });

  test('is restored after a question, and that can be taken back', async () => {
    const opened = await openBackups();
    const { fake, user } = opened;
    await lookInto(opened);
    await user.click(within(dialog()).getByRole('button', { name: 'Restore…' }));
    await user.click(within(dialog()).getByRole('button', { name: 'Cancel' }));
    expect(fake.callsOf('backups.restore')).toEqual([]);
    await user.click(within(dialog()).getByRole('button', { name: 'Restore…' }));
    fake.backups.hold();
    await user.click(within(dialog()).getByRole('button', { name: 'Restore' }));
    expect(within(dialog()).getByRole('status').textContent).toContain('Restoring.');
    await user.keyboard('{Escape}');
    expect(dialog().textContent).toContain('Restoring.');
    fake.backups.finish();
    await expect.poll(() => screen.queryByRole('dialog')).toBeNull();
    await expect
      .poll(notice)
      .toContain('The state of 23 November 2026 at 11:45 is restored. Today’s is kept as a backup.');
    const kept = fake.backups.backups[0];
    expect(kept?.reason).toBe('restore');
    await user.click(screen.getByRole('button', { name: 'Undo' }));
    await settle();
    expect(fake.callsOf('backups.restore')).toEqual([{ backupId: newest.id }, { backupId: kept?.id }]);
  });

  test('that cannot be restored now says why, and stays open', async () => {
    const opened = await openBackups();
    const { fake, user } = opened;
    await lookInto(opened);
    fake.fail('backups.restore', ['busy', 'An answer is still being written.']);
    await user.click(within(dialog()).getByRole('button', { name: 'Restore…' }));
    await user.click(within(dialog()).getByRole('button', { name: 'Restore' }));
    await settle();
    expect(document.body.textContent).toContain('An answer is still being written.');
    expect(within(dialog()).getByRole('button', { name: 'Restore…' })).toBeTruthy();
  });
});

test('the section and the dialog are accessible, also with questions in them', async () => {
  const opened = await openBackups();
  await opened.user.click(button('Delete the backup of 22 November 2026 at 09:05…'));
  // jsdom draws nothing, so colours are left to the tests in the real window.
  const rules = { 'color-contrast': { enabled: false } };
  const violationsIn = async (element: HTMLElement): Promise<string[]> =>
    (await axe.run(element, { rules })).violations.map(
      ({ id, nodes }) => `${id} ${nodes.map(({ html }) => html).join(' ')}`,
    );
  expect(await violationsIn(screen.getByRole('tabpanel'))).toEqual([]);
  await lookInto(opened);
  await opened.user.click(within(dialog()).getByRole('button', { name: 'Restore…' }));
  expect(await violationsIn(dialog())).toEqual([]);
});
