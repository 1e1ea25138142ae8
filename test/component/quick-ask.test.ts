import { render, screen, within } from '@testing-library/svelte';
import userEvent, { type UserEvent } from '@testing-library/user-event';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { guideName } from '../../preload/contract/guide.ts';
import type { QuickAskOpening } from '../../preload/contract/quick-ask.ts';
import QuickAsk from '../../renderer/quick-ask/QuickAsk.svelte';
import { createQuickAskStores } from '../../renderer/quick-ask/stores.ts';
import { FakeAssistant, facts, guideModel } from './fake-api.ts';
import { addMissingBrowserParts, inTurn, settle, spoken, turn } from './open-window.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

interface OpenQuickAsk {
  fake: FakeAssistant;
  user: UserEvent;
  close: () => void;
}

/** The quick window over a fake main process, shown as by the shortcut. */
async function openQuickAsk(fake = new FakeAssistant(), opening: Partial<QuickAskOpening> = {}): Promise<OpenQuickAsk> {
  addMissingBrowserParts(false);
  const user = userEvent.setup();
  const { unmount } = render(QuickAsk, { props: { stores: createQuickAskStores(fake.api) } });
  await settle();
  fake.quickAsk.open(opening);
  await settle();
  return { fake, user, close: unmount };
}

function field(): HTMLTextAreaElement {
  return screen.getByRole<HTMLTextAreaElement>('textbox', { name: 'Question' });
}

/** Types a question and asks it; gives the id of the answer that is being written. */
async function ask({ fake, user }: OpenQuickAsk, question: string): Promise<string> {
  await user.keyboard(`${question}{Enter}`);
  await settle();
  return fake.running().id;
}

/** The window is hidden or shown, at a time. */
async function setHidden(isHidden: boolean): Promise<void> {
  vi.spyOn(document, 'hidden', 'get').mockReturnValue(isHidden);
  document.dispatchEvent(new Event('visibilitychange'));
  await settle();
}

describe('asking', () => {
  test('the field is ready to type, Enter asks, and the conversation is marked as asked here', async () => {
    const open = await openQuickAsk();
    expect(document.activeElement).toBe(field());
    await ask(open, 'Hello');
    expect(open.fake.callsOf('generations.start')).toEqual([
      { conversationId: null, text: 'Hello', origin: 'quick-ask' },
    ]);
    expect(field().value).toBe('');
  });

  test('an answer grows in place, is spoken by sentence, and a follow-up continues', async () => {
    const open = await openQuickAsk();
    const first = await ask(open, 'Hello');
    open.fake.advance(first, { kind: 'reading', done: 3, total: 9, reused: 0 });
    await settle();
    expect(inTurn('Answer 1').getByText('reading 3 of 9 tokens')).toBeTruthy();
    open.fake.say(first, 'Good day. How');
    await settle();
    expect(turn('Answer 1').textContent).toContain('Good day. How');
    expect(spoken()).toBe('Good day.');
    open.fake.finish(first);
    await settle();
    expect(spoken()).toBe('Good day.HowAnswer finished.');

    const second = await ask(open, 'And you?');
    const { conversationId } = open.fake.message(first);
    expect(open.fake.callsOf('generations.start')[1]).toEqual({
      conversationId,
      text: 'And you?',
      origin: 'quick-ask',
    });
    open.fake.say(second, 'Fine.');
    await settle();
    expect(inTurn('Answer 2').getByText('Fine.')).toBeTruthy();
    expect(open.fake.callsOf('quickAsk.setConversation')).toEqual([{ conversationId: null }, { conversationId }]);
  });

  test('a follow-up waits for the answer, stays in the field and says why', async () => {
    const open = await openQuickAsk();
    await ask(open, 'Hello');
    await open.user.keyboard('next{Enter}');
    await settle();
    expect(open.fake.callsOf('generations.start')).toHaveLength(1);
    expect(field().value).toBe('next');
    expect(screen.getByText('This can be asked once the answer is finished.')).toBeTruthy();
  });

  test('a question that is not accepted stands in the field again', async () => {
    const fake = new FakeAssistant();
    fake.fail('generations.start', ['disk-full', 'The disk is full. The question is still in the field.']);
    const open = await openQuickAsk(fake);
    await open.user.keyboard('Hello{Enter}');
    await settle();
    expect(field().value).toBe('Hello');
    expect(screen.getByText('The disk is full. The question is still in the field.')).toBeTruthy();
  });

  test('the model begins to load when the window is shown, and says how far it is', async () => {
    const fake = new FakeAssistant();
    fake.model = { ...guideModel, state: 'unloaded' };
    await openQuickAsk(fake);
    expect(fake.callsOf('models.load')).toHaveLength(1);
    fake.setModel({ state: 'loading', loadFraction: 0.42 });
    await settle();
    expect(screen.getByText('Guide, a tiny model, not Open-Assistant: loading 42 %')).toBeTruthy();
    expect(screen.getByRole('progressbar', { name: 'Loading the model' }).getAttribute('aria-valuenow')).toBe('42');
  });

  test('the model reads ahead while the owner types', async () => {
    const open = await openQuickAsk();
    await open.user.keyboard('Hello');
    await vi.waitFor(() => {
      expect(open.fake.callsOf('generations.preview').at(-1)).toEqual({ conversationId: null, text: 'Hello' });
    });
  });
});

