import { screen, within } from '@testing-library/svelte';
import axe from 'axe-core';
import { describe, expect, test } from 'vitest';
import { FakeAssistant } from './fake-api.ts';
import { importReport } from './fake-exchange.ts';
import { openConversation, openWindow, settle, spoken, type OpenWindow } from './open-window.ts';

async function openData(fake = new FakeAssistant()): Promise<OpenWindow> {
  fake.addConversation('Cats', ['a', 'b']);
  const opened = await openWindow(fake);
  fake.choose('show-settings');
  await settle();
  await opened.user.click(screen.getByRole('tab', { name: 'Data and privacy' }));
  await settle();
  return opened;
}

function button(name: string): HTMLElement {
  return within(section()).getByRole('button', { name });
}

function section(): HTMLElement {
  return screen.getByRole('region', { name: 'Leave and come back' });
}

function file(): HTMLElement {
  return screen.getByRole('group', { name: 'What would be imported' });
}

function notice(): string {
  return screen.getByRole('status').textContent.trim();
}

describe('exporting', () => {
  test('takes everything in the chosen form, and says what lies where', async () => {
    const { fake, user } = await openData();
    await user.selectOptions(screen.getByRole('combobox', { name: 'Export as' }), 'Markdown');
    await user.selectOptions(screen.getByRole('combobox', { name: 'Export of each conversation' }), 'the shown branch');
    await settle();
    expect(fake.callsOf('settings.change')).toEqual([{ exportFormat: 'md' }, { exportBranches: 'active' }]);
    await user.click(button('Export all…'));
    await settle();
    expect(fake.callsOf('exchange.export')).toEqual([{ conversationIds: null, format: 'md', branches: 'active' }]);
    expect(notice()).toContain('3 conversations, 42 messages, in notes.json.');
  });

  test('tells of several files by their folder', async () => {
    const { fake, user } = await openData();
    fake.exchange.outcome = { name: 'Kept', isFolder: true, files: 1, conversations: 1, messages: 2 };
    await user.click(button('Export all…'));
    await settle();
    expect(notice()).toContain('1 conversation, 2 messages, in 1 file in the folder Kept.');
  });

  test('says nothing when no place was chosen', async () => {
    const { fake, user } = await openData();
    fake.exchange.outcome = null;
    await user.click(button('Export all…'));
    await settle();
    expect(notice()).toBe('');
  });

  test('shows how far it is, takes no other job meanwhile, and can be cancelled', async () => {
    const { fake, user } = await openData();
    fake.exchange.hold();
    await user.click(button('Export all…'));
    expect(screen.queryByRole('progressbar')).toBeNull();
    fake.exchange.advance(0.42, { done: 4200, total: 10_000 });
    await settle();
    const bar = screen.getByRole('progressbar', { name: 'Progress' });
    expect(bar.getAttribute('aria-valuetext')).toBe('Exporting, 4,200 of 10,000 conversations done');
    await user.click(button('Import a file…'));
    expect(button('Import a file…').getAttribute('aria-disabled')).toBe('true');
    await user.click(button('Cancel'));
    fake.fail('exchange.export', ['cancelled', 'The export was cancelled. No unfinished file was left.']);
    fake.exchange.finish();
    await settle();
    expect(fake.callsOf('exchange.cancel')).toHaveLength(1);
    expect(fake.callsOf('exchange.inspect')).toEqual([]);
    await expect.poll(notice).toContain('The export was cancelled.');
    expect(screen.queryByRole('progressbar')).toBeNull();
    await expect.poll(() => document.activeElement).toBe(button('Export all…'));
  });

  test('takes the conversation on the page from the menu, and none behind another page', async () => {
    const { fake, id } = await openConversation(['What?', 'That.']);
    fake.choose('export-conversation');
    await settle();
    expect(fake.callsOf('exchange.export')).toEqual([{ conversationIds: [id], format: 'json', branches: 'all' }]);
    fake.choose('show-settings');
    fake.choose('export-conversation');
    await settle();
    expect(fake.callsOf('exchange.export')).toHaveLength(1);
  });

  test('that is asked for during another job says why it does not begin', async () => {
    const { fake } = await openConversation(['What?', 'That.']);
    fake.exchange.hold();
    fake.choose('export-conversation');
    fake.choose('export-conversation');
    await settle();
    expect(notice()).toContain('Wait until that is done.');
    fake.exchange.finish();
    await settle();
    expect(fake.callsOf('exchange.export')).toHaveLength(1);
  });
});

describe('printing and copying', () => {
  test('take the conversation on the page from the menu, and none behind another page', async () => {
    const { fake, id } = await openConversation(['What?', 'That.']);
    fake.choose('print-conversation');
    fake.choose('copy-conversation');
    await settle();
    expect(fake.callsOf('exchange.print')).toEqual([{ conversationId: id, branches: 'all' }]);
    expect(fake.callsOf('exchange.copy')).toEqual([{ scope: 'conversation', id }]);
    expect(spoken()).toContain('Copied.');
    fake.choose('show-settings');
    fake.choose('print-conversation');
    fake.choose('copy-conversation');
    await settle();
    expect(fake.callsOf('exchange.print')).toHaveLength(1);
    expect(fake.callsOf('exchange.copy')).toHaveLength(1);
  });

  test('say why they failed', async () => {
    const { fake } = await openConversation(['What?', 'That.']);
    fake.fail('exchange.print', ['not-found', 'This computer knows no printer. Nothing was printed.']);
    fake.choose('print-conversation');
    await settle();
    expect(notice()).toContain('This computer knows no printer.');
  });
});

