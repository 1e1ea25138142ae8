import { fireEvent, screen } from '@testing-library/svelte';
import { describe, expect, test, vi } from 'vitest';
import { FakeAssistant } from './fake-api.ts';
import { ask, composer, openWindow, settle } from './open-window.ts';

/** Types into the composer at once, as a test with stopped timers has to. */
async function write(text: string): Promise<void> {
  await fireEvent.input(composer(), { target: { value: text } });
}

describe('unsent text', () => {
  test('is back at the next start, for each conversation', async () => {
    const fake = new FakeAssistant();
    const id = fake.addConversation('Cats', ['a', 'b']);
    fake.drafts.saved = [
      { conversationId: null, text: 'about nothing yet' },
      { conversationId: id, text: 'about cats' },
    ];
    const { user } = await openWindow(fake);
    expect(composer().value).toBe('about nothing yet');
    await user.click(screen.getByRole('button', { name: 'Cats' }));
    await settle();
    expect(composer().value).toBe('about cats');
  });

  test('is saved while it is typed, within a third of a second', async () => {
    const { fake } = await openWindow();
    vi.useFakeTimers();
    await write('h');
    vi.advanceTimersByTime(250);
    await write('half a quest');
    expect(fake.drafts.saved).toEqual([]);
    vi.advanceTimersByTime(83);
    expect(fake.drafts.textOf(null)).toBe('half a quest');
  });

  test.each([
    ['the window loses the focus', () => fireEvent.blur(window)],
    ['the field loses the focus', () => fireEvent.blur(composer())],
    ['the page is hidden', () => fireEvent(document, new Event('visibilitychange'))],
    ['the page is closed', () => fireEvent(window, new Event('pagehide'))],
  ])('is saved at once when %s', async (_name, leave) => {
    const { fake } = await openWindow();
    vi.useFakeTimers();
    await write('half');
    await leave();
    expect(fake.drafts.textOf(null)).toBe('half');
  });

  test('is saved at once when another conversation is opened', async () => {
    const fake = new FakeAssistant();
    fake.addConversation('Cats', ['a', 'b']);
    await openWindow(fake);
    vi.useFakeTimers();
    await write('half');
    await fireEvent.click(screen.getByRole('button', { name: 'Cats' }));
    await settle();
    expect(fake.drafts.textOf(null)).toBe('half');
    expect(composer().value).toBe('');
  });

  test('goes from where it is saved only once the question arrived', async () => {
    const { fake, user } = await openWindow();
    fake.fail('generations.start', ['disk-full', 'The disk is full.']);
    await user.type(composer(), 'Hello{Enter}');
    await settle();
    expect(composer().value).toBe('Hello');
    expect(fake.drafts.textOf(null)).toBe('Hello');
    fake.failing.clear();
    let whileSending = '';
    fake.beforeAnswer = (method) => {
      if (method === 'generations.start') whileSending = fake.drafts.textOf(null);
    };
    await user.type(composer(), '{Enter}');
    await settle();
    expect(whileSending).toBe('Hello');
    expect(composer().value).toBe('');
    expect(fake.drafts.textOf(null)).toBe('');
  });

  test('that is typed while the first question is on its way stays with its conversation', async () => {
    const open = await openWindow();
    open.fake.beforeAnswer = (method) => {
      if (method === 'generations.start') open.stores.drafts.set(null, 'and then');
    };
    await ask(open, 'Hello');
    expect(composer().value).toBe('and then');
  });

  test('that cannot be saved stays, and is saved with the next', async () => {
    const { fake, stores } = await openWindow();
    fake.fail('drafts.save', ['disk-full', 'The disk is full.']);
    await write('half');
    stores.drafts.save();
    await settle();
    fake.failing.clear();
    stores.drafts.save();
    await settle();
    expect(fake.drafts.textOf(null)).toBe('half');
    expect(composer().value).toBe('half');
  });

  test('of before can be had back when a link filled the field first', async () => {
    const fake = new FakeAssistant();
    fake.drafts.saved = [{ conversationId: null, text: 'from before' }];
    fake.beforeAnswer = (method) => {
      if (method === 'drafts.list') fake.open({ kind: 'draft', text: 'from a link' });
    };
    const { user } = await openWindow(fake);
    expect(composer().value).toBe('from a link');
    await user.click(screen.getByRole('button', { name: 'Undo' }));
    expect(composer().value).toBe('from before');
  });
});

