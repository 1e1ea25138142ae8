import { screen, waitFor } from '@testing-library/svelte';
import { describe, expect, test } from 'vitest';
import type { DraftPreview } from '../../preload/contract/generations.ts';
import { AppError } from '../../preload/contract/errors.ts';
import { FakeAssistant, guideModel } from './fake-api.ts';
import { composer, openConversation, openWindow, settle } from './open-window.ts';

const roomy: DraftPreview = {
  historyTokens: 500,
  draftTokens: 36,
  limitTokens: 1536,
  firstVisibleMessageId: null,
  fits: true,
};

function fakeWith(preview: DraftPreview | null): FakeAssistant {
  const fake = new FakeAssistant();
  fake.preview = preview;
  return fake;
}

describe('the meter of what the model sees at once', () => {
  test('tells what is used, what the draft takes and what is free', async () => {
    const { user } = await openWindow(fakeWith(roomy));
    await user.type(composer(), 'Tell me more');
    const meter = await screen.findByRole('meter', { name: /sees at once/ });
    await waitFor(() => {
      expect(meter.getAttribute('aria-valuetext')).toBe('500 seen · 36 draft · 1,000 free');
    });
    expect(meter.getAttribute('aria-valuenow')).toBe('536');
  });

  test('never shows for one conversation what was measured for another', async () => {
    const { fake, user } = await openConversation(['What?', 'That.'], fakeWith(roomy));
    await screen.findByRole('meter');
    fake.preview = null;
    fake.choose('new-conversation');
    await settle();
    expect(screen.queryByRole('meter')).toBeNull();
    await user.type(composer(), 'Another');
    expect(screen.queryByRole('meter')).toBeNull();
  });

  test('asks once for a burst of keys, with the whole draft', async () => {
    const { fake, user } = await openWindow(fakeWith(roomy));
    await screen.findByRole('meter');
    const before = fake.callsOf('generations.preview').length;
    await user.type(composer(), 'Quickly typed');
    await waitFor(() => {
      expect(fake.callsOf('generations.preview').at(-1)).toEqual({ conversationId: null, text: 'Quickly typed' });
    });
    expect(fake.callsOf('generations.preview').length - before).toBeLessThan('Quickly typed'.length);
  });

  test('a question that is too long cannot be sent, and says why', async () => {
    const { fake, user } = await openWindow(fakeWith({ ...roomy, historyTokens: 0, draftTokens: 2300, fits: false }));
    await user.type(composer(), 'Far too long');
    await screen.findByText('2,300 tokens; the model can read 1,536 at once. Shorten the question.');
    await user.keyboard('{Enter}');
    await settle();
    expect(fake.callsOf('generations.start')).toEqual([]);
    expect(composer().value).toBe('Far too long');
  });

  test('says what falls out before it does', async () => {
    const fake = new FakeAssistant();
    const opened = await openConversation(['One', 'First.', 'Two', 'Second.'], fake);
    const third = fake.transcript(opened.id).messages[2]?.id ?? null;
    fake.preview = { ...roomy, firstVisibleMessageId: third };
    await opened.user.type(composer(), 'Three');
    await screen.findByText('With this question the model stops seeing the oldest 2 messages.');
  });

  test('shows nothing while no model can tell', async () => {
    await openWindow(fakeWith(null));
    await settle();
    expect(screen.queryByRole('meter')).toBeNull();
  });
});

describe('memory', () => {
  test('a model that does not fit offers what would help', async () => {
    const fake = new FakeAssistant();
    fake.model = {
      ...guideModel,
      isGuide: false,
      state: 'failed',
      error: new AppError('out-of-memory', 'This model needs about 8.9 GB of memory; 8.3 GB are free.', {
        fitsShort: true,
      }).toReport(),
    };
    const { user } = await openWindow(fake);
    await user.click(screen.getByRole('button', { name: /^Model/ }));
    await user.click(screen.getByRole('button', { name: 'Use a shorter window' }));
    await settle();
    expect(fake.callsOf('settings.change')).toEqual([{ windowTokens: 1024 }]);
    await user.click(screen.getByRole('button', { name: 'Load anyway' }));
    await settle();
    expect(fake.callsOf('models.load')).toEqual([undefined, { ignoreMemory: true }]);
  });
});
