import { screen } from '@testing-library/svelte';
import { describe, expect, test } from 'vitest';
import { FakeAssistant, guideModel } from './fake-api.ts';
import { libraryModel } from './fake-library.ts';
import { composer, inTurn, openWindow, settle } from './open-window.ts';

describe('the first screen', () => {
  test('names the model and its limits', async () => {
    await openWindow();
    expect(screen.getByRole('heading', { level: 1, name: 'OASST SFT-1 12B' })).toBeTruthy();
    expect(screen.getByText('Often wrong yet convincing; weak at maths and code; English only.')).toBeTruthy();
  });

  test.each([
    ['completion', 'Continues your text; it was not trained to answer. Nothing it writes is checked.'],
    ['chat-template', 'Nothing it writes is checked: treat every fact as unconfirmed.'],
  ] as const)('words the limits of a model with prompts of the kind %s', async (format, limits) => {
    const fake = new FakeAssistant();
    fake.library.value.models = [libraryModel({ format, isInUse: true })];
    await openWindow(fake);
    expect(screen.getByText(limits)).toBeTruthy();
  });

  test('sends a suggestion and shows it as the first turn', async () => {
    const { fake, user } = await openWindow();
    await user.click(screen.getByRole('button', { name: "What's the Earth total population" }));
    await settle();
    expect(fake.callsOf('generations.start')).toEqual([
      { conversationId: null, text: "What's the Earth total population" },
    ]);
    expect(inTurn('Question 1').getByText("What's the Earth total population")).toBeTruthy();
    expect(document.activeElement).toBe(composer());
    expect(fake.settings.lastConversationId).not.toBeNull();
  });

  test('offers questions about the app, and the way to a model, while the guide is in use', async () => {
    const fake = new FakeAssistant();
    fake.model = guideModel;
    const { user } = await openWindow(fake);
    expect(screen.getByRole('button', { name: 'What can you do?' })).toBeTruthy();
    expect(
      screen.getByText(
        'The guide is a tiny model made for this app, not Open-Assistant. For real conversations choose another model.',
      ),
    ).toBeTruthy();
    const choose = screen.getByRole('button', { name: 'Choose a model…' });
    await user.click(choose);
    await settle();
    expect(document.activeElement).toBe(screen.getByRole('region', { name: 'Models' }));
    await user.click(screen.getByRole('button', { name: 'Back' }));
    await settle();
    expect(document.activeElement).toBe(choose);
  });

  test('does not offer questions about the app with another model', async () => {
    await openWindow();
    expect(screen.queryByRole('button', { name: 'What can you do?' })).toBeNull();
  });

  test('reopens the conversation that was shown last', async () => {
    const fake = new FakeAssistant();
    fake.settings.lastConversationId = fake.addConversation('Cats', ['Name a cat.', 'Ink.']);
    await openWindow(fake);
    expect(await screen.findByRole('heading', { level: 1, name: 'Cats' })).toBeTruthy();
    expect(inTurn('Answer 1').getByText('Ink.')).toBeTruthy();
  });

  test('a question that could not be saved stays in the composer', async () => {
    const { fake, user } = await openWindow();
    fake.fail('generations.start', ['disk-full', 'The disk is full. The question was not saved.']);
    await user.type(composer(), 'Is anyone there?{Enter}');
    await settle();
    expect(composer().value).toBe('Is anyone there?');
    expect(screen.getByText('The disk is full. The question was not saved.')).toBeTruthy();
  });
});
