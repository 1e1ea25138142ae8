import type { AssistantApi } from '../../preload/contract/api.ts';
import type { Settings, SettingsPatch } from '../../preload/contract/settings.ts';
import { unwrap } from '../lib/api.ts';
import type { NoticesStore } from './notices.svelte.ts';

/** What the owner has set. Changes show at once and go back when they could not be saved. */
export class SettingsStore {
  value = $state.raw<Settings | null>(null);
  readonly #api: AssistantApi;
  readonly #notices: NoticesStore;

  constructor(api: AssistantApi, notices: NoticesStore) {
    this.#api = api;
    this.#notices = notices;
  }

  /** Reads the settings and follows them; gives the function that stops following. */
  async start(): Promise<() => void> {
    const stop = this.#api.settings.onChanged((settings) => {
      this.value = settings;
    });
    this.value = await unwrap(this.#api.settings.get());
    return stop;
  }

  async change(patch: SettingsPatch): Promise<void> {
    const before = this.value;
    if (before !== null) this.value = mergeSettings(before, patch);
    try {
      this.value = await unwrap(this.#api.settings.change(patch));
    } catch (failure) {
      this.value = before;
      this.#notices.fail(failure);
    }
  }
}

/** A patch may hold `undefined` for what it leaves alone, so spreading it would not do. */
function mergeSettings(settings: Settings, patch: SettingsPatch): Settings {
  return {
    ...settings,
    presetId: patch.presetId ?? settings.presetId,
    sidebarVisible: patch.sidebarVisible ?? settings.sidebarVisible,
    lastConversationId: patch.lastConversationId === undefined ? settings.lastConversationId : patch.lastConversationId,
    stateCacheLimitBytes: patch.stateCacheLimitBytes ?? settings.stateCacheLimitBytes,
    device: patch.device ?? settings.device,
    windowTokens: patch.windowTokens ?? settings.windowTokens,
    unloadAfterMinutes: patch.unloadAfterMinutes ?? settings.unloadAfterMinutes,
    hubUrl: patch.hubUrl ?? settings.hubUrl,
    proxyUrl: patch.proxyUrl === undefined ? settings.proxyUrl : patch.proxyUrl,
  };
}
