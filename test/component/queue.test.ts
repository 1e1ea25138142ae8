import { fireEvent, screen, within } from '@testing-library/svelte';
import { describe, expect, test } from 'vitest';
import { ask, composer, openConversation, openWindow, settle, spoken, type OpenWindow } from './open-window.ts';

const rows = (): HTMLElement[] => within(screen.getByRole('region', { name: /wait/ })).getAllByRole('listitem');
const shownTexts = (): string[] => rows().map((row) => row.querySelector('p')?.textContent ?? '');

/** A conversation whose answer runs while these questions wait. */
async function openQueue(...texts: string[]): Promise<OpenWindow & { id: string }> {
  const open = await openWindow();
  await ask(open, 'Hello');
  const id = open.fake.running().conversationId;
  for (const text of texts) {
    await open.user.type(composer(), `${text}{Enter}`);
    await settle();
  }
  return { ...open, id };
}

describe('questions that wait', () => {
  test('are shown in their order, and said aloud', async () => {
    await openQueue('second', 'third');
    expect(screen.getByText('2 questions wait for the answer.')).toBeTruthy();
    expect(shownTexts()).toEqual(['second', 'third']);
    expect(spoken()).toContain('The question waits at place 2.');
  });

  test('leave the list when they are asked', async () => {
    const { fake, id } = await openQueue('second');
    fake.queue.takeFirst(id);
    await settle();
    expect(screen.queryByRole('region', { name: /wait/ })).toBeNull();
  });

  test('are those of the conversation on the page', async () => {
    const { fake, user, id } = await openQueue('second');
    await user.click(screen.getByRole('button', { name: 'New conversation' }));
    await settle();
    expect(screen.queryByText('1 question waits for the answer.')).toBeNull();
    fake.queue.put(id, ['other']);
    await settle();
    expect(screen.queryByRole('region', { name: /wait/ })).toBeNull();
    await user.click(screen.getByRole('button', { name: /^Hello/ }));
    await settle();
    expect(shownTexts()).toEqual(['other']);
  });

  test('are changed in place: Enter keeps the change, Escape does not', async () => {
    const { fake, user, id } = await openQueue('second');
    await user.click(screen.getByRole('button', { name: 'Edit waiting question 1' }));
    const field = screen.getByRole<HTMLTextAreaElement>('textbox', { name: 'Waiting question 1' });
    expect(document.activeElement).toBe(field);
    await user.keyboard(', better{Enter}');
    await settle();
    expect(fake.queue.texts(id)).toEqual(['second, better']);
    expect(document.activeElement).toBe(screen.getByRole('button', { name: 'Edit waiting question 1' }));

    await user.click(screen.getByRole('button', { name: 'Edit waiting question 1' }));
    await user.keyboard(' or not{Escape}');
    await settle();
    expect(fake.queue.texts(id)).toEqual(['second, better']);
    // Escape ended the editing and nothing else.
    expect(fake.callsOf('generations.stop')).toEqual([]);
  });

  test('keep what was written when they are asked in the middle of a change', async () => {
    const { fake, user, id } = await openQueue('second');
    await user.click(screen.getByRole('button', { name: 'Edit waiting question 1' }));
    await user.keyboard(', better');
    fake.queue.takeFirst(id);
    await settle();
    expect(composer().value).toBe('second, better');
    expect(screen.getByText(/Your change stands in the text box/)).toBeTruthy();
  });

  test('are moved by Alt with the arrows, and the focus goes along', async () => {
    const { fake, user, id } = await openQueue('a', 'b', 'c');
    screen.getByRole('button', { name: 'Edit waiting question 3' }).focus();
    await user.keyboard('{Alt>}{ArrowUp}{/Alt}');
    await settle();
    expect(fake.queue.texts(id)).toEqual(['a', 'c', 'b']);
    expect(document.activeElement).toBe(screen.getByRole('button', { name: 'Edit waiting question 2' }));
    expect(spoken()).toContain('Moved to place 2 of 3.');
    await user.keyboard('{Alt>}{ArrowUp}{ArrowUp}{/Alt}');
    await settle();
    expect(fake.queue.texts(id)).toEqual(['c', 'a', 'b']);
    await user.keyboard('{Alt>}{ArrowDown}{/Alt}');
    await settle();
    expect(fake.queue.texts(id)).toEqual(['a', 'c', 'b']);
  });

  test('are moved by dragging', async () => {
    const { fake, id } = await openQueue('a', 'b', 'c');
    const [first, , third] = rows();
    if (first === undefined || third === undefined) throw new Error('there are three');
    await fireEvent.dragStart(third, { dataTransfer: {} });
    await fireEvent.dragOver(first);
    await fireEvent.drop(first);
    await settle();
    expect(fake.queue.texts(id)).toEqual(['c', 'a', 'b']);
  });

  test('are removed with a way back to their place', async () => {
    const { fake, user, id } = await openQueue('a', 'b', 'c');
    await user.click(screen.getByRole('button', { name: 'Remove waiting question 1' }));
    await settle();
    expect(fake.queue.texts(id)).toEqual(['b', 'c']);
    expect(document.activeElement).toBe(screen.getByRole('button', { name: 'Edit waiting question 1' }));
    await user.click(screen.getByRole('button', { name: 'Undo' }));
    await settle();
    expect(fake.queue.texts(id)).toEqual(['a', 'b', 'c']);
  });

  test('that were not accepted are in the text box again', async () => {
    const { fake, user } = await openQueue();
    fake.fail('queue.add', ['invalid-input', 'At most 100 questions can wait.']);
    await user.type(composer(), 'one more{Enter}');
    await settle();
    expect(composer().value).toBe('one more');
    expect(screen.getByText('At most 100 questions can wait.')).toBeTruthy();
  });
});

describe('a pause', () => {
  test('is shown and said, and ends with a button', async () => {
    const { fake, user, id } = await openConversation(['a', 'b']);
    fake.queue.put(id, ['second', 'third']);
    await settle();
    fake.queue.put(id, ['second', 'third'], true);
    await settle();
    expect(screen.getByText('Paused: 2 questions wait.')).toBeTruthy();
    expect(spoken()).toContain('The questions that wait are paused.');
    await user.click(screen.getByRole('button', { name: 'Send the next' }));
    await settle();
    expect(fake.callsOf('queue.resume')).toEqual([{ conversationId: id }]);
    expect(screen.getByText('1 question waits for the answer.')).toBeTruthy();
    expect(document.activeElement).toBe(composer());
  });

  test('lets a question be asked at once', async () => {
    const { fake, user, id } = await openConversation(['a', 'b']);
    fake.queue.put(id, ['second'], true);
    await settle();
    await user.type(composer(), 'now{Enter}');
    await settle();
    expect(fake.callsOf('generations.start')).toMatchObject([{ conversationId: id, text: 'now' }]);
    expect(fake.queue.texts(id)).toEqual(['second']);
  });
});
