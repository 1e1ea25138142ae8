import { setTimeout as wait } from 'node:timers/promises';
import { inspect } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import type { Input, Outputs } from '../../preload/contract/api.ts';
import { channels, type Channel } from '../../preload/contract/channels.ts';
import type { DesktopState } from '../../preload/contract/desktop.ts';
import { AppError, type Envelope } from '../../preload/contract/errors.ts';
import { maxQuestionLength } from '../../preload/contract/generations.ts';
import { createGlobalShortcut } from '../../main/desktop/global-shortcut.ts';
import { createDesktopHandlers } from '../../main/ipc/handlers/desktop.ts';
import { createExchangeHandlers } from '../../main/ipc/handlers/exchange.ts';
import { createLibraryHandlers } from '../../main/ipc/handlers/library.ts';
import { openableUrl } from '../../main/ipc/handlers/links.ts';
import { createQuickAskHandlers } from '../../main/ipc/handlers/quick-ask.ts';
import { registerHandlers, type Handlers, type IpcTransport, type Sender } from '../../main/ipc/router.ts';
import { newId } from '../support/database.ts';
import { modelFacts } from '../support/library.ts';
import { lastMessage, openServices, type Services } from '../support/services.ts';

const own: Sender = { trusted: true };
const forged: Sender = { trusted: false };

/** What carries calls within the test. Payloads are cloned, as between processes. */
function memoryTransport() {
  const answers = new Map<Channel, (sender: Sender, input: unknown) => Promise<Envelope<unknown>>>();
  const transport: IpcTransport<Sender> = { handle: (channel, answer) => void answers.set(channel, answer) };
  const call = async (sender: Sender, channel: Channel, input: unknown): Promise<Envelope<unknown>> => {
    const answer = answers.get(channel);
    if (answer === undefined) throw new Error(`nobody answers ${channel}`);
    return structuredClone(await answer(sender, structuredClone(input)));
  };
  return { transport, answers, call };
}

/** A desktop that takes every shortcut. */
function desktopOver({ settings }: Services) {
  const shortcut = createGlobalShortcut({
    registrar: { register: () => true, unregister: () => undefined },
    settings,
    desktop: 'test',
    obstacle: null,
    onPressed: () => undefined,
  });
  shortcut.start();
  const state = (): DesktopState => ({
    shortcut: shortcut.status(),
    hasTray: false,
    startAtLogin: { isPossible: true, reason: null },
    quickAskCommand: 'oasst-desktop --quick-ask',
  });
  return { shortcut, state };
}

/** Every channel over the services; what needs a desktop answers something fixed. */
function handlersOver(services: Services): Handlers<Sender> {
  const { conversations, generations, models, settings } = services;
  const nothing = (): void => undefined;
  return {
    ...createDesktopHandlers<Sender>(Promise.resolve(desktopOver(services))),
    ...createQuickAskHandlers<Sender>({
      window: () => ({ show: nothing, hide: nothing, setPinned: nothing, setHeight: nothing }),
      settings,
      continueInMain: nothing,
    }),
    ...createExchangeHandlers<Sender>(services, {
      chooseExportFile: async () => null,
      chooseExportFolder: async () => null,
      chooseImportFile: async () => null,
      advanced: nothing,
    }),
    ...createLibraryHandlers(services, { chooseModelFile: async () => null, reveal: () => undefined }),
    'app:info': async () => ({ version: '0', dataFolder: '/d', platform: 'linux', electronVersion: '0' }),
    'app:licences': async () => 'licences',
    'app:copy-text': async () => null,
    'app:open-link': async ({ url }) => ({ opened: openableUrl(url) !== '' }),
    'conversations:list': () => conversations.list(),
    'conversations:open': ({ conversationId }) => conversations.open(conversationId),
    'conversations:rename': ({ conversationId, title }) => conversations.rename(conversationId, title),
    'conversations:delete': ({ conversationId }) => conversations.delete(conversationId),
    'conversations:restore': ({ conversationId }) => conversations.restore(conversationId),
    'conversations:choose-preset': ({ conversationId, presetId }) =>
      conversations.choosePreset(conversationId, presetId),
    'conversations:select-branch': ({ conversationId, messageId }) =>
      conversations.selectBranch(conversationId, messageId),
    'generations:start': (input) => generations.start(input),
    'generations:retry': (input) => generations.retry(input),
    'generations:continue': (input) => generations.continue(input),
    'generations:preview': (input) => generations.preview(input),
    'models:state-cache': async () => ({ sizeBytes: 0 }),
    'models:clear-state-cache': async () => ({ sizeBytes: 0 }),
    'generations:stop': (input) => generations.stop(input),
    'models:status': async () => models.status(),
    'models:load': async () => {
      await models.ensureLoaded();
      return models.status();
    },
    'settings:get': async () => settings.get(),
    'settings:change': (patch) => settings.change(patch),
  };
}

