import { fireEvent, screen } from '@testing-library/svelte';
import { describe, expect, test } from 'vitest';
import { FakeAssistant } from './fake-api.ts';
import { ask, composer, openWindow, settle } from './open-window.ts';

describe('the composer', () => {
  test('sends with Enter and makes a new line with Shift+Enter', async () => {
    const { fake, user } = await openWindow();
    await user.type(composer(), 'one{Shift>}{Enter}{/Shift}two{Enter}');
    await settle();
    expect(fake.callsOf('generations.start')).toEqual([{ conversationId: null, text: 'one\ntwo' }]);
    expect(composer().value).toBe('');
  });

  test.each([
    ['composing', { isComposing: true }],
    ['ending a composition', { keyCode: 229 }],
  ])('does not send with the Enter that belongs to an input method (%s)', async (_name, press) => {
    const { fake, user } = await openWindow();
    await user.type(composer(), 'にほん');
    await fireEvent.keyDown(composer(), { key: 'Enter', ...press });
    await settle();
    expect(fake.callsOf('generations.start')).toEqual([]);
    expect(composer().value).toBe('にほん');
  });

  test('does not send nothing', async () => {
    const { fake, user } = await openWindow();
    await user.type(composer(), '   {Enter}');
    expect(fake.callsOf('generations.start')).toEqual([]);
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Send' }).disabled).toBe(true);
  });

  test('keeps unsent text for each conversation', async () => {
    const fake = new FakeAssistant();
    fake.addConversation('Cats', ['a', 'b']);
    const { user } = await openWindow(fake);
    await user.type(composer(), 'about nothing yet');
    await user.click(screen.getByRole('button', { name: 'Cats' }));
    await settle();
    expect(composer().value).toBe('');
    await user.type(composer(), 'about cats');
    await user.click(screen.getByRole('button', { name: 'New conversation' }));
    await settle();
    expect(composer().value).toBe('about nothing yet');
    await user.click(screen.getByRole('button', { name: 'Cats' }));
    await settle();
    expect(composer().value).toBe('about cats');
  });

  test('lets a question wait for the answer of its own conversation, and says so', async () => {
    const open = await openWindow();
    const { fake, user } = open;
    await ask(open, 'Hello');
    expect(screen.queryByRole('button', { name: 'Queue' })).toBeNull();
    await user.type(composer(), 'next');
    const reason = screen.getByText('It is asked when the answer is finished.');
    expect(composer().getAttribute('aria-describedby')).toContain(reason.id);
    expect(screen.getByRole('button', { name: 'Queue' })).toBeTruthy();
    await user.keyboard('{Enter}');
    await settle();
    expect(fake.callsOf('generations.start')).toHaveLength(1);
    expect(fake.queue.texts(fake.running().conversationId)).toEqual(['next']);
    expect(composer().value).toBe('');
  });

  test('lets another conversation queue behind a running answer', async () => {
    const open = await openWindow();
    await ask(open, 'Hello');
    await open.user.click(screen.getByRole('button', { name: 'New conversation' }));
    await settle();
    await ask(open, 'Something else');
    expect(open.fake.callsOf('generations.start')).toHaveLength(2);
  });

  test('refuses a text that is too long, with its length', async () => {
    const { fake } = await openWindow();
    await fireEvent.input(composer(), { target: { value: 'x'.repeat(100_001) } });
    await fireEvent.keyDown(composer(), { key: 'Enter' });
    expect(screen.getByText('100,001 characters; at most 100,000 can be sent.')).toBeTruthy();
    expect(fake.callsOf('generations.start')).toEqual([]);
  });

  test('saves the chosen preset', async () => {
    const { fake, user } = await openWindow();
    screen.getByRole('combobox', { name: 'Preset: k50' }).focus();
    await user.keyboard('{Enter}');
    await settle();
    await user.click(await screen.findByRole('option', { name: /k50-Precise/ }));
    await settle();
    expect(fake.callsOf('settings.change')).toEqual([{ presetId: 'k50-Precise' }]);
    expect(screen.getByRole('combobox', { name: 'Preset: k50-Precise' })).toBeTruthy();
  });
});
