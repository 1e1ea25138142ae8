import { screen, waitFor, within, type BoundFunctions, type queries } from '@testing-library/svelte';
import { describe, expect, test } from 'vitest';
import { FakeAssistant } from './fake-api.ts';
import { guideEntry, libraryModel } from './fake-library.ts';
import { composer, openConversation, openWindow, settle, spoken, type OpenWindow } from './open-window.ts';

async function openModels(fake = new FakeAssistant()): Promise<OpenWindow> {
  const opened = await openWindow(fake);
  fake.choose('show-models');
  await settle();
  return opened;
}

function fakeWith(...models: ReturnType<typeof libraryModel>[]): FakeAssistant {
  const fake = new FakeAssistant();
  fake.library.value.models = [guideEntry, ...models];
  return fake;
}

function row(name: string): BoundFunctions<typeof queries> {
  return within(screen.getByRole('listitem', { name }));
}

function button(name: string, model = 'OASST SFT-1 12B Q4_K_M'): HTMLButtonElement {
  return row(model).getByRole<HTMLButtonElement>('button', { name });
}

describe('the models page', () => {
  test('takes the place of the transcript and gives it back with Escape', async () => {
    const { fake, user } = await openConversation(['What?', 'That.']);
    expect(document.activeElement).toBe(composer());
    fake.choose('show-models');
    await settle();
    expect(document.activeElement).toBe(screen.getByRole('region', { name: 'Models' }));
    expect(screen.getByRole('heading', { level: 1, name: 'Models' })).toBeTruthy();
    expect(screen.queryByRole('article', { name: 'Answer 1' })).toBeNull();
    expect(screen.queryByRole('textbox', { name: 'Question' })).toBeNull();
    expect(document.title).toBe('Models – OASST Desktop');
    await user.keyboard('{Escape}');
    await settle();
    expect(screen.getByRole('article', { name: 'Answer 1' })).toBeTruthy();
    expect(document.activeElement).toBe(composer());
  });

  test('Escape leaves it before it stops an answer that is being written', async () => {
    const open = await openConversation(['What?', 'That.']);
    await open.user.type(composer(), 'More?{Enter}');
    await settle();
    open.fake.choose('show-models');
    await settle();
    await open.user.keyboard('{Escape}');
    expect(open.fake.callsOf('generations.stop')).toEqual([]);
    await open.user.keyboard('{Escape}');
    expect(open.fake.callsOf('generations.stop')).toHaveLength(1);
  });

  test('the speed of a tiny model is no number', async () => {
    await openModels(fakeWith(libraryModel({ fit: { memoryBytes: 1e8, verdict: 'fits', tokensPerSecond: 9000 } })));
    expect(row('OASST SFT-1 12B Q4_K_M').getByText('much faster than one can read')).toBeTruthy();
  });

  test('a model that seems not to fit can be loaded anyway, or with a shorter window', async () => {
    const fake = fakeWith(libraryModel());
    const memory = 'This model needs about 9.5 GB of memory; 8.9 GB are free.';
    fake.fail('library.use', ['out-of-memory', memory, { fitsShort: true }]);
    const { user } = await openModels(fake);
    await user.click(button('Use'));
    await settle();
    expect(row('OASST SFT-1 12B Q4_K_M').getByText(memory)).toBeTruthy();
    await user.click(button('Load anyway'));
    await settle();
    const { id } = libraryModel();
    expect(fake.callsOf('library.use')).toEqual([{ modelId: id }, { modelId: id, ignoreMemory: true }]);
    fake.failing.clear();
    await user.click(button('Use a shorter window'));
    await settle();
    expect(fake.settings.windowTokens).toBe(1024);
    expect(row('OASST SFT-1 12B Q4_K_M').getByText('In use')).toBeTruthy();
  });

  test('a conversation of the list takes its place', async () => {
    const { fake, user } = await openConversation(['What?', 'That.']);
    fake.choose('show-models');
    await settle();
    const entry = screen.getByRole('button', { name: 'A conversation' });
    expect(entry.getAttribute('aria-current')).toBeNull();
    await user.click(entry);
    await settle();
    expect(screen.getByRole('article', { name: 'Answer 1' })).toBeTruthy();
    expect(entry.getAttribute('aria-current')).toBe('page');
  });

  test('commands for the conversation behind it do nothing', async () => {
    const { fake } = await openConversation(['What?', 'That.']);
    fake.choose('show-models');
    await settle();
    for (const command of ['delete-conversation', 'retry-answer', 'rename-conversation'] as const) fake.choose(command);
    await settle();
    expect(fake.callsOf('conversations.delete')).toEqual([]);
    expect(fake.callsOf('generations.retry')).toEqual([]);
    expect(screen.queryByRole('textbox', { name: 'Title of the conversation' })).toBeNull();
    fake.choose('focus-composer');
    await settle();
    expect(document.activeElement).toBe(composer());
  });

  test('says why the list could not be read, and reads it again', async () => {
    const fake = new FakeAssistant();
    fake.fail('library.get', ['database-unreadable', 'The list of models could not be read.']);
    const { user } = await openModels(fake);
    expect(screen.getByText('The list of models could not be read.')).toBeTruthy();
    fake.failing.clear();
    await user.click(screen.getByRole('button', { name: 'Try again' }));
    await settle();
    expect(screen.getByRole('listitem', { name: 'OASST guide Q8_0' })).toBeTruthy();
    expect(screen.getByText(/^Only the guide is here so far./)).toBeTruthy();
  });
});