async function openIpc() {
  const noSuchFile = new AppError('not-found', 'There is no such file.');
  const services = await openServices({
    inspect: async (path) => (path === '/guide.gguf' ? modelFacts() : Promise.reject(noSuchFile)),
  });
  const memory = memoryTransport();
  const log = vi.fn<(channel: Channel, error: unknown) => void>();
  registerHandlers(memory.transport, handlersOver(services), log);
  const ask = async <C extends Channel>(channel: C, input: Input<C>): Promise<Outputs[C]> => {
    const envelope = await memory.call(own, channel, input);
    if (!envelope.ok) throw AppError.fromReport(envelope.error);
    return envelope.value as Outputs[C];
  };
  return { ...memory, services, log, ask };
}

const id = newId();
/** For every channel what it takes, and what it must not take. */
const inputs: Record<Channel, { good: unknown; bad: unknown[] }> = {
  'app:info': { good: undefined, bad: [null, {}, 'x'] },
  'app:licences': { good: undefined, bad: [null, 0] },
  'app:copy-text': {
    good: { text: 'x' },
    bad: [undefined, { text: 1 }, { text: 'x', more: 1 }, { text: 'x'.repeat(10_000_001) }],
  },
  'app:open-link': { good: { url: 'https://example.org' }, bad: [{ url: 1 }, {}, { url: 'h'.repeat(4097) }] },
  'conversations:list': { good: undefined, bad: [{}, []] },
  'conversations:open': {
    good: { conversationId: id },
    bad: [{ conversationId: '../x' }, {}, id, { conversationId: id, x: 1 }],
  },
  'conversations:rename': {
    good: { conversationId: id, title: 'x' },
    bad: [{ conversationId: id, title: '  ' }, { conversationId: id, title: 'x'.repeat(201) }, { conversationId: id }],
  },
  'conversations:delete': { good: { conversationId: id }, bad: [{ conversationId: 1 }, undefined] },
  'conversations:restore': { good: { conversationId: id }, bad: [{ conversationId: null }, []] },
  'conversations:choose-preset': {
    good: { conversationId: id, presetId: 'nucleus9' },
    bad: [{ conversationId: id }, { conversationId: id, presetId: 'x' }, { conversationId: 'x', presetId: null }],
  },
  'conversations:select-branch': {
    good: { conversationId: id, messageId: id },
    bad: [{ conversationId: id }, { conversationId: id, messageId: "' OR 1=1" }],
  },
  'generations:start': {
    good: { conversationId: null, text: 'Hello' },
    bad: [
      { conversationId: null, text: '' },
      { conversationId: null, text: ' \n\t ' },
      { conversationId: null, text: 'x'.repeat(maxQuestionLength + 1) },
      { conversationId: 'x', text: 'Hello' },
      { text: 'Hello' },
      { conversationId: null, text: 'Hello', seed: -1 },
      { conversationId: null, text: 'Hello', seed: 1.5 },
      { conversationId: null, text: 'Hello', seed: 2 ** 32 },
      { conversationId: null, text: 'Hello', presetId: 'k51' },
      { conversationId: null, text: 'Hello', parameters: {} },
    ],
  },
  'generations:retry': { good: { messageId: id }, bad: [{ messageId: id, presetId: '__proto__' }, { messageId: '' }] },
  'generations:continue': { good: { messageId: id }, bad: [{ messageId: id, seed: 1 }, null] },
  'generations:preview': {
    good: { conversationId: null, text: '' },
    bad: [{ conversationId: 'x', text: '' }, { conversationId: null, text: 'x'.repeat(maxQuestionLength + 1) }, {}],
  },
  'generations:stop': { good: { messageId: id }, bad: [{ messageId: 5 }, 'x'] },
  'models:status': { good: undefined, bad: [{}] },
  'library:get': { good: undefined, bad: [{}] },
  'library:inspect-file': { good: { path: null }, bad: [undefined, { path: '' }, { path: 'x'.repeat(4097) }, {}] },
  'library:add-file': {
    good: { path: '/nowhere.gguf', copy: false, asCompletion: false },
    bad: [{ path: '/m.gguf' }, { path: '/m.gguf', copy: 'yes', asCompletion: false }],
  },
  'library:use': { good: { modelId: id }, bad: [{ modelId: '/etc/passwd' }, {}, { modelId: id, ignoreMemory: 1 }] },
  'library:verify': { good: { modelId: id }, bad: [{ modelId: '../x' }] },
  'library:cancel-reading': { good: { of: id }, bad: [{ of: 7 }, { of: '' }] },
  'library:reveal': { good: { modelId: id }, bad: [{ path: '/' }] },
  'library:remove': { good: { modelId: id }, bad: [{ modelId: id, force: true }] },
  'library:install': {
    good: { catalogueId: 'no-such-model', type: 'Q4_K_M' },
    bad: [
      { catalogueId: 'x', type: 'Q2_K' },
      { catalogueId: 'x'.repeat(101), type: 'Q4_0' },
    ],
  },
  'library:pause-installation': { good: { installationId: id }, bad: [{ installationId: 'all' }] },
  'library:resume-installation': { good: { installationId: id }, bad: [{}] },
  'library:cancel-installation': { good: { installationId: id }, bad: [{ installationId: null }] },
  'exchange:export': {
    good: { conversationIds: [id], format: 'md', branches: 'all' },
    bad: [
      { conversationIds: [], format: 'md', branches: 'all' },
      { conversationIds: ['../x'], format: 'md', branches: 'all' },
      { conversationIds: null, format: 'pdf', branches: 'all' },
      { conversationIds: null, format: 'md', branches: 'some' },
      { conversationIds: null, format: 'md', branches: 'all', path: '/etc/passwd' },
    ],
  },
  'exchange:inspect': { good: {}, bad: [undefined, { path: '/etc/passwd' }] },
  'exchange:import': { good: { id }, bad: [{ id: '/etc/passwd' }, {}, { id, path: '/x' }] },
  'exchange:cancel': { good: undefined, bad: [{}] },
  'desktop:state': { good: undefined, bad: [{}] },
  'desktop:set-shortcut': {
    good: { accelerator: 'Control+Alt+K' },
    bad: [
      { accelerator: 'K' },
      { accelerator: 'Shift+' },
      { accelerator: 'Control+Alt+K+L+' },
      { accelerator: `Control+${'K'.repeat(60)}` },
      { accelerator: 7 },
      {},
    ],
  },
  'desktop:test-shortcut': { good: { isTesting: false }, bad: [{ isTesting: 'no' }, undefined] },
  'desktop:suspend-shortcut': { good: { isSuspended: false }, bad: [{ isSuspended: 1 }, true] },
  'quick-ask:state': { good: undefined, bad: [{}] },
  'quick-ask:show': { good: undefined, bad: [{ text: 'x', isQuestion: true }] },
  'quick-ask:hide': { good: undefined, bad: [null] },
  'quick-ask:set-pinned': { good: { isPinned: true }, bad: [{ isPinned: null }, {}] },
  'quick-ask:set-height': { good: { height: 58.5 }, bad: [{ height: 0 }, { height: 10_001 }, { height: Number.NaN }] },
  'quick-ask:save-draft': {
    good: { draft: 'half a quest' },
    bad: [{ draft: 1 }, { draft: 'x'.repeat(maxQuestionLength + 1) }],
  },
  'quick-ask:set-conversation': { good: { conversationId: null }, bad: [{ conversationId: 'x' }, {}] },
  'quick-ask:continue-in-main': { good: { conversationId: id }, bad: [{ conversationId: null }, undefined] },
  'models:load': { good: { ignoreMemory: true }, bad: [{ path: '/m' }, { ignoreMemory: 1 }, null] },
  'models:state-cache': { good: undefined, bad: [{}] },
  'models:clear-state-cache': { good: undefined, bad: [{ folder: '/' }] },
  'settings:get': { good: undefined, bad: [{}] },
  'settings:change': {
    good: { sidebarVisible: false },
    bad: [
      { sidebarVisible: 1 },
      { modelPath: '/etc/passwd' },
      { stateCacheLimitBytes: -1 },
      { deviceSteps: { '/m.gguf': 'cpu' } },
      { windowTokens: 4096 },
      { presetId: 'x' },
      { quickAskShortcut: 'Control+K' },
      { confirmedShortcut: null },
      { windowBounds: null },
      { zoom: 4 },
      { theme: 'blue' },
      { exportFormat: 'pdf' },
      undefined,
    ],
  },
};