describe('importing', () => {
  test('of a folder asks for one, and gives the focus back', async () => {
    const { fake, user } = await openData();
    fake.exchange.inspected = {
      ...{ id: '00000000-0000-7000-8000-00000000f11e', fileName: 'threads' },
      report: importReport({ format: 'jan' }),
    };
    await user.click(button('Import a folder…'));
    await settle();
    expect(fake.callsOf('exchange.inspect')).toEqual([{ isFolder: true }]);
    expect(file().textContent).toContain('Recognised as threads of Jan.');
    expect(document.activeElement).toBe(button('Import a folder…'));
  });

  test('first tells what the file would bring, then brings it, and the list follows', async () => {
    const { fake, user } = await openData();
    await user.click(button('Import a file…'));
    await settle();
    expect(fake.callsOf('exchange.inspect')).toEqual([{ isFolder: false }]);
    expect(spoken()).toContain('notes.json holds 2 new conversations, 15 new messages.');
    expect(
      within(file())
        .getAllByRole('listitem')
        .map(({ textContent }) => textContent),
    ).toEqual([
      'Recognised as conversations of this app.',
      'Conversations: 2 new, 1 with new messages, 3 known.',
      'Messages: 14 new, 1 added beside a known one with other words, 20 known.',
    ]);
    expect(fake.callsOf('exchange.import')).toEqual([]);
    const lists = fake.callsOf('conversations.list').length;
    fake.addConversation('From a file', ['a', 'b']);
    await user.click(within(file()).getByRole('button', { name: 'Import' }));
    await settle();
    expect(fake.callsOf('exchange.import')).toEqual([{ id: fake.exchange.inspected?.id }]);
    expect(fake.callsOf('conversations.list')).toHaveLength(lists + 1);
    expect(screen.getByRole('button', { name: 'From a file' })).toBeTruthy();
    expect(notice()).toContain('Imported from notes.json: 2 new conversations, 15 new messages.');
    expect(screen.queryByRole('group', { name: 'What would be imported' })).toBeNull();
    await expect.poll(() => document.activeElement).toBe(button('Import a file…'));
  });

  test('names what is left out and why', async () => {
    const { fake, user } = await openData();
    const skipped = [{ reason: 'no-text' as const, count: 3, firstRecord: 7 }];
    const conversations = { new: 0, extended: 0, known: 1, restored: 1 };
    const report = importReport({ skipped, conversations, orphans: 1, withoutFacts: 2, withoutFields: 1 });
    fake.exchange.inspected = { id: '00000000-0000-7000-8000-00000000f11e', fileName: 'a.json', report };
    await user.click(button('Import a file…'));
    await settle();
    expect(
      within(file())
        .getAllByRole('listitem')
        .slice(3)
        .map(({ textContent }) => textContent),
    ).toEqual([
      'Brought back: 1 deleted conversation.',
      'Left out: 3 without text (first in record 7).',
      'Kept as first questions, because what they follow is not in the file: 1 message.',
      'Kept without unreadable facts: 2 answers.',
      'Kept without oversized extra fields: 1 message.',
    ]);
  });

  test('of a file with nothing new is not offered; the file can be left', async () => {
    const { fake, user } = await openData();
    const conversations = { new: 0, extended: 0, known: 3, restored: 0 };
    const report = importReport({ conversations, messages: { new: 0, known: 9, branched: 0 } });
    fake.exchange.inspected = { id: '00000000-0000-7000-8000-00000000f11e', fileName: 'a.json', report };
    await user.click(button('Import a file…'));
    await settle();
    expect(within(file()).queryByRole('button', { name: 'Import' })).toBeNull();
    expect(file().textContent).toContain('a.json holds nothing new.');
    await user.click(within(file()).getByRole('button', { name: 'Leave it' }));
    await settle();
    expect(screen.queryByRole('group', { name: 'What would be imported' })).toBeNull();
    await expect.poll(() => document.activeElement).toBe(button('Import a file…'));
  });

  test('that fails says why and can be tried again', async () => {
    const { fake, user } = await openData();
    await user.click(button('Import a file…'));
    await settle();
    fake.fail('exchange.import', ['disk-full', 'The disk is full. Nothing was imported.']);
    await user.click(within(file()).getByRole('button', { name: 'Import' }));
    await settle();
    expect(notice()).toContain('The disk is full.');
    fake.failing.clear();
    await user.click(within(file()).getByRole('button', { name: 'Import' }));
    await settle();
    expect(notice()).toContain('Imported from notes.json');
  });

  test('shows new branches of the conversation on the page', async () => {
    const { fake, id, user } = await openConversation(['What?', 'That.']);
    const [question] = fake.transcript(id).messages;
    fake.addMessage(id, { role: 'assistant', text: 'From a file.', parentId: question?.id ?? null });
    fake.choose('show-settings');
    await settle();
    await user.click(screen.getByRole('tab', { name: 'Data and privacy' }));
    await user.click(button('Import a file…'));
    await settle();
    await user.click(within(file()).getByRole('button', { name: 'Import' }));
    await settle();
    await user.keyboard('{Escape}');
    await settle();
    expect(screen.getByRole('article', { name: 'Answer 1' }).textContent).toContain('From a file.');
  });
});

test('the section is accessible, also with a file and progress in it', async () => {
  const { fake, user } = await openData();
  await user.click(button('Import a file…'));
  await settle();
  fake.exchange.hold();
  await user.click(within(file()).getByRole('button', { name: 'Import' }));
  fake.exchange.advance(1);
  await settle();
  expect(section().textContent).toContain('Adding the conversations');
  // jsdom draws nothing, so colours are left to the tests in the real window.
  const { violations } = await axe.run(screen.getByRole('tabpanel'), {
    rules: { 'color-contrast': { enabled: false } },
  });
  expect(violations.map(({ id, nodes }) => `${id} ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([]);
});