describe('keys', () => {
  test('copy, retry, keep open, go on in the main window, begin anew, hide', async () => {
    const open = await openQuickAsk();
    const answer = await ask(open, 'Hello');
    open.fake.say(answer, 'Good day.');
    open.fake.finish(answer);
    await settle();

    await open.user.keyboard('{Control>}{Shift>}C{/Shift}{/Control}');
    await settle();
    expect(open.fake.callsOf('app.copyText')).toEqual([{ text: 'Good day.' }]);
    expect(screen.getByText('Copied')).toBeTruthy();

    await open.user.keyboard('{Control>}r{/Control}');
    await settle();
    expect(open.fake.callsOf('generations.retry')).toEqual([{ messageId: answer }]);
    const retried = open.fake.running().id;
    await open.user.keyboard('{Control>}.{/Control}');
    await settle();
    expect(open.fake.callsOf('generations.stop')).toEqual([{ messageId: retried }]);
    expect(inTurn('Answer 1').getByText('Stopped before the first word.')).toBeTruthy();
    await open.user.click(screen.getByRole('button', { name: 'Previous version' }));
    await settle();
    expect(inTurn('Answer 1').getByText('Good day.')).toBeTruthy();

    const pin = screen.getByRole('button', { name: 'Keep open' });
    await open.user.keyboard('{Control>}p{/Control}');
    await settle();
    expect(pin.getAttribute('aria-pressed')).toBe('true');
    expect(open.fake.callsOf('quickAsk.setPinned')).toEqual([{ isPinned: true }]);

    const { conversationId } = open.fake.message(answer);
    await open.user.keyboard('{Control>}o{/Control}');
    await settle();
    expect(open.fake.callsOf('quickAsk.continueInMain')).toEqual([{ conversationId }]);
    expect(screen.queryByRole('article')).toBeNull();
    expect(document.activeElement).toBe(field());

    await ask(open, 'Something else');
    await open.user.keyboard('{Control>}n{/Control}');
    await settle();
    expect(screen.queryByRole('article')).toBeNull();
    await open.user.keyboard('{Escape}');
    await settle();
    expect(open.fake.callsOf('quickAsk.hide')).toHaveLength(1);
  });

  test('a stopped answer can go on in place', async () => {
    const open = await openQuickAsk();
    const answer = await ask(open, 'Hello');
    open.fake.say(answer, 'Half');
    open.fake.finish(answer, { status: 'stopped', generation: facts({ stopReason: 'stopped' }) });
    await settle();
    await open.user.keyboard('{Control>}{Shift>}{Enter}{/Shift}{/Control}');
    await settle();
    expect(open.fake.callsOf('generations.continue')).toEqual([{ messageId: answer }]);
    expect(open.fake.callsOf('generations.start')).toHaveLength(1);
  });

  test('every action of a finished answer has a button', async () => {
    const open = await openQuickAsk();
    const answer = await ask(open, 'Hello');
    expect(screen.getByRole('button', { name: 'Stop' })).toBeTruthy();
    open.fake.say(answer, 'Good day.');
    open.fake.finish(answer);
    await settle();
    for (const name of ['Copy answer', 'Retry answer', 'New', 'Keep open', 'Continue in the main window']) {
      expect(screen.getByRole('button', { name })).toBeTruthy();
    }
  });
});

