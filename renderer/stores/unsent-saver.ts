import type { AssistantApi } from '../../preload/contract/api.ts';
import type { Draft } from '../../preload/contract/drafts.ts';
import { unwrap } from '../lib/api.ts';

/** Typing goes on at most this long until it is saved. */
const savePauseMs = 300;

/** Saves unsent texts a moment after they were typed, each place on its own. */
export class UnsentSaver {
  readonly #api: Pick<AssistantApi, 'drafts'>;
  /** What is newer than what is saved of its place. */
  readonly #owed = new Map<string | null, Draft>();
  /** What each place was last said to hold. */
  readonly #latest = new Map<string | null, Draft>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(api: Pick<AssistantApi, 'drafts'>) {
    this.#api = api;
  }

  /** Saves a text soon; empty text removes what is saved. */
  keep(draft: Draft): void {
    this.#owed.set(placeOf(draft), draft);
    this.#latest.set(placeOf(draft), draft);
    // Not put off by further typing: who types without a pause loses no more than who pauses.
    this.#timer ??= setTimeout(() => {
      this.save();
    }, savePauseMs);
  }

  /** Saves at once what was typed since. What cannot be saved is tried again with the next. */
  save(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const owed = [...this.#owed.values()];
    this.#owed.clear();
    for (const draft of owed) void this.#saveOne(draft);
  }

  /** Gives the function that tells whether what is kept of a place is newer than what was saved by now. */
  watch(): (draft: Draft) => boolean {
    const owed = new Set(this.#owed.keys());
    const before = new Map(this.#latest);
    return (draft) => {
      const place = placeOf(draft);
      return owed.has(place) || this.#latest.get(place) !== before.get(place);
    };
  }

  async #saveOne(draft: Draft): Promise<void> {
    try {
      await unwrap(this.#api.drafts.save(draft));
    } catch {
      // Not in place of what was typed since.
      if (this.#latest.get(placeOf(draft)) === draft) this.#owed.set(placeOf(draft), draft);
    }
  }
}

function placeOf({ conversationId, insteadOf }: Draft): string | null {
  return insteadOf ?? conversationId;
}
