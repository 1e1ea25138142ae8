import { describe, expect, it } from 'vitest';
import { createAnswerNotices, type AnswerNoticesOptions, type Notice } from '../../../main/desktop/answer-notices.ts';
import { closingOf } from '../../../main/desktop/closing.ts';
import { contextEntries, type ClickedThing } from '../../../main/desktop/context-entries.ts';
import { canCheckSpelling } from '../../../main/desktop/spelling.ts';
import { steppedZoom } from '../../../main/desktop/zoom.ts';
import type { GenerationFacts, Message, MessageStatus } from '../../../preload/contract/conversations.ts';
import { guideName } from '../../../preload/contract/guide.ts';
import { answerFacts } from '../../support/database.ts';

describe('closing the main window', () => {
  it.each([
    ['linux', true, null, 'ask'],
    ['linux', true, true, 'hide'],
    ['linux', true, false, 'quit'],
    ['linux', false, null, 'quit'],
    ['linux', false, true, 'quit'],
    ['win32', true, null, 'ask'],
    ['darwin', true, true, 'close'],
    ['darwin', true, null, 'close'],
  ] as const)('on %s, with a tray: %s, with the choice %s: %s', (platform, hasTray, closeToTray, closing) => {
    expect(closingOf({ platform, hasTray, closeToTray })).toBe(closing);
  });
});

describe('the zoom of the View menu', () => {
  it('goes step by step and ends somewhere', () => {
    expect([steppedZoom(1, 'in'), steppedZoom(1, 'out')]).toEqual([1.1, 0.9]);
    expect([steppedZoom(1.05, 'in'), steppedZoom(1.05, 'out')]).toEqual([1.1, 1]);
    expect([steppedZoom(3, 'in'), steppedZoom(0.5, 'out')]).toEqual([3, 0.5]);
  });
});

it('spelling is checked only where that needs no download', () => {
  expect((['linux', 'darwin', 'win32'] as const).map(canCheckSpelling)).toEqual([false, true, false]);
});

describe('the menu of a right click', () => {
  const nothing: ClickedThing = {
    isEditable: false,
    selectionText: '',
    linkURL: '',
    misspelledWord: '',
    dictionarySuggestions: [],
    editFlags: { canUndo: false, canRedo: false, canCut: false, canCopy: true, canPaste: true, canSelectAll: true },
  };
  const kinds = (change: Partial<ClickedThing>) =>
    contextEntries({ ...nothing, ...change }).map((entry) => ('role' in entry ? entry.role : entry.kind));

  it('is none where there is nothing to do', () => {
    expect(kinds({})).toEqual([]);
    expect(kinds({ selectionText: ' \n' })).toEqual([]);
  });

  it('copies what is selected, and addresses', () => {
    expect(kinds({ selectionText: 'text' })).toEqual(['copy']);
    expect(kinds({ linkURL: 'https://example.org/' })).toEqual(['copy-link']);
    expect(kinds({ linkURL: 'https://example.org/', selectionText: 'text' })).toEqual(['copy', 'copy-link']);
  });

  it('edits what can be edited', () => {
    const editing = ['undo', 'redo', 'separator', 'cut', 'copy', 'paste', 'separator', 'selectAll'];
    expect(kinds({ isEditable: true })).toEqual(editing);
    expect(contextEntries({ ...nothing, isEditable: true })[0]).toMatchObject({ isEnabled: false });
    expect(kinds({ isEditable: true, misspelledWord: 'teh' }).slice(0, 3)).toEqual([
      ...['no-suggestion', 'add-to-dictionary', 'separator'],
    ]);
    const misspelled = { isEditable: true, misspelledWord: 'teh', dictionarySuggestions: ['the', 'ten'] };
    expect(kinds(misspelled)).toEqual(['suggestion', 'suggestion', 'add-to-dictionary', 'separator', ...editing]);
  });
});

describe('notices of long answers', () => {
  const place = { messageId: 'm', conversationId: 'c' };
  const message = (status: MessageStatus): Message => ({
    id: 'm',
    conversationId: 'c',
    parentId: 'q',
    role: 'assistant',
    text: `  A meme is\nan idea ${'that spreads '.repeat(20)}`,
    status,
    rating: null,
    errorCode: null,
    createdAt: 1,
    siblingIds: ['m'],
    generation: null,
  });

  /** Tells of an answer that took so long, and answers what was said about it. */
  async function noticesOf(
    tookMs: number,
    change: Partial<AnswerNoticesOptions> = {},
    status: MessageStatus = 'complete',
    answer: Partial<Message> = {},
  ) {
    let nowMs = 1000;
    const notices: Notice[] = [];
    const take = createAnswerNotices({
      now: () => nowMs,
      isWanted: () => true,
      isInFront: () => false,
      isLocked: () => false,
      titleOf: async () => 'Memes',
      show: (notice) => notices.push(notice),
      ...change,
    });
    await take({ ...place, seq: 1, kind: 'queued', ahead: 0 });
    nowMs += tookMs;
    await take({ ...place, seq: 2, kind: 'text', text: 'x' });
    await take({ ...place, seq: 3, kind: 'finished', message: { ...message(status), ...answer } });
    return notices;
  }

  it('give the title and the first words', async () => {
    const [notice, ...more] = await noticesOf(10_001);
    expect(more).toEqual([]);
    expect(notice).toMatchObject({ title: 'Memes', conversationId: 'c' });
    expect(notice?.body).toMatch(/^A meme is an idea that .*…$/);
    expect(notice?.body).toHaveLength(80);
  });

  it('say when the guide wrote, and lead to no page', async () => {
    const text = 'See [Models](oasst://open/models).';
    const generation: GenerationFacts = {
      ...{ ...answerFacts, modelName: guideName, stopReason: 'end-of-text' },
      ...{ promptTokens: 1, reusedTokens: 0, replyTokens: 1, promptMs: 1, replyMs: 1 },
      ...{ firstVisibleMessageId: null, windowTokens: 2048 },
    };
    expect((await noticesOf(10_001, {}, 'complete', { text, generation }))[0]?.body).toBe(
      'Guide, a tiny model: See Models.',
    );
  });

  it('say nothing of what was asked while the screen is locked', async () => {
    expect(await noticesOf(20_000, { isLocked: () => true })).toEqual([
      { title: 'The answer is ready', body: '', conversationId: 'c' },
    ]);
  });

  it('say nothing of what was asked in a temporary conversation', async () => {
    expect(await noticesOf(20_000, { titleOf: async () => null })).toEqual([
      { title: 'The answer is ready', body: '', conversationId: 'c' },
    ]);
  });

  it('tell of a failure, too', async () => {
    expect(await noticesOf(20_000, {}, 'failed')).toMatchObject([{ body: 'The answer could not be finished.' }]);
  });

  it('come only when they are of use', async () => {
    expect(await noticesOf(10_000)).toEqual([]);
    expect(await noticesOf(20_000, { isInFront: () => true })).toEqual([]);
    expect(await noticesOf(20_000, { isWanted: () => false })).toEqual([]);
    expect(await noticesOf(20_000, {}, 'stopped')).toEqual([]);
    expect(await noticesOf(20_000, {}, 'interrupted')).toEqual([]);
  });
});