describe('an installed model', () => {
  test('is described in plain words', async () => {
    await openModels(fakeWith(libraryModel({ verifiedAt: Date.now() })));
    const text = screen.getByRole('listitem', { name: 'OASST SFT-1 12B Q4_K_M' }).textContent;
    for (const words of [
      '7.58 GB',
      'sees 2,048 tokens at once',
      'Open-Assistant turn marks',
      'Fits: wants 9.2 of 24 GB of memory',
      'about 5 words a second',
      'verified today',
    ]) {
      expect(text).toContain(words);
    }
    expect(row('OASST guide Q8_0').getByText('In use')).toBeTruthy();
    expect(row('OASST guide Q8_0').queryByRole('button', { name: /Remove|Verify/ })).toBeNull();
  });

  test('owns up to what it cannot do', async () => {
    const fit = { memoryBytes: 31e9, verdict: 'too-large', tokensPerSecond: null } as const;
    await openModels(fakeWith(libraryModel({ format: 'completion', fit })));
    const text = screen.getByRole('listitem', { name: 'OASST SFT-1 12B Q4_K_M' }).textContent;
    expect(text).toContain('plain completion: continues your text, was not trained to answer');
    expect(text).toContain('Too large for this computer: wants 31.0 of 24 GB of memory');
    expect(text).toContain('speed not known yet');
    expect(text).toContain('not verified yet');
  });

  test('is loaded and used', async () => {
    const model = libraryModel();
    const { fake, user } = await openModels(fakeWith(model));
    let finish: () => void = () => undefined;
    fake.library.until = new Promise((resolve) => (finish = resolve));
    await user.click(button('Use'));
    fake.setModel({ state: 'loading', loadFraction: 0.42 });
    await settle();
    expect(row('OASST SFT-1 12B Q4_K_M').getByRole('progressbar').getAttribute('aria-valuenow')).toBe('42');
    finish();
    await waitFor(() => {
      expect(button('Use', 'OASST guide Q8_0').disabled).toBe(false);
    });
    expect(fake.callsOf('library.use')).toEqual([{ modelId: model.id }]);
    expect(row('OASST SFT-1 12B Q4_K_M').getByText('In use')).toBeTruthy();
  });

  test('says beside it why it could not be used', async () => {
    const { fake, user } = await openModels(fakeWith(libraryModel()));
    fake.fail('library.use', ['busy', 'An answer is being written. Stop it or wait, then use the model.']);
    await user.click(button('Use'));
    await settle();
    expect(row('OASST SFT-1 12B Q4_K_M').getByText(/An answer is being written/)).toBeTruthy();
    expect(spoken()).toContain('An answer is being written.');
  });

  test('is verified with numbers, and the result is said', async () => {
    const model = libraryModel();
    const { fake, user } = await openModels(fakeWith(model));
    let finish: () => void = () => undefined;
    fake.library.until = new Promise((resolve) => (finish = resolve));
    await user.click(button('Verify now'));
    fake.library.read(model.id, 0.5);
    await settle();
    expect(row('OASST SFT-1 12B Q4_K_M').getByText('Verifying, 3.79 of 7.58 GB read')).toBeTruthy();
    const bar = row('OASST SFT-1 12B Q4_K_M').getByRole('progressbar', { name: 'Verifying OASST SFT-1 12B' });
    expect(bar.getAttribute('aria-valuenow')).toBe('50');
    await user.click(button('Stop verifying'));
    expect(fake.callsOf('library.cancelReading')).toEqual([{ of: model.id }]);
    finish();
    await waitFor(() => {
      expect(row('OASST SFT-1 12B Q4_K_M').queryByRole('progressbar')).toBeNull();
    });
    expect(row('OASST SFT-1 12B Q4_K_M').getByText(/^Verified: every byte/)).toBeTruthy();
    expect(screen.getByRole('listitem', { name: 'OASST SFT-1 12B Q4_K_M' }).textContent).toContain('verified today');
    expect(document.activeElement).toBe(button('Verify now'));
  });

  test('that is not what was added says so', async () => {
    const { fake, user } = await openModels(fakeWith(libraryModel()));
    fake.fail('library.verify', ['hash-mismatch', 'This file is not what it was when it was added.']);
    await user.click(button('Verify now'));
    await settle();
    expect(row('OASST SFT-1 12B Q4_K_M').getByText('This file is not what it was when it was added.')).toBeTruthy();
  });

  test('can be found in its folder', async () => {
    const { fake, user } = await openModels(fakeWith(libraryModel()));
    await user.click(button('Show in folder'));
    expect(fake.callsOf('library.reveal')).toHaveLength(1);
  });

  test('that is missing or changed cannot be used until that is settled', async () => {
    const missing = libraryModel({ name: 'Gone', fileState: 'missing', path: '/media/usb/gone.gguf' });
    const changed = libraryModel({ id: '00000000-0000-7000-8000-00000000a003', name: 'Other', fileState: 'changed' });
    await openModels(fakeWith(missing, changed));
    expect(row('Gone Q4_K_M').getByText(/not there at the moment: \/media\/usb\/gone\.gguf/)).toBeTruthy();
    expect(button('Use', 'Gone Q4_K_M').disabled).toBe(true);
    expect(row('Gone Q4_K_M').queryByRole('button', { name: 'Verify now' })).toBeNull();
    expect(row('Other Q4_K_M').getByText(/not the one that was added/)).toBeTruthy();
    expect(button('Use', 'Other Q4_K_M').disabled).toBe(true);
    expect(button('Verify now', 'Other Q4_K_M').disabled).toBe(false);
  });
});

