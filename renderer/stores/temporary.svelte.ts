import type { AssistantApi } from '../../preload/contract/api.ts';
import { unwrap } from '../lib/api.ts';
import { temporaryPlace, type DraftsStore } from './drafts.svelte.ts';
import type { NoticesStore } from './notices.svelte.ts';
import type { TranscriptStore } from './transcript.svelte.ts';

export interface TemporaryDependencies {
  api: Pick<AssistantApi, 'conversations'>;
  drafts: DraftsStore;
  notices: NoticesStore;
  transcript: TranscriptStore;
}

/** Whether what is on the page is kept in memory only. A temporary conversation is let go of as soon as it is left. */
export class TemporaryStore {
  /** The first screen begins a temporary conversation. */
  isNext = $state(false);
  readonly #api: Pick<AssistantApi, 'conversations'>;
  readonly #drafts: DraftsStore;
  readonly #notices: NoticesStore;
  readonly #transcript: TranscriptStore;

  constructor({ api, drafts, notices, transcript }: TemporaryDependencies) {
    this.#api = api;
    this.#drafts = drafts;
    this.#notices = notices;
    this.#transcript = transcript;
  }

  /** The temporary conversation on the page. */
  get shownId(): string | null {
    const { conversation, wantedId } = this.#transcript;
    return conversation?.isTemporary === true && conversation.id === wantedId ? wantedId : null;
  }

  get isOn(): boolean {
    return this.shownId !== null || (this.isNext && this.#transcript.wantedId === null);
  }

  /** Where what is typed now belongs. */
  get place(): string | null {
    return this.isOn ? temporaryPlace : this.#transcript.wantedId;
  }

  /** Lets go of what is left; gives the function that stops. */
  start(): () => void {
    return $effect.root(() => {
      const shownId = $derived(this.shownId);
      const isOn = $derived(this.isOn);
      $effect(() => {
        const id = shownId;
        if (id === null) return;
        return () => {
          // What was kept meanwhile is no longer temporary: main leaves it alone. With the app, main forgets by itself.
          this.#api.conversations.forget({ conversationId: id }).catch(() => undefined);
        };
      });
      $effect(() => {
        if (!isOn) return;
        return () => {
          this.#drafts.set(temporaryPlace, '');
        };
      });
      $effect(() => {
        if (this.#transcript.wantedId !== null) this.isNext = false;
      });
    });
  }

  /** Keeps the conversation on the page after all. False when it could not be kept: it is as temporary as before. */
  async keep(): Promise<boolean> {
    const conversationId = this.shownId;
    if (conversationId === null) return false;
    const draft = this.#drafts.get(temporaryPlace);
    try {
      await unwrap(this.#api.conversations.keep({ conversationId }));
    } catch (failure) {
      this.#notices.fail(failure);
      return false;
    }
    if (draft !== '') this.#drafts.set(conversationId, draft);
    return true;
  }
}
