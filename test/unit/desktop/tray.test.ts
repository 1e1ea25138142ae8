import { describe, expect, it, vi } from 'vitest';
import { activityOf, trayMenu, trayTooltip, type TrayEntry, type TrayState } from '../../../main/desktop/tray-menu.ts';
import { createTrayPresence } from '../../../main/desktop/tray-presence.ts';
import type { ConversationSummary } from '../../../preload/contract/conversations.ts';
import type { ModelStatus } from '../../../preload/contract/models.ts';

const model: ModelStatus = {
  state: 'ready',
  name: 'Guide',
  fileName: 'guide.gguf',
  sizeBytes: 1,
  quantization: null,
  isGuide: true,
  loadFraction: null,
  contextTokens: 2048,
  threads: 2,
  gpu: null,
  error: null,
};

const conversation = (id: string, title: string): ConversationSummary => ({
  ...{ id, title, createdAt: 1, updatedAt: 1 },
  origin: 'window',
  ...{ presetId: null, folderId: null, isPinned: false, isArchived: false, isTemporary: false },
});

const state = (change: Partial<ModelStatus> = {}, rest: Partial<TrayState> = {}): TrayState => ({
  model: { ...model, ...change },
  isAnswering: false,
  conversations: [],
  ...rest,
});

const labels = (entries: TrayEntry[]) => entries.map((entry) => (entry === 'separator' ? '-' : entry.label));
const actions = (entries: TrayEntry[]) =>
  entries.flatMap((entry) => (entry === 'separator' ? [] : [entry.action?.kind]));

describe('the menu of the tray', () => {
  it('leads everywhere', () => {
    expect(actions(trayMenu(state()))).toEqual(['quick-ask', 'open', undefined, 'unload-model', 'quit']);
    expect(labels(trayMenu(state()))).toContain('Guide: ready');
  });

  it('lists the newest conversations, on one line each', () => {
    const conversations = ['a', 'b', 'c', 'd', 'e', 'f'].map((id) => conversation(id, `About ${id}`));
    const menu = trayMenu(state({}, { conversations }));
    expect(labels(menu).filter((label) => label.startsWith('About'))).toEqual(
      ['a', 'b', 'c', 'd', 'e'].map((id) => `About ${id}`),
    );
    const action = { kind: 'conversation', conversationId: 'b', messageId: null };
    expect(menu).toContainEqual({ label: 'About b', action });
    const [odd] = trayMenu(
      state({}, { conversations: [conversation('x', `Salt & pepper\n${'👋'.repeat(60)}`)] }),
    ).slice(3);
    expect(odd).toMatchObject({ label: `Salt && pepper ${'👋'.repeat(25)}…` });
  });

  it.each([
    [{ state: 'unloaded' }, 'Guide: not loaded', 'load-model'],
    [{ state: 'failed' }, 'Guide: could not be loaded', 'load-model'],
    [{ state: 'loading', loadFraction: 0.47 }, 'Guide: loading, 40 %', 'unload-model'],
  ] as const)('says what the model does: %j', (change, words, action) => {
    const menu = trayMenu(state(change));
    expect(labels(menu)).toContain(words);
    expect(actions(menu)).toContain(action);
    expect(trayTooltip(state(change))).toBe(words);
  });

  it('does not take the model away from an answer', () => {
    const menu = trayMenu(state({}, { isAnswering: true }));
    expect(labels(menu)).toContain('Guide: writing an answer');
    expect(menu).toContainEqual({ label: 'Unload the model', action: null });
  });

  it('comes with an icon that tells what goes on', () => {
    expect(activityOf(state())).toBe('idle');
    expect(activityOf(state({}, { isAnswering: true }))).toBe('answering');
    expect(activityOf(state({ state: 'loading' }, { isAnswering: true }))).toBe('loading');
  });
});

describe('whether there is a tray', () => {
  it('is asked anew, and told when it changes', async () => {
    let owned = false;
    const presence = createTrayPresence({ platform: 'linux', bus: { isOwned: async () => owned } });
    const heard = vi.fn<(isThere: boolean) => void>();
    presence.onChanged(heard);
    expect([await presence.look(), presence.isThere()]).toEqual([false, false]);
    owned = true;
    expect([await presence.look(), await presence.look(), presence.isThere()]).toEqual([true, true, true]);
    owned = false;
    await presence.look();
    expect(heard.mock.calls).toEqual([[true], [false]]);
  });

  it('is no question on macOS and Windows', async () => {
    for (const platform of ['darwin', 'win32'] as const) {
      const presence = createTrayPresence({ platform, bus: { isOwned: () => Promise.reject(new Error('asked')) } });
      expect([presence.isThere(), await presence.look()]).toEqual([true, true]);
    }
  });
});