describe('removing a model', () => {
  test('says what is deleted and asks first', async () => {
    const model = libraryModel({ isInUse: true });
    const { fake, user } = await openModels(fakeWith(model));
    await user.click(button('Remove…'));
    const question = screen.getByRole('group', { name: /^This deletes oasst-sft-1-12b-Q4_K_M.gguf \(7.58 GB\)/ });
    expect(question.textContent).toContain('Conversations stay. The guide takes its place.');
    expect(document.activeElement).toBe(button('Keep it'));
    await user.keyboard('{Escape}');
    await settle();
    expect(screen.queryByRole('group', { name: /^This deletes/ })).toBeNull();
    expect(document.activeElement).toBe(button('Remove…'));
    expect(fake.callsOf('library.remove')).toEqual([]);
    await user.click(button('Remove…'));
    await user.click(button('Delete 7.58 GB'));
    await settle();
    expect(fake.callsOf('library.remove')).toEqual([{ modelId: model.id }]);
    expect(screen.queryByRole('listitem', { name: 'OASST SFT-1 12B Q4_K_M' })).toBeNull();
    expect(screen.getByText('OASST SFT-1 12B Q4_K_M is deleted.')).toBeTruthy();
    expect(document.activeElement).toBe(screen.getByRole('heading', { name: 'Installed' }));
  });

  test("only forgets a file of the owner's", async () => {
    const { user } = await openModels(fakeWith(libraryModel({ source: 'file', isManaged: false })));
    await user.click(button('Remove…'));
    expect(screen.getByRole('group', { name: /Its file stays where it is/ })).toBeTruthy();
    await user.click(button('Take it off the list'));
    await settle();
    expect(screen.getByText(/is no longer in the list. Its file stays where it is./)).toBeTruthy();
  });
});