describe('every channel', () => {
  it('is answered', async () => {
    const { answers } = await openIpc();
    expect([...answers.keys()].sort()).toEqual([...channels].sort());
  });

  it('refuses pages that are not the app’s own, before it looks at anything', async () => {
    const { call, log, services } = await openIpc();
    for (const channel of channels) {
      for (const input of [inputs[channel].good, ...inputs[channel].bad]) {
        expect(await call(forged, channel, input), channel).toMatchObject({ ok: false, error: { code: 'forbidden' } });
      }
    }
    expect(await services.conversations.list()).toEqual([]);
    expect(services.settings.get().sidebarVisible).toBe(true);
    expect(log).not.toHaveBeenCalled();
  });

  it('refuses input that it does not understand, and does nothing', async () => {
    const { call, services } = await openIpc();
    const before = services.settings.get();
    for (const channel of channels) {
      for (const input of inputs[channel].bad) {
        const outcome = await call(own, channel, input);
        expect(outcome, `${channel} ${inspect(input).slice(0, 100)}`).toMatchObject({
          ok: false,
          error: { code: 'invalid-input', details: {} },
        });
      }
    }
    expect(await services.conversations.list()).toEqual([]);
    expect(services.settings.get()).toEqual(before);
    expect(services.engines.count()).toBe(0);
  });

  it('takes good input: it succeeds, or says that there is no such thing', async () => {
    const { call, log } = await openIpc();
    for (const channel of channels) {
      const outcome = await call(own, channel, inputs[channel].good);
      // Changing the model waits for the answer that was just asked for.
      if (!outcome.ok) expect(outcome.error.code, channel).toBe(channel === 'library:use' ? 'busy' : 'not-found');
    }
    expect(log).not.toHaveBeenCalled();
  });

  it('keeps a patch of the prototype out of the settings', async () => {
    const { call } = await openIpc();
    const patch: unknown = JSON.parse('{"__proto__": {"polluted": true}}');
    await call(own, 'settings:change', patch);
    expect({}).not.toHaveProperty('polluted');
  });
});

