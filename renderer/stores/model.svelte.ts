import type { SharedApi } from '../../preload/contract/api.ts';
import type { ModelStatus } from '../../preload/contract/models.ts';
import { unwrap } from '../lib/api.ts';
import { stateOf } from '../lib/words.ts';
import type { AnnouncerStore } from './announcer.svelte.ts';
import type { NoticesStore } from './notices.svelte.ts';

/** The model in use, and loading it. */
export class ModelStore {
  status = $state.raw<ModelStatus | null>(null);
  /** True while loading waits for its answer. */
  isBusy = $state(false);
  readonly #api: Pick<SharedApi, 'models'>;
  readonly #notices: NoticesStore;
  readonly #announcer: AnnouncerStore;

  constructor(api: Pick<SharedApi, 'models'>, notices: NoticesStore, announcer: AnnouncerStore) {
    this.#api = api;
    this.#notices = notices;
    this.#announcer = announcer;
  }

  async start(): Promise<() => void> {
    const stop = this.#api.models.onChanged((status) => {
      this.#take(status);
    });
    this.status = await unwrap(this.#api.models.status());
    return stop;
  }

  /** @param ignoreMemory load it although it seems not to fit */
  async load(ignoreMemory = false): Promise<void> {
    if (this.isBusy) return;
    this.isBusy = true;
    try {
      this.#take(await unwrap(this.#api.models.load(ignoreMemory ? { ignoreMemory } : undefined)));
    } catch (failure) {
      this.#notices.fail(failure);
    } finally {
      this.isBusy = false;
    }
  }

  #take(status: ModelStatus): void {
    const before = this.status;
    this.status = status;
    // The state is spoken when it changes, not at every percent of the way.
    if (before !== null && (before.state !== status.state || before.name !== status.name)) {
      this.#announcer.say(
        status.state === 'loading' ? `${status.name}: loading` : `${status.name}: ${stateOf(status)}`,
      );
    }
  }
}
