import { screen, within } from '@testing-library/svelte';
import { describe, expect, test, vi } from 'vitest';
import type { SearchHit, SearchInput } from '../../preload/contract/search.ts';
import { FakeAssistant } from './fake-api.ts';
import { searchHit } from './fake-search.ts';
import { composer, openWindow, settle, turn, type OpenWindow } from './open-window.ts';

interface Conversation {
  id: string;
  answerId: string;
}

/** A conversation about memes, among others. */
function withMemes(): { fake: FakeAssistant; memes: Conversation } {
  const fake = new FakeAssistant();
  const id = fake.addConversation('Memes', ['What is a meme?', 'A unit of culture.'], fake.nowMs - 5000);
  fake.addConversation('Cats', ['What is a cat?', 'An animal.']);
  return { fake, memes: { id, answerId: fake.transcript(id).messages[1]?.id ?? '' } };
}

function messageHit({ id, answerId }: Conversation, change: Partial<SearchHit> = {}): SearchHit {
  return searchHit({
    ...{ conversationId: id, title: 'Memes', messageId: answerId, role: 'assistant' },
    snippet: [
      { text: 'A unit of ', isMatch: false },
      { text: 'culture', isMatch: true },
      { text: '.', isMatch: false },
    ],
    ...change,
  });
}

function field(): HTMLInputElement {
  return screen.getByRole<HTMLInputElement>('combobox', { name: 'Search in all conversations' });
}

function hits(): HTMLElement[] {
  const list = screen.queryByRole('listbox', { name: 'What was found' });
  return list === null ? [] : within(list).queryAllByRole('option');
}

function status(): string {
  const head = field().closest('.head');
  return within(head instanceof HTMLElement ? head : document.body)
    .getByRole('status')
    .textContent.trim();
}

async function isOpen(): Promise<void> {
  await expect.poll(() => document.activeElement?.getAttribute('aria-label')).toBe('Search in all conversations');
}

async function openSearch(fake: FakeAssistant): Promise<OpenWindow> {
  const opened = await openWindow(fake);
  fake.choose('find');
  await isOpen();
  return opened;
}

function asked(fake: FakeAssistant): SearchInput[] {
  return fake.callsOf('search.find') as SearchInput[];
}

