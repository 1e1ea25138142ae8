import type { AssistantApi } from '../../preload/contract/api.ts';
import { AppError, type Envelope } from '../../preload/contract/errors.ts';
import type { UpdatesState } from '../../preload/contract/updates.ts';
import { unwrap } from '../lib/api.ts';
import { updateNews } from '../lib/update-words.ts';
import type { AnnouncerStore } from './announcer.svelte.ts';
import type { NoticesStore } from './notices.svelte.ts';

/** Newer versions of the app. Main looks for them, fetches and installs them; this shows how far they are. */
export class UpdatesStore {
  /** Null until it was read. */
  state = $state.raw<UpdatesState | null>(null);
  readonly #api: AssistantApi;
  readonly #notices: NoticesStore;
  readonly #announcer: AnnouncerStore;
  /** The step that the owner wants to hear no more of. */
  #putOff = $state.raw<string | null>(null);

  /** What the line below the top bar is about, if anything. */
  readonly line = $derived.by(() => {
    if (this.state === null) return null;
    const { isAsking, step } = this.state;
    if (isAsking) return 'question';
    return updateNews(step) === null || step.kind === this.#putOff ? null : step.kind;
  });

  constructor(api: AssistantApi, notices: NoticesStore, announcer: AnnouncerStore) {
    this.#api = api;
    this.#notices = notices;
    this.#announcer = announcer;
  }

  /** Reads the state and follows it; gives the function that stops following. */
  start(): () => void {
    const stop = this.#api.updates.onChanged((state) => {
      this.#take(state);
    });
    void this.#ask(this.#api.updates.state());
    return stop;
  }

  async look(): Promise<void> {
    await this.#ask(this.#api.updates.look());
  }

  async fetch(): Promise<void> {
    this.#putOff = null;
    await this.#ask(this.#api.updates.fetch());
  }

  async install(): Promise<void> {
    this.#putOff = null;
    await this.#ask(this.#api.updates.install());
  }

  async cancel(): Promise<void> {
    // Whoever takes the restart back knows that the update is there.
    if (this.state?.step.kind === 'waiting') this.#putOff = 'fetched';
    await this.#ask(this.#api.updates.cancel());
  }

  /** Says no more of this step while the window is open; the settings do. */
  putOff(): void {
    this.#putOff = this.state?.step.kind ?? null;
  }

  #take(state: UpdatesState): void {
    const before = this.state?.step.kind;
    this.state = state;
    if (before === undefined || state.step.kind === before) return;
    const news = updateNews(state.step);
    if (news !== null) this.#announcer.say(news);
    // A look that failed is told in the settings; this was asked for wherever the owner is now.
    if (before === 'fetching' && state.failure !== null) {
      this.#notices.fail(new AppError(state.failure.code, state.failure.message));
    }
  }

  async #ask(call: Promise<Envelope<UpdatesState>>): Promise<void> {
    try {
      this.#take(await unwrap(call));
    } catch (failure) {
      this.#notices.fail(failure);
    }
  }
}
