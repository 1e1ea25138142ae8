import { screen, within } from '@testing-library/svelte';
import { describe, expect, test } from 'vitest';
import { appPages, addressOfPage, pageNames } from '../../preload/contract/app-pages.ts';
import { commandWords } from '../../renderer/lib/command-words.ts';
import { hostilePageAddresses } from '../support/hostile/answers.ts';
import { FakeAssistant } from './fake-api.ts';
import { inTurn, openConversation, openWindow, settle, turn } from './open-window.ts';

/** A window that shows an answer with these words. */
function answer(text: string) {
  return openConversation(['Question', text]);
}

function link(name: string): HTMLElement {
  return inTurn('Answer 1').getByRole('link', { name });
}

describe('a link to a page of the app, in an answer', () => {
  test('opens it by a click, asks nothing of main, and Escape leads back to the link', async () => {
    const { fake, user } = await answer('See [Models](oasst://open/models).');
    await user.click(link('Models'));
    await settle();
    expect(document.activeElement).toBe(screen.getByRole('region', { name: 'Models' }));
    expect(fake.callsOf('app.openLink')).toEqual([]);
    await user.keyboard('{Escape}');
    await settle();
    expect(screen.getByRole('heading', { level: 1, name: 'A conversation' })).toBeTruthy();
    expect(document.activeElement).toBe(link('Models'));
  });

  test('opens a part of the settings by Enter', async () => {
    const { user } = await answer('See [Data and privacy](oasst://open/settings/data).');
    link('Data and privacy').focus();
    await user.keyboard('{Enter}');
    await settle();
    const tab = screen.getByRole('tab', { name: 'Data and privacy' });
    expect(tab.getAttribute('aria-selected')).toBe('true');
    expect(document.activeElement).toBe(tab);
    await user.keyboard('{Escape}');
    await settle();
    expect(document.activeElement).toBe(link('Data and privacy'));
  });

  test('opens the sheet of keys, and closing it leads back to the link', async () => {
    const { user } = await answer('See [Keyboard shortcuts](oasst://open/shortcuts).');
    await user.click(link('Keyboard shortcuts'));
    await screen.findByRole('dialog', { name: 'Keyboard shortcuts' });
    await user.keyboard('{Escape}');
    await expect.poll(() => screen.queryByRole('dialog')).toBeNull();
    expect(document.activeElement).toBe(link('Keyboard shortcuts'));
  });

  test('is there for every page, named by its words and described by where it leads', async () => {
    await answer(appPages.map((page) => `[${pageNames[page]}](${addressOfPage(page)})`).join('\n\n'));
    const links = inTurn('Answer 1').getAllByRole('link');
    expect(links.map(({ textContent }) => textContent)).toEqual(appPages.map((page) => pageNames[page]));
    for (const each of links) expect(each.title).toMatch(/^Opens .+ in this app$/);
  });

  test('calls the sheet of keys as the menu does', () => {
    expect(pageNames.shortcuts).toBe(commandWords['show-shortcuts'].label);
  });

  test('cannot pass for one that leads outside', async () => {
    await answer(
      '[https://bank.example](oasst://open/models) <oasst://open/trash> [](oasst://open/search) [![x](https://e.org/)](oasst://open/settings)',
    );
    expect(
      inTurn('Answer 1')
        .getAllByRole('link')
        .map(({ textContent }) => textContent),
    ).toEqual(['https://bank.example (Models)', 'oasst://open/trash (Trash)', 'Search', 'x (Settings)']);
  });

  test('stands in what is copied as plain text', async () => {
    const { fake, user } = await answer('See [Models](oasst://open/models) and [this](oasst://open/trash).');
    await user.click(inTurn('Answer 1').getByRole('button', { name: 'Copy answer' }));
    await settle();
    fake.choose('copy-answer');
    await settle();
    const copied = { text: 'See Models and this (Trash).' };
    expect(fake.callsOf('app.copyText')).toEqual([copied, copied]);
  });
});

test.each(hostilePageAddresses)('%j is shown and not followed', async (address) => {
  await answer(`[label](<${address}>) and ![label](oasst://open/models)`);
  expect(turn('Answer 1').querySelector('a')).toBeNull();
  expect(turn('Answer 1').textContent).toContain('label');
});

describe('a link to a page, from outside', () => {
  test('shows the page over what was there, and Escape leads back', async () => {
    const fake = new FakeAssistant();
    const { user } = await openWindow(fake);
    fake.choose('show-shortcuts');
    await screen.findByRole('dialog');
    fake.open({ kind: 'page', page: 'settings/about' });
    await expect.poll(() => screen.queryByRole('dialog')).toBeNull();
    await settle();
    expect(screen.getByRole('tab', { name: 'About' }).getAttribute('aria-selected')).toBe('true');
    fake.open({ kind: 'page', page: 'trash' });
    await settle();
    expect(within(screen.getByRole('banner')).getByRole('heading', { name: 'Trash' })).toBeTruthy();
    await user.keyboard('{Escape}');
    await settle();
    expect(screen.getByRole('tab', { name: 'About' })).toBeTruthy();
  });
});