describe('the search', () => {
  test('opens from the list and by its command, with the focus in its field', async () => {
    const { fake } = withMemes();
    const { user } = await openWindow(fake);
    await user.click(screen.getByRole('button', { name: 'Find' }));
    await isOpen();
    await user.keyboard('{Escape}');
    await settle();
    expect(screen.queryByRole('combobox', { name: 'Search in all conversations' })).toBeNull();
    expect(document.activeElement).toBe(screen.getByRole('button', { name: 'Find' }));
  });

  test('asks once typing pauses, shows who said what, and marks what matches', async () => {
    const { fake, memes } = withMemes();
    fake.search.pagesOf = () => [
      [
        searchHit({ conversationId: memes.id, title: 'Memes', snippet: [{ text: 'Memes', isMatch: true }] }),
        messageHit(memes),
      ],
    ];
    const { user } = await openSearch(fake);
    await user.keyboard('culture');
    await expect.poll(hits).toHaveLength(2);
    expect(asked(fake)).toEqual([{ query: 'culture', filters: {}, cursor: null, limit: 50 }]);
    expect(hits()[0]?.textContent).toMatch(/^\s*Memes\s*Title/);
    expect(hits()[1]?.textContent).toMatch(/Memes\s*Answer.*A unit of culture\./s);
    expect(hits().map((hit) => hit.querySelector('mark')?.textContent)).toEqual(['Memes', 'culture']);
    expect(status()).toBe('2 found');
  });

  test('shows the answer to what was typed last, whichever comes first', async () => {
    const { fake, memes } = withMemes();
    const slow = Promise.withResolvers<undefined>();
    fake.search.until = async ({ query }) => {
      if (query === 'c') await slow.promise;
    };
    fake.search.pagesOf = ({ query }) => [[messageHit(memes, { title: `For ${query}` })]];
    const { user, stores } = await openSearch(fake);
    await user.keyboard('c');
    await expect.poll(() => stores.search.isBusy && asked(fake).length === 0).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 100));
    await user.keyboard('ul');
    await expect.poll(() => hits()[0]?.textContent ?? '').toContain('For cul');
    slow.resolve(undefined);
    await settle();
    expect(hits()[0]?.textContent).toContain('For cul');
    expect(stores.search.isBusy).toBe(false);
  });

  test('goes on by itself over pages without hits, and says when there is nothing', async () => {
    const { fake, memes } = withMemes();
    fake.search.pagesOf = ({ query }) => (query === 'rare' ? [[], [], [messageHit(memes)]] : [[], []]);
    const { user } = await openSearch(fake);
    await user.keyboard('rare');
    await expect.poll(hits).toHaveLength(1);
    expect(asked(fake).map(({ cursor }) => cursor)).toEqual([null, '1', '2']);
    await user.clear(field());
    await user.keyboard('none');
    await expect.poll(status).toMatch(/^Nothing found\./);
    expect(hits()).toEqual([]);
  });

  test('shows text only as text, and its hidden characters', async () => {
    const { fake, memes } = withMemes();
    const snippet = [{ text: '<img src=x onerror=alert(1)>\u202egnp', isMatch: true }];
    fake.search.pagesOf = () => [[messageHit(memes, { title: '<b>\u200b', snippet })]];
    const { user } = await openSearch(fake);
    await user.keyboard('img');
    await expect.poll(hits).toHaveLength(1);
    expect(hits()[0]?.querySelector('img, b')).toBeNull();
    expect(hits()[0]?.textContent).toContain('<b>⟦U+200B⟧');
    expect(hits()[0]?.textContent).toContain('<img src=x onerror=alert(1)>⟦U+202E⟧gnp');
  });

  test('moves by arrow keys and opens the message, and Escape leads back to the same hits', async () => {
    const { fake, memes } = withMemes();
    fake.search.pagesOf = () => [[searchHit({ conversationId: memes.id }), messageHit(memes)]];
    const { user } = await openSearch(fake);
    await user.keyboard('culture');
    await expect.poll(hits).toHaveLength(2);
    await user.keyboard('{ArrowDown}');
    await settle();
    expect(document.getElementById(field().getAttribute('aria-activedescendant') ?? '')).toBe(hits()[1]);
    await user.keyboard('{Enter}');
    await settle();
    expect(fake.callsOf('conversations.selectBranch')).toEqual([
      { conversationId: memes.id, messageId: memes.answerId },
    ]);
    expect(turn('Answer 1').textContent).toContain('A unit of culture.');
    await user.keyboard('{Escape}');
    await isOpen();
    expect(field().value).toBe('culture');
    expect(hits()[1]?.getAttribute('aria-selected')).toBe('true');
    expect(asked(fake)).toHaveLength(1);
  });

  test('has a button that leads back, until something else is asked', async () => {
    const { fake, memes } = withMemes();
    fake.search.pagesOf = () => [[searchHit({ conversationId: memes.id })]];
    const { user } = await openSearch(fake);
    await user.keyboard('meme');
    await expect.poll(hits).toHaveLength(1);
    await user.click(hits()[0] ?? document.body);
    await screen.findByRole('heading', { level: 1, name: 'Memes' });
    expect(document.activeElement).toBe(composer());
    await user.click(screen.getByRole('button', { name: 'Results' }));
    await expect.poll(hits).toHaveLength(1);
    await user.keyboard('{Enter}');
    await expect.poll(() => document.activeElement).toBe(composer());
    await user.keyboard('More?{Enter}');
    await settle();
    expect(screen.queryByRole('button', { name: 'Results' })).toBeNull();
  });

  test('narrows down, says so, and clears', async () => {
    const { fake, memes } = withMemes();
    fake.search.models = ['OASST SFT-1 12B'];
    const folder = fake.folders.add('Work');
    fake.search.pagesOf = () => [[messageHit(memes)]];
    const { user } = await openSearch(fake);
    await user.keyboard('culture');
    await expect.poll(hits).toHaveLength(1);
    await user.click(screen.getByRole('button', { name: 'Rated' }));
    await user.click(screen.getByRole('button', { name: 'Quick window' }));
    await user.selectOptions(screen.getByRole('combobox', { name: 'Folder' }), 'Work');
    await user.selectOptions(screen.getByRole('combobox', { name: 'Model' }), 'OASST SFT-1 12B');
    await user.selectOptions(screen.getByRole('combobox', { name: 'When' }), 'Last 7 days');
    await user.selectOptions(screen.getByRole('combobox', { name: 'Archive' }), 'Without the archive');
    await settle();
    const filters = asked(fake).at(-1)?.filters;
    expect(filters).toEqual({
      ...{ isRated: true, origin: 'quick-ask', folderId: folder.id, modelName: 'OASST SFT-1 12B', isArchived: false },
      fromMs: expect.any(Number) as number,
    });
    expect(new Date(filters?.fromMs ?? 0).getHours()).toBe(0);
    await user.click(screen.getByRole('button', { name: 'Rated', pressed: true }));
    await user.click(screen.getByRole('button', { name: 'Clear filters' }));
    await settle();
    expect(asked(fake).at(-1)?.filters).toEqual({});
  });

  test('says what went wrong, keeps what is there, and tries again', async () => {
    const { fake, memes } = withMemes();
    fake.fail('search.find', ['database-unreadable', 'The database could not be read.']);
    fake.search.pagesOf = () => [[messageHit(memes)]];
    const { user } = await openSearch(fake);
    await user.keyboard('culture');
    expect((await screen.findByRole('alert')).textContent).toContain('The database could not be read.');
    fake.failing.clear();
    await user.click(screen.getByRole('button', { name: 'Try again' }));
    await expect.poll(hits).toHaveLength(1);
    expect(screen.queryByRole('alert')).toBeNull();
  });

  test('lets go of what was deleted', async () => {
    const { fake, memes } = withMemes();
    fake.search.pagesOf = () => [[messageHit(memes)]];
    const { user } = await openSearch(fake);
    await user.keyboard('culture');
    await expect.poll(hits).toHaveLength(1);
    fake.conversations.delete([memes.id]);
    await settle();
    expect(hits()).toEqual([]);
  });

  test('reads more when the end comes near, and keeps only what is in view in the page', async () => {
    const { fake, memes } = withMemes();
    const page = Array.from({ length: 50 }, () => messageHit(memes));
    fake.search.pagesOf = () => Array.from({ length: 30 }, () => page);
    // jsdom has no layout: this list is 600 pixels high.
    vi.spyOn(Element.prototype, 'clientHeight', 'get').mockReturnValue(600);
    const { stores, user } = await openSearch(fake);
    await user.keyboard('culture');
    await expect.poll(() => stores.search.hits.length).toBe(50);
    expect(status()).toBe('50 found so far');
    await user.keyboard('{PageDown}'.repeat(8));
    screen.getByRole('listbox', { name: 'What was found' }).dispatchEvent(new Event('scroll'));
    await expect.poll(() => stores.search.hits.length).toBe(100);
    expect(hits().length).toBeLessThan(30);
    expect(asked(fake).map(({ cursor }) => cursor)).toEqual([null, '1']);
    vi.restoreAllMocks();
  });
});
