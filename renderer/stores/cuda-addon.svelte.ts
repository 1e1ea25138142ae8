import type { AssistantApi } from '../../preload/contract/api.ts';
import type { CudaAddonState } from '../../preload/contract/cuda-addon.ts';
import { AppError, type Envelope } from '../../preload/contract/errors.ts';
import { unwrap } from '../lib/api.ts';
import type { AnnouncerStore } from './announcer.svelte.ts';
import type { NoticesStore } from './notices.svelte.ts';

/** The engine for NVIDIA cards. Main fetches and removes it; this shows how far it is. */
export class CudaAddonStore {
  /** Null until somebody looked. */
  state = $state.raw<CudaAddonState | null>(null);
  readonly #api: AssistantApi;
  readonly #notices: NoticesStore;
  readonly #announcer: AnnouncerStore;

  constructor(api: AssistantApi, notices: NoticesStore, announcer: AnnouncerStore) {
    this.#api = api;
    this.#notices = notices;
    this.#announcer = announcer;
  }

  /** Follows the state, which is first read by the page that shows it; gives the function that stops following. */
  start(): () => void {
    return this.#api.cudaAddon.onChanged((state) => {
      this.#take(state);
    });
  }

  async refresh(): Promise<void> {
    await this.#ask(this.#api.cudaAddon.state());
  }

  async fetch(): Promise<void> {
    await this.#ask(this.#api.cudaAddon.fetch());
  }

  async stop(): Promise<void> {
    await this.#ask(this.#api.cudaAddon.stop());
  }

  async remove(): Promise<void> {
    await this.#ask(this.#api.cudaAddon.remove());
  }

  #take(state: CudaAddonState): void {
    const before = this.state?.step.kind;
    this.state = state;
    if (before !== 'fetching' && before !== 'unpacking') return;
    if (state.step.kind === 'ready') this.#announcer.say('The CUDA engine is ready.');
    // Asked for wherever the owner is now.
    if (state.failure !== null) this.#notices.fail(AppError.fromReport(state.failure));
  }

  async #ask(call: Promise<Envelope<CudaAddonState>>): Promise<void> {
    try {
      this.#take(await unwrap(call));
    } catch (failure) {
      this.#notices.fail(failure);
    }
  }
}
