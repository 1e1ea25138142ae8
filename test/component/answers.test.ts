import { screen } from '@testing-library/svelte';
import { describe, expect, test } from 'vitest';
import { guideName } from '../../preload/contract/guide.ts';
import { FakeAssistant, facts } from './fake-api.ts';
import { composer, inTurn, openConversation, openWindow, settle, turn } from './open-window.ts';

describe('actions of a turn', () => {
  test('copy passes the exact text to the main process', async () => {
    const { fake, user } = await openConversation(['What?', 'Some **bold** text.  \n']);
    await user.click(inTurn('Answer 1').getByRole('button', { name: 'Copy answer' }));
    await user.click(inTurn('Question 1').getByRole('button', { name: 'Copy question' }));
    expect(fake.callsOf('app.copyText')).toEqual([{ text: 'Some **bold** text.  \n' }, { text: 'What?' }]);
  });

  test('retry writes another answer beside the first, and the switch leads back', async () => {
    const { fake, user } = await openConversation(['What?', 'First answer.']);
    await user.click(inTurn('Answer 1').getByRole('button', { name: 'Retry answer' }));
    await settle();
    expect(document.activeElement).toBe(composer());
    const second = fake.running().id;
    fake.say(second, 'Second answer.');
    fake.finish(second);
    await settle();
    expect(inTurn('Answer 1').getByText('2/2')).toBeTruthy();

    await user.click(inTurn('Answer 1').getByRole('button', { name: 'Previous version' }));
    await settle();
    expect(inTurn('Answer 1').getByText('First answer.')).toBeTruthy();
    expect(inTurn('Answer 1').getByText('1/2')).toBeTruthy();
    // The focus is on the same button of the sibling that took the place.
    expect(document.activeElement).toBe(inTurn('Answer 1').getByRole('button', { name: 'Previous version' }));
    expect(document.activeElement?.getAttribute('aria-disabled')).toBe('true');
  });

  test('questions have versions too', async () => {
    const { fake, id, stores } = await openConversation(['First wording', 'Answer']);
    fake.addMessage(id, { role: 'prompter', text: 'Second wording' });
    await stores.transcript.open(id);
    await settle();
    expect(inTurn('Question 1').getByText('2/2')).toBeTruthy();
  });

  test('details tell how an answer came about', async () => {
    const { user } = await openConversation(['What?', 'That.']);
    const details = inTurn('Answer 1').getByRole('button', { name: 'Details' });
    expect(details.getAttribute('aria-expanded')).toBe('false');
    await user.click(details);
    expect(details.getAttribute('aria-expanded')).toBe('true');
    expect(document.getElementById(details.getAttribute('aria-controls') ?? '')?.textContent.trim()).toBe(
      'OASST SFT-1 12B · k50 · seed 7 · 20 tokens · 5.0 tok/s · prompt 240 read, 300 reused · ended by itself',
    );
  });

  test('details of an answer of the guide say what the guide is', async () => {
    const fake = new FakeAssistant();
    const id = fake.addConversation('A conversation', ['What?']);
    const parentId = fake.transcript(id).messages[0]?.id ?? null;
    const generation = facts({ modelName: guideName });
    fake.addMessage(id, { role: 'assistant', parentId, text: 'That.', generation });
    fake.settings.lastConversationId = id;
    const { user } = await openWindow(fake);
    await user.click(inTurn('Answer 1').getByRole('button', { name: 'Details' }));
    expect(screen.getByText(/^OASST Desktop guide ·$/)).toBeTruthy();
    expect(screen.getByText(/^a tiny model made for this app, not Open-Assistant ·$/)).toBeTruthy();
  });
});

describe('an answer that did not end by itself', () => {
  async function openWith(change: Parameters<FakeAssistant['addMessage']>[1]) {
    const fake = new FakeAssistant();
    const id = fake.addConversation('A conversation', ['What?']);
    const question = fake.transcript(id).messages[0]?.id ?? null;
    fake.addMessage(id, { role: 'assistant', parentId: question, text: 'Half', generation: facts(), ...change });
    fake.settings.lastConversationId = id;
    return openWindow(fake);
  }

  test('says that it failed and why, and continues in place', async () => {
    const { fake, user } = await openWith({ status: 'failed', errorCode: 'engine-stalled' });
    expect(
      inTurn('Answer 1').getByText(
        'The engine that runs the model stopped responding and was ended. It starts again with the next answer. The text so far is kept.',
      ),
    ).toBeTruthy();
    await user.click(inTurn('Answer 1').getByRole('button', { name: 'Continue' }));
    await settle();
    const { id } = fake.running();
    expect(fake.callsOf('generations.continue')).toEqual([{ messageId: id }]);
    fake.say(id, ' and whole.');
    fake.finish(id);
    await settle();
    expect(inTurn('Answer 1').getByText('Half and whole.')).toBeTruthy();
    expect(screen.getAllByRole('article')).toHaveLength(2);
  });

  test('offers another try when there is no text yet', async () => {
    const { fake, user } = await openWith({ status: 'interrupted', text: '' });
    expect(
      inTurn('Answer 1').getByText('Interrupted before it was finished. Nothing had been written yet.'),
    ).toBeTruthy();
    await user.click(inTurn('Answer 1').getByRole('button', { name: 'Try again' }));
    expect(fake.callsOf('generations.continue')).toHaveLength(1);
  });

  test('does not offer to continue what cannot work', async () => {
    await openWith({ status: 'failed', errorCode: 'prompt-too-long', text: '' });
    expect(inTurn('Answer 1').queryByRole('button', { name: /Continue|Try again/ })).toBeNull();
    expect(inTurn('Answer 1').getByRole('button', { name: 'Retry' })).toBeTruthy();
  });

  test('continues one that reached its length limit', async () => {
    await openWith({ status: 'complete', generation: facts({ stopReason: 'length' }) });
    expect(inTurn('Answer 1').getByText('Reached the length limit before it was finished.')).toBeTruthy();
    expect(inTurn('Answer 1').getByRole('button', { name: 'Continue' })).toBeTruthy();
  });
});

describe('the memory line', () => {
  async function openWithStart(position: number | null) {
    const fake = new FakeAssistant();
    const id = fake.addConversation('A conversation', ['One', 'Two', 'Three', 'Four']);
    const { messages } = fake.transcript(id);
    const start = position === null ? null : (messages[position]?.id ?? null);
    const newest = messages.at(-1);
    if (newest !== undefined) fake.message(newest.id).generation = facts({ firstVisibleMessageId: start });
    fake.settings.lastConversationId = id;
    return openWindow(fake);
  }

  test('stands before the oldest message the model saw', async () => {
    await openWithStart(2);
    const line = screen.getByText('The model no longer sees what is above.');
    expect(line.compareDocumentPosition(turn('Question 2')) & Node.DOCUMENT_POSITION_FOLLOWING).toBeTruthy();
    expect(line.compareDocumentPosition(turn('Answer 1')) & Node.DOCUMENT_POSITION_PRECEDING).toBeTruthy();
  });

  test.each([null, 0])('is absent when nothing is above it (%s)', async (position) => {
    await openWithStart(position);
    expect(screen.queryByText('The model no longer sees what is above.')).toBeNull();
  });
});
