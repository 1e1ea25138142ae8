import type { AssistantApi } from '../../preload/contract/api.ts';
import type { Settings, SettingsPatch } from '../../preload/contract/settings.ts';
import { unwrap } from '../lib/api.ts';
import type { NoticesStore } from './notices.svelte.ts';

/** What the owner has set. Changes show at once and go back when they could not be saved. */
export class SettingsStore {
  value = $state.raw<Settings | null>(null);
  readonly #api: AssistantApi;
  readonly #notices: NoticesStore;
  /** Changes on their way. Until the last of them is answered, what main tells lacks what is shown already. */
  #unanswered = 0;

  constructor(api: AssistantApi, notices: NoticesStore) {
    this.#api = api;
    this.#notices = notices;
  }

  /** Reads the settings and follows them; gives the function that stops following. */
  async start(): Promise<() => void> {
    const stop = this.#api.settings.onChanged((settings) => {
      if (this.#unanswered === 0) this.value = settings;
    });
    this.value = await unwrap(this.#api.settings.get());
    return stop;
  }

  /** Changes what the patch names; tells whether it could be saved. */
  async change(patch: SettingsPatch): Promise<boolean> {
    const before = this.value;
    if (before !== null) this.value = mergeSettings(before, patch);
    this.#unanswered += 1;
    try {
      const saved = await unwrap(this.#api.settings.change(patch));
      if (this.#unanswered === 1) this.value = saved;
      return true;
    } catch (failure) {
      if (this.#unanswered === 1) this.value = before;
      this.#notices.fail(failure);
      return false;
    } finally {
      this.#unanswered -= 1;
    }
  }
}

/** A patch may hold `undefined` for what it leaves alone, so spreading it would not do. */
function mergeSettings(settings: Settings, patch: SettingsPatch): Settings {
  return { ...settings, ...Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined)) };
}
