import { cleanup, render, screen, within } from '@testing-library/svelte';
import userEvent, { type UserEvent } from '@testing-library/user-event';
import axe from 'axe-core';
import { afterEach, describe, expect, test, vi } from 'vitest';
import Recovery from '../../renderer/recovery/Recovery.svelte';
import { headings, passing, salvageable } from '../../renderer/recovery/words.ts';
import { recoveryProblems, type RecoveryState } from '../../preload/contract/recovery.ts';
import { backupOf, FakeRecovery } from './fake-recovery.ts';
import { settle } from './open-window.ts';

afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

async function openRecovery(state: Partial<RecoveryState> = {}): Promise<{ fake: FakeRecovery; user: UserEvent }> {
  const fake = new FakeRecovery();
  fake.state = { ...fake.state, ...state };
  const user = userEvent.setup();
  render(Recovery, { props: { api: fake.api } });
  await settle();
  return { fake, user };
}

const button = (name: string): HTMLElement => screen.getByRole('button', { name });
const heading = (): string => screen.getByRole('heading', { level: 1 }).textContent;
const buttons = (): string[] => screen.getAllByRole('button').map((element) => element.textContent.trim());
/** What stands on the page, in one line. */
const text = (): string => document.body.textContent.replace(/\s+/g, ' ');

// jsdom draws nothing, so colours are left to the tests in the real window.
async function violations(): Promise<string[]> {
  const result = await axe.run(document.body, { rules: { 'color-contrast': { enabled: false } } });
  return result.violations.map(({ id, nodes }) => `${id} ${nodes.map(({ html }) => html).join(' ')}`);
}

const backups = [7, 6, 5, 4, 3, 2, 1].map((day) => backupOf(`backup-${String(day)}`, Date.UTC(2026, 10, day, 12)));
const last = ['Show the folder', 'Quit'];

describe('the problem', () => {
  test.each(recoveryProblems)('%s is named, with the ways that it leaves', async (problem) => {
    await openRecovery({ problem, backups: backups.slice(0, 2) });
    expect(heading()).toBe(headings[problem]);
    expect(text()).toContain('Nothing was deleted. The file is /home/owner/data/conversations.sqlite3');
    const saving = salvageable.has(problem) ? ['Save what can be read', 'Open it as it is'] : [];
    const putting = passing.has(problem)
      ? []
      : ['Take the newest backup', 'Take this backup', 'Start without conversations'];
    expect(buttons()).toEqual(['Try again', ...saving, ...putting, ...last]);
    expect(await violations()).toEqual([]);
  });

  test('is explained on demand, in the words of what found it', async () => {
    const { user } = await openRecovery();
    const details = screen.getByRole('group');
    expect(details.hasAttribute('open')).toBe(false);
    await user.click(screen.getByText('What exactly was found'));
    expect(details.hasAttribute('open')).toBe(true);
    expect(within(details).getByText('SQLITE_NOTADB: file is not a database')).toBeTruthy();
  });

  test('offers no more backups than are looked through', async () => {
    await openRecovery({ backups });
    expect(buttons().filter((name) => name.startsWith('Take'))).toHaveLength(6);
    expect(text()).toContain('on 7 November 2026 at 12:00, 2.00 MB.');
  });
});

describe('trying again', () => {
  test.each([
    ['Try again', 'tryAgain'],
    ['Open it as it is', 'openAsIs'],
  ])('by “%s” says that it is under way, and asks anew when the next attempt fails', async (name, method) => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    const { fake, user } = await openRecovery();
    await user.click(button(name));
    await settle();
    expect(fake.calls).toEqual([method]);
    expect(screen.getByRole('status').textContent).toBe('Opening the conversations.');
    expect(buttons()).toEqual(last);
    expect(await violations()).toEqual([]);
    // Nothing has come of it yet; while they are being opened, nothing can be asked at all.
    fake.failing.set('state', { code: 'busy', message: 'The conversations are being opened.', details: {} });
    await vi.advanceTimersByTimeAsync(700);
    expect(screen.getByRole('status')).toBeTruthy();
    fake.failing.clear();
    fake.state = { ...fake.state, attempt: 2, problem: 'disk-full', message: 'There is no room.' };
    await vi.advanceTimersByTimeAsync(700);
    expect(heading()).toBe('The disk is full');
    expect(text()).toContain('There is no room.');
    expect(buttons()).toEqual(['Try again', ...last]);
  });

  test('that is refused says why', async () => {
    const { fake, user } = await openRecovery();
    fake.failing.set('tryAgain', { code: 'internal', message: 'It did not work.', details: {} });
    await user.click(button('Try again'));
    await settle();
    expect(screen.getByRole('alert').textContent).toBe('It did not work.');
    expect(button('Try again')).toBeTruthy();
    expect(await violations()).toEqual([]);
  });
});