describe('the draft', () => {
  test('comes back, and is saved when the window is hidden', async () => {
    const fake = new FakeAssistant();
    fake.quickAsk.state = { draft: 'half a thou', conversationId: null, isPinned: false };
    const open = await openQuickAsk(fake);
    expect(field().value).toBe('half a thou');
    await open.user.type(field(), 'ght');
    await setHidden(true);
    expect(fake.callsOf('quickAsk.saveDraft').at(-1)).toEqual({ draft: 'half a thought' });
    expect(fake.callsOf('generations.start')).toEqual([]);
  });

  test('is saved a moment after typing', async () => {
    const open = await openQuickAsk();
    await open.user.keyboard('abc');
    await vi.waitFor(() => {
      expect(open.fake.callsOf('quickAsk.saveDraft')).toEqual([{ draft: 'abc' }]);
    });
  });

  test('a text from a link fills the field, is not asked, and the draft before can be had back', async () => {
    const fake = new FakeAssistant();
    fake.quickAsk.state = { draft: 'mine', conversationId: null, isPinned: false };
    const open = await openQuickAsk(fake, { text: 'from a link' });
    expect(field().value).toBe('from a link');
    expect(fake.callsOf('generations.start')).toEqual([]);
    await open.user.click(screen.getByRole('button', { name: 'Undo' }));
    expect(field().value).toBe('mine');
  });

  test('a question from the command line is asked at once, in a new conversation, and leaves the draft', async () => {
    const open = await openQuickAsk();
    open.fake.finish(await ask(open, 'Hello'));
    await open.user.keyboard('mine');
    open.fake.quickAsk.open({ text: 'What is a meme?', isQuestion: true });
    await settle();
    expect(open.fake.callsOf('generations.start')[1]).toEqual({
      conversationId: null,
      text: 'What is a meme?',
      origin: 'quick-ask',
    });
    expect(field().value).toBe('mine');
  });
});

describe('the clipboard', () => {
  test('is shown, goes along quoted above the question, and is not offered twice', async () => {
    const open = await openQuickAsk(new FakeAssistant(), { clipboardText: 'one\ntwo' });
    const offer = screen.getByRole('group', { name: /From the clipboard/ });
    expect(within(offer).getByText(/one\s+two/)).toBeTruthy();
    await ask(open, 'Explain this');
    expect(open.fake.callsOf('generations.start')).toEqual([
      { conversationId: null, text: '> one\n> two\n\nExplain this', origin: 'quick-ask' },
    ]);
    expect(screen.queryByRole('group', { name: /From the clipboard/ })).toBeNull();
    open.fake.quickAsk.open({ clipboardText: 'one\ntwo' });
    await settle();
    expect(screen.queryByRole('group', { name: /From the clipboard/ })).toBeNull();
    open.fake.quickAsk.open({ clipboardText: 'three' });
    await settle();
    expect(screen.getByRole('group', { name: /From the clipboard/ })).toBeTruthy();
  });

  test('can be left out', async () => {
    const open = await openQuickAsk(new FakeAssistant(), { clipboardText: 'secret' });
    await open.user.click(screen.getByRole('button', { name: 'Leave the clipboard out' }));
    expect(document.activeElement).toBe(field());
    await ask(open, 'Hello');
    expect(open.fake.callsOf('generations.start')).toEqual([
      { conversationId: null, text: 'Hello', origin: 'quick-ask' },
    ]);
  });

  test('says where a long text is cut', async () => {
    const open = await openQuickAsk(new FakeAssistant(), { clipboardText: 'x'.repeat(5000) });
    expect(screen.getByText(/its first 3,000 characters go along/)).toBeTruthy();
    await ask(open, 'Hello');
    expect(open.fake.callsOf('generations.start')).toEqual([
      { conversationId: null, text: `> ${'x'.repeat(3000)}\n\nHello`, origin: 'quick-ask' },
    ]);
  });

  test('an answer that was copied here is no news', async () => {
    const open = await openQuickAsk();
    const answer = await ask(open, 'Hello');
    open.fake.say(answer, 'Good day.');
    open.fake.finish(answer);
    await settle();
    await open.user.click(screen.getByRole('button', { name: 'Copy answer' }));
    await settle();
    open.fake.quickAsk.open({ clipboardText: 'Good day.' });
    await settle();
    expect(screen.queryByRole('group', { name: /From the clipboard/ })).toBeNull();
  });
});

