import type { SharedApi } from '../../preload/contract/api.ts';
import type { DraftPreview } from '../../preload/contract/generations.ts';
import { unwrap } from '../lib/api.ts';

/** Typing pauses at least this long before the model is asked what the draft would mean. */
const pauseMs = 150;

/** How the draft fits what the model sees at once. Also what lets the model read ahead while the owner types. */
export class PreviewStore {
  value = $state.raw<DraftPreview | null>(null);
  readonly #api: Pick<SharedApi, 'generations'>;
  #conversationId: string | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Rises with every question, so that a late answer to an earlier one is recognised. */
  #newest = 0;

  constructor(api: Pick<SharedApi, 'generations'>) {
    this.#api = api;
  }

  /** Asks after a pause; the newest question is the one that counts. */
  ask(conversationId: string | null, text: string): void {
    clearTimeout(this.#timer);
    // What was measured for another conversation says nothing of this one.
    if (conversationId !== this.#conversationId) this.value = null;
    this.#conversationId = conversationId;
    const question = ++this.#newest;
    this.#timer = setTimeout(() => {
      unwrap(this.#api.generations.preview({ conversationId, text })).then(
        (value) => {
          if (question === this.#newest) this.value = value;
        },
        () => {
          // What could not be measured is not shown; sending tells what is wrong.
          if (question === this.#newest) this.value = null;
        },
      );
    }, pauseMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#newest += 1;
  }
}