describe('saving what can be read', () => {
  test('shows how far it is, and what came of it', async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    const { fake, user } = await openRecovery();
    await user.click(button('Save what can be read'));
    await settle();
    const progress = (): HTMLElement => screen.getByRole('progressbar', { name: 'Reading what can be read' });
    expect(progress().getAttribute('aria-valuetext')).toBe('0 %');
    fake.state = { ...fake.state, fraction: 0.42 };
    await vi.advanceTimersByTimeAsync(700);
    expect(progress().getAttribute('aria-valuetext')).toBe('42 %');
    expect(buttons()).toEqual(['Cancel', ...last]);
    expect(await violations()).toEqual([]);
    fake.finish();
    await settle();
    expect(heading()).toBe('The conversations can be opened again');
    expect(screen.getByRole('status').textContent).toBe(
      '12 conversations with 1 message could be read and were checked. In 2 places a message could not be read; ' +
        'the conversation says so there. 1 entry of the file could not be read.',
    );
    expect(text()).toContain('The files of before are kept in /home/owner/data/before');
    expect(await violations()).toEqual([]);
    await user.keyboard('{Enter}');
    expect(fake.calls.at(-1), 'the focus is at the way on').toBe('goOn');
    expect(button('Open the conversations').hasAttribute('disabled')).toBe(true);
  });

  test('can be cancelled, which changes nothing', async () => {
    const { fake, user } = await openRecovery();
    await user.click(button('Save what can be read'));
    await user.click(button('Cancel'));
    await settle();
    expect(fake.calls).toEqual(['salvage', 'cancel']);
    expect(screen.getByRole('alert').textContent).toBe('It was cancelled, and nothing was changed.');
    expect(button('Save what can be read')).toBeTruthy();
  });

  test('that fails says why, until something else is tried', async () => {
    const { fake, user } = await openRecovery();
    fake.failing.set('salvage', { code: 'disk-full', message: 'There is no room for a copy.', details: {} });
    await user.click(button('Save what can be read'));
    fake.finish();
    await settle();
    expect(screen.getByRole('alert').textContent).toBe('There is no room for a copy.');
    await user.click(button('Try again'));
    expect(screen.queryByRole('alert')).toBeNull();
  });
});

describe.each([
  ['Take the newest backup', 'Take this backup', 'restore backup-7', 'The backup that was made on 7 November 2026'],
  ['Start without conversations', 'Start without conversations', 'startEmpty', 'The app starts without conversations.'],
])('%s', (offer, action, call, outcome) => {
  test('asks first; the harmless answer has the focus, and Escape is that one', async () => {
    const { fake, user } = await openRecovery({ backups });
    const from = button(offer);
    await user.click(from);
    const question = screen.getByRole('group', { name: /file of before stays/ });
    expect(document.activeElement).toBe(within(question).getByRole('button', { name: 'Cancel' }));
    expect(await violations()).toEqual([]);
    await user.keyboard('{Escape}');
    expect(screen.queryByRole('group', { name: /file of before stays/ })).toBeNull();
    expect(document.activeElement).toBe(from);
    expect(fake.calls).toEqual([]);
  });

  test('is done by keys alone, and told', async () => {
    const { fake, user } = await openRecovery({ backups });
    button(offer).focus();
    await user.keyboard('{Enter}');
    await user.tab({ shift: true });
    expect(document.activeElement?.textContent.trim()).toBe(action);
    await user.keyboard('{Enter}');
    await settle();
    expect(fake.calls).toEqual([call]);
    expect(screen.getByRole('status').textContent).toBe('Working on it.');
    fake.finish();
    await settle();
    expect(screen.getByRole('status').textContent).toContain(outcome);
    expect(document.activeElement).toBe(button('Open the conversations'));
  });
});

test('the folder can be shown and the app left at any time', async () => {
  const { fake, user } = await openRecovery({ problem: 'newer' });
  await user.click(button('Show the folder'));
  await user.click(button('Quit'));
  expect(fake.calls).toEqual(['showFolder', 'quit']);
});