describe('a question in other words', () => {
  const editor = () => screen.queryByRole<HTMLTextAreaElement>('textbox', { name: 'The question in other words' });

  /** One question, whose new words were typed before the start. */
  async function openEdited() {
    const fake = new FakeAssistant();
    const conversationId = fake.addConversation('Cats', ['What?', 'That.']);
    fake.settings.lastConversationId = conversationId;
    const insteadOf = fake.conversations.find(conversationId).messages[0]?.id ?? '';
    fake.drafts.saved = [{ conversationId, insteadOf, text: 'What now' }];
    return { ...(await openWindow(fake)), conversationId, insteadOf };
  }

  test('is back at the next start, open, and leaves the focus where it is', async () => {
    await openEdited();
    expect(editor()?.value).toBe('What now');
    expect(document.activeElement).not.toBe(editor());
    expect(composer().value).toBe('');
  });

  test('is saved while it is typed, and gone once it is sent', async () => {
    const { fake, user, insteadOf } = await openEdited();
    await user.type(editor() ?? composer(), ', then?');
    await fireEvent.blur(window);
    expect(fake.drafts.editOf(insteadOf)).toBe('What now, then?');
    fake.fail('generations.start', ['disk-full', 'The disk is full.']);
    await user.keyboard('{Enter}');
    await settle();
    expect(fake.drafts.editOf(insteadOf)).toBe('What now, then?');
    fake.failing.clear();
    await user.keyboard('{Enter}');
    await settle();
    expect(editor()).toBeNull();
    expect(fake.drafts.saved).toEqual([]);
  });

  test('is gone once it is left, and saved again with the way back', async () => {
    const { fake, user, insteadOf } = await openEdited();
    editor()?.focus();
    await user.keyboard('{Escape}');
    await settle();
    expect(editor()).toBeNull();
    expect(fake.drafts.saved).toEqual([]);
    await user.click(screen.getByRole('button', { name: 'Undo' }));
    await fireEvent.blur(window);
    expect(editor()?.value).toBe('What now');
    expect(fake.drafts.editOf(insteadOf)).toBe('What now');
  });
});

describe('after a backup was put back', () => {
  test('the unsent text of its time is shown, and what stood only here stays and is saved', async () => {
    const fake = new FakeAssistant();
    const id = fake.addConversation('Cats', ['What?', 'That.']);
    const insteadOf = fake.conversations.find(id).messages[0]?.id ?? '';
    fake.settings.lastConversationId = id;
    fake.drafts.saved = [{ conversationId: id, text: 'newer' }];
    const { stores } = await openWindow(fake);
    stores.drafts.set(null, 'only here');
    stores.drafts.save();
    await settle();
    fake.drafts.saved = [
      { conversationId: id, text: 'older' },
      { conversationId: id, insteadOf, text: 'What now' },
    ];
    fake.conversations.tell({ kind: 'renewed' });
    await settle();
    expect(composer().value).toBe('older');
    expect(screen.getByRole<HTMLTextAreaElement>('textbox', { name: /in other words/ }).value).toBe('What now');
    stores.drafts.save();
    await settle();
    expect(fake.drafts.textOf(null)).toBe('only here');
    expect(fake.drafts.textOf(id)).toBe('older');
  });

  test('what is being typed or sent at that moment stays', async () => {
    const { fake, stores, user } = await openWindow();
    await user.type(composer(), 'just typed');
    fake.drafts.saved = [{ conversationId: null, text: 'older' }];
    fake.conversations.tell({ kind: 'renewed' });
    await settle();
    expect(composer().value).toBe('just typed');
    await user.click(screen.getByRole('button', { name: 'Undo' }));
    expect(composer().value).toBe('older');
    fake.beforeAnswer = (method) => {
      if (method === 'generations.start') fake.conversations.tell({ kind: 'renewed' });
    };
    await user.type(composer(), '{Enter}');
    await settle();
    expect(composer().value).toBe('');
    stores.drafts.save();
    await settle();
    expect(fake.drafts.saved).toEqual([]);
  });
});
