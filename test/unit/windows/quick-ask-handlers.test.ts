import { describe, expect, it } from 'vitest';
import { settingsSchema, type Settings } from '../../../preload/contract/settings.ts';
import { createQuickAskHandlers } from '../../../main/ipc/handlers/quick-ask.ts';
import type { Sender } from '../../../main/ipc/router.ts';
import { offerFromClipboard } from '../../../main/services/quick-ask.ts';

const sender: Sender = { trusted: true };
const conversationId = '01a206fd-37a5-7199-a8ff-d346d2c32e69';

/** The handlers over settings in memory, and what they do to the windows, in order. */
function setUp() {
  let settings: Settings = settingsSchema.parse({});
  const done: string[] = [];
  const handlers = createQuickAskHandlers<Sender>({
    window: () => ({
      show: () => done.push('show'),
      hide: () => done.push('hide'),
      setPinned: (isPinned) => done.push(`pinned ${String(isPinned)}`),
      setHeight: (height) => done.push(`height ${String(height)}`),
    }),
    settings: {
      get: () => settings,
      async change(patch) {
        done.push(`saved ${Object.keys(patch).join()}`);
        settings = settingsSchema.parse({ ...settings, ...patch });
        return settings;
      },
    },
    continueInMain: (id) => done.push(`main ${id}`),
    openPage: (page) => done.push(`page ${page}`),
  });
  return { handlers, done, settings: () => settings };
}

describe('what the quick window goes on with', () => {
  it('is a draft and a conversation, kept in the settings, and a pin', async () => {
    const { handlers, settings } = setUp();
    await handlers['quick-ask:save-draft']({ draft: 'half a thought' }, sender);
    await handlers['quick-ask:set-conversation']({ conversationId }, sender);
    await handlers['quick-ask:set-pinned']({ isPinned: true }, sender);
    expect(await handlers['quick-ask:state'](undefined, sender)).toEqual({
      draft: 'half a thought',
      conversationId,
      isPinned: true,
    });
    expect(settings()).toMatchObject({ quickAskDraft: 'half a thought', quickAskConversationId: conversationId });
  });

  it('is not written again when nothing changed', async () => {
    const { handlers, done } = setUp();
    await handlers['quick-ask:save-draft']({ draft: 'a' }, sender);
    await handlers['quick-ask:save-draft']({ draft: 'a' }, sender);
    await handlers['quick-ask:set-conversation']({ conversationId: null }, sender);
    expect(done).toEqual(['saved quickAskDraft']);
  });
});

it('the main window is shown before the quick one hides, so that the focus stays in the app', async () => {
  const { handlers, done } = setUp();
  await handlers['quick-ask:continue-in-main']({ conversationId }, sender);
  await handlers['quick-ask:open-page']({ page: 'settings/data' }, sender);
  expect(done).toEqual([`main ${conversationId}`, 'hide', 'page settings/data', 'hide']);
});

describe('the clipboard', () => {
  const wanted = settingsSchema.parse({ quickAskClipboard: true });

  it('is not even read unless the owner wants it', async () => {
    let reads = 0;
    const readText = (): string => {
      reads += 1;
      return 'secret';
    };
    expect(await offerFromClipboard(settingsSchema.parse({}), readText)).toBeNull();
    expect(reads).toBe(0);
    expect(await offerFromClipboard(wanted, readText)).toBe('secret');
  });

  it('offers nothing when it holds no words, and a bounded part of what is long', async () => {
    expect(await offerFromClipboard(wanted, () => ' \n ')).toBeNull();
    expect((await offerFromClipboard(wanted, () => 'x'.repeat(1_000_000)))?.length).toBe(10_000);
  });
});