describe('calls', () => {
  it('carry a conversation from its first question to its end', async () => {
    const { ask, services } = await openIpc();
    const transcript = await ask('generations:start', { conversationId: null, text: 'Hello', seed: 3 });
    const generation = await services.engines.nextGeneration();
    generation.text('Hi.');
    generation.finish();
    while (services.generations.isBusy()) await wait(5);
    const { id: conversationId } = transcript.conversation;
    const { messages } = await ask('conversations:open', { conversationId });
    expect(messages.at(-1)).toMatchObject({ text: 'Hi.', status: 'complete', generation: { seed: 3 } });
    expect((await ask('conversations:rename', { conversationId, title: '  Greeting ' })).title).toBe('Greeting');
    expect(await ask('conversations:list', undefined)).toMatchObject([{ id: conversationId, title: 'Greeting' }]);
    const messageId = lastMessage(await ask('conversations:open', { conversationId })).id;
    expect(await ask('generations:stop', { messageId })).toBeNull();
    expect(await ask('conversations:delete', { conversationId })).toBeNull();
    await expect(ask('conversations:open', { conversationId })).rejects.toMatchObject({ code: 'not-found' });
  });

  it('change the shortcut, and keep what the quick window goes on with', async () => {
    const { ask } = await openIpc();
    const accelerator = 'Control+Alt+K';
    expect(await ask('desktop:set-shortcut', { accelerator })).toMatchObject({ accelerator, state: 'not-confirmed' });
    expect(await ask('desktop:test-shortcut', { isTesting: true })).toMatchObject({ accelerator, isTesting: true });
    expect((await ask('desktop:state', undefined)).shortcut).toMatchObject({ accelerator, isTesting: true });
    expect((await ask('settings:get', undefined)).quickAskShortcut).toBe(accelerator);

    await ask('quick-ask:save-draft', { draft: 'half a quest' });
    await ask('quick-ask:set-conversation', { conversationId: id });
    await ask('quick-ask:set-pinned', { isPinned: true });
    expect(await ask('quick-ask:state', undefined)).toEqual({
      ...{ draft: 'half a quest', conversationId: id, isPinned: true },
    });
  });

  it('choose a preset for one conversation', async () => {
    const { ask, services } = await openIpc();
    const { conversation } = await ask('generations:start', { conversationId: null, text: 'Hello' });
    (await services.engines.nextGeneration()).finish();
    const { id: conversationId } = conversation;
    expect(await ask('conversations:choose-preset', { conversationId, presetId: 'nucleus9' })).toMatchObject({
      ...{ id: conversationId, presetId: 'nucleus9' },
    });
    expect(await ask('conversations:list', undefined)).toMatchObject([{ presetId: 'nucleus9' }]);
  });

  it('never carry an exception: an unexpected one is logged and becomes "internal"', async () => {
    const services = await openServices();
    const { transport, call } = memoryTransport();
    const log = vi.fn<(channel: Channel, error: unknown) => void>();
    const failure = new TypeError('secret path /home/me');
    registerHandlers(
      transport,
      {
        ...handlersOver(services),
        'app:info': () => Promise.reject(failure),
        'app:licences': () => {
          throw failure;
        },
      },
      log,
    );
    for (const channel of ['app:info', 'app:licences'] as const) {
      expect(await call(own, channel, undefined)).toMatchObject({ ok: false, error: { code: 'internal' } });
      expect(log).toHaveBeenLastCalledWith(channel, failure);
    }
  });
});
