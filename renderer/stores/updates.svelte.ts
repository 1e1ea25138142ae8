import type { AssistantApi } from '../../preload/contract/api.ts';
import type { Envelope } from '../../preload/contract/errors.ts';
import type { UpdatesState } from '../../preload/contract/updates.ts';
import { unwrap } from '../lib/api.ts';
import type { NoticesStore } from './notices.svelte.ts';

/** Newer versions of the app. Main looks for them, fetches and installs them; this shows how far they are. */
export class UpdatesStore {
  /** Null until it was read. */
  state = $state.raw<UpdatesState | null>(null);
  readonly #api: AssistantApi;
  readonly #notices: NoticesStore;
  /** What the owner put off, until the app starts again. */
  #putOff = $state.raw<string | null>(null);

  /** What the line below the top bar is about, if anything. */
  readonly line = $derived.by(() => {
    if (this.state === null) return null;
    const { isAsking, step } = this.state;
    if (isAsking) return 'question';
    const isTold = step.kind === 'available' || step.kind === 'fetched' || step.kind === 'waiting';
    return isTold && this.#putOff !== step.kind ? step.kind : null;
  });

  constructor(api: AssistantApi, notices: NoticesStore) {
    this.#api = api;
    this.#notices = notices;
  }

  /** Reads the state and follows it; gives the function that stops following. */
  start(): () => void {
    const stop = this.#api.updates.onChanged((state) => {
      this.state = state;
    });
    void this.#take(this.#api.updates.state());
    return stop;
  }

  async look(): Promise<void> {
    await this.#take(this.#api.updates.look());
  }

  async fetch(): Promise<void> {
    await this.#take(this.#api.updates.fetch());
  }

  async install(): Promise<void> {
    this.#putOff = null;
    await this.#take(this.#api.updates.install());
  }

  async cancel(): Promise<void> {
    // Whoever takes back the restart has read that the update waits.
    if (this.state?.step.kind === 'waiting') this.#putOff = 'fetched';
    await this.#take(this.#api.updates.cancel());
  }

  /** Says no more of this step while the app runs; the settings do. */
  putOff(): void {
    this.#putOff = this.state?.step.kind ?? null;
  }

  async #take(call: Promise<Envelope<UpdatesState>>): Promise<void> {
    try {
      this.state = await unwrap(call);
    } catch (failure) {
      this.#notices.fail(failure);
    }
  }
}