describe('coming back', () => {
  const minuteMs = 60_000;

  async function openAnswered(): Promise<OpenQuickAsk> {
    vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'] });
    const open = await openQuickAsk();
    const answer = await ask(open, 'Hello');
    open.fake.say(answer, 'Good day.');
    open.fake.finish(answer);
    await settle();
    return open;
  }

  test.each([
    [9, true],
    [11, false],
  ])('after %i minutes out of sight the conversation is still there: %s', async (minutes, isThere) => {
    const open = await openAnswered();
    await setHidden(true);
    vi.setSystemTime(Date.now() + minutes * minuteMs);
    await setHidden(false);
    open.fake.quickAsk.open();
    await settle();
    expect(screen.queryByRole('article', { name: 'Answer 1' }) !== null).toBe(isThere);
  });

  test('a hidden window begins anew by itself, so that it opens as it will be', async () => {
    const open = await openAnswered();
    await setHidden(true);
    vi.advanceTimersByTime(12 * minuteMs);
    await settle();
    expect(screen.queryByRole('article')).toBeNull();
    expect(open.fake.callsOf('quickAsk.setConversation').at(-1)).toEqual({ conversationId: null });
  });

  test('an answer that is still being written stays, however long it takes', async () => {
    const open = await openAnswered();
    const second = await ask(open, 'And more?');
    await setHidden(true);
    vi.setSystemTime(Date.now() + 30 * minuteMs);
    open.fake.say(second, 'A long story.');
    open.fake.finish(second);
    await setHidden(false);
    open.fake.quickAsk.open();
    await settle();
    expect(inTurn('Answer 2').getByText('A long story.')).toBeTruthy();
  });

  test.each([
    [5, true],
    [60, false],
  ])('after a restart %i minutes later the conversation is there: %s', async (minutes, isThere) => {
    const fake = new FakeAssistant();
    const id = fake.addConversation('Before', ['Hello', 'Good day.'], Date.now() - minutes * minuteMs);
    fake.quickAsk.state = { draft: '', conversationId: id, isPinned: false };
    await openQuickAsk(fake);
    expect(screen.queryByRole('article', { name: 'Answer 1' }) !== null).toBe(isThere);
  });
});

test('a link to a page of the app is opened by main, which hides the window, and the conversation stays', async () => {
  const open = await openQuickAsk();
  const answer = await ask(open, 'Where are my conversations?');
  open.fake.say(answer, 'See [Data and privacy](oasst://open/settings/data).');
  open.fake.finish(answer);
  await settle();
  await open.user.click(screen.getByRole('link', { name: 'Data and privacy' }));
  await settle();
  expect(open.fake.callsOf('quickAsk.openPage')).toEqual([{ page: 'settings/data' }]);
  expect(open.fake.callsOf('app.openLink')).toEqual([]);
  expect(inTurn('Answer 1').getByRole('link', { name: 'Data and privacy' })).toBeTruthy();
});

test('an answer of the guide says what wrote it', async () => {
  const open = await openQuickAsk();
  const answer = await ask(open, 'Hello');
  open.fake.say(answer, 'Good day.');
  open.fake.finish(answer, { generation: facts({ modelName: guideName }) });
  await settle();
  expect(screen.getByText('Written by the guide, a tiny model made for this app, not Open-Assistant.')).toBeTruthy();
  const another = await ask(open, 'And you?');
  open.fake.finish(another, { generation: facts() });
  await settle();
  expect(screen.queryByText(/^Written by the guide/)).toBeNull();
});

test('a link is opened only after asking, and the window stays open meanwhile', async () => {
  const open = await openQuickAsk();
  const answer = await ask(open, 'Hello');
  open.fake.say(answer, 'See [this](https://example.org/).');
  open.fake.finish(answer);
  await settle();
  await open.user.click(screen.getByRole('link', { name: 'this' }));
  await settle();
  const calls = open.fake.calls.filter(({ method }) => /setPinned|openLink/.test(method));
  expect(calls).toEqual([
    { method: 'quickAsk.setPinned', input: { isPinned: true } },
    { method: 'app.openLink', input: { url: 'https://example.org/' } },
    { method: 'quickAsk.setPinned', input: { isPinned: false } },
  ]);
});
