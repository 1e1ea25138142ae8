import { setTimeout as wait } from 'node:timers/promises';
import { inspect } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import type { Input, Outputs } from '../../preload/contract/api.ts';
import { channels, type Channel } from '../../preload/contract/channels.ts';
import type { DesktopState } from '../../preload/contract/desktop.ts';
import { AppError, type Envelope } from '../../preload/contract/errors.ts';
import { createGlobalShortcut } from '../../main/desktop/global-shortcut.ts';
import { createBackupHandlers } from '../../main/ipc/handlers/backups.ts';
import { createCudaAddonHandlers } from '../../main/ipc/handlers/cuda-addon.ts';
import { createDesktopHandlers } from '../../main/ipc/handlers/desktop.ts';
import { createDraftHandlers } from '../../main/ipc/handlers/drafts.ts';
import { createExchangeHandlers } from '../../main/ipc/handlers/exchange.ts';
import { createFolderHandlers } from '../../main/ipc/handlers/folders.ts';
import { createLibraryHandlers } from '../../main/ipc/handlers/library.ts';
import { openableUrl } from '../../main/ipc/handlers/links.ts';
import { createMessageHandlers } from '../../main/ipc/handlers/messages.ts';
import { createQueueHandlers } from '../../main/ipc/handlers/queue.ts';
import { createQuickAskHandlers } from '../../main/ipc/handlers/quick-ask.ts';
import { createSearchHandlers } from '../../main/ipc/handlers/search.ts';
import { createTrashHandlers } from '../../main/ipc/handlers/trash.ts';
import { createUpdateHandlers } from '../../main/ipc/handlers/updates.ts';
import { createUpdates } from '../../main/services/updates.ts';
import { registerHandlers, type Handlers, type IpcTransport, type Sender } from '../../main/ipc/router.ts';
import { wholeList } from '../support/database.ts';
import { modelFacts } from '../support/library.ts';
import { lastMessage, openServices, type Services } from '../support/services.ts';
import { id, inputs } from './channel-inputs.ts';

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

/** Updates where there is nothing newer. */
function updatesOver({ settings }: Services) {
  return createUpdates({
    way: 'self',
    releasesUrl: 'https://example.org/releases',
    updater: { look: async () => null, fetch: async () => undefined, installAndRestart: () => undefined },
    settings,
    isAnswering: () => false,
    onAnswerDone: () => () => undefined,
    now: Date.now,
  });
}

/** Every channel over the services; what needs a desktop answers something fixed. */
function handlersOver(services: Services): Handlers<Sender> {
  const { conversations, generations, models, settings } = services;
  const nothing = (): void => undefined;
  return {
    ...createBackupHandlers<Sender>(services, async () => ''),
    ...createDesktopHandlers<Sender>(Promise.resolve(desktopOver(services))),
    ...createQuickAskHandlers<Sender>({
      window: () => ({ show: nothing, hide: nothing, setPinned: nothing, setHeight: nothing }),
      settings,
      continueInMain: nothing,
      openPage: nothing,
    }),
    ...createExchangeHandlers<Sender>(services, {
      chooseExportFile: async () => null,
      chooseExportFolder: async () => null,
      chooseImport: async () => null,
      print: async () => undefined,
      copy: async () => undefined,
      advanced: nothing,
    }),
    ...createDraftHandlers<Sender>(services),
    ...createMessageHandlers<Sender>(services, nothing),
    ...createQueueHandlers<Sender>(services),
    ...createFolderHandlers<Sender>(services),
    ...createSearchHandlers<Sender>(services),
    ...createTrashHandlers<Sender>(services),
    ...createUpdateHandlers<Sender>(Promise.resolve(updatesOver(services))),
    ...createCudaAddonHandlers<Sender>(services),
    ...createLibraryHandlers(services, { chooseModelFile: async () => null, reveal: () => undefined }),
    'app:info': async () => ({ version: '0', dataFolder: '/d', platform: 'linux', electronVersion: '0' }),
    'app:licences': async () => 'licences',
    'app:copy-text': async () => null,
    'app:open-link': async ({ url }) => ({ opened: openableUrl(url) !== '' }),
    'conversations:list': (input) => conversations.list(input),
    'conversations:open': ({ conversationId }) => conversations.open(conversationId),
    'conversations:earlier': ({ conversationId, beforeMessageId }) =>
      conversations.earlier(conversationId, beforeMessageId),
    'conversations:rename': ({ conversationId, title }) => conversations.rename(conversationId, title),
    'conversations:organise': (input) => conversations.organise(input),
    'conversations:delete': ({ conversationIds }) => conversations.delete(conversationIds),
    'conversations:restore': ({ conversationIds }) => conversations.restore(conversationIds),
    'conversations:forget': ({ conversationId }) => services.temporary.forget(conversationId),
    'conversations:keep': ({ conversationId }) => services.temporary.keep(conversationId),
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
    expect(await services.conversations.list(wholeList)).toEqual([]);
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
    expect(await services.conversations.list(wholeList)).toEqual([]);
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
    expect(await ask('conversations:list', wholeList)).toMatchObject([{ id: conversationId, title: 'Greeting' }]);
    const messageId = lastMessage(await ask('conversations:open', { conversationId })).id;
    expect(await ask('generations:stop', { messageId })).toBeNull();
    expect(await ask('conversations:delete', { conversationIds: [conversationId] })).toBeNull();
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
    expect(await ask('conversations:list', wholeList)).toMatchObject([{ presetId: 'nucleus9' }]);
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
