import { SvelteMap, SvelteSet } from 'svelte/reactivity';
import type { Message } from '../../preload/contract/conversations.ts';
import type { Draft } from '../../preload/contract/drafts.ts';
import type { UnsentSaver } from './unsent-saver.ts';

type Question = Pick<Message, 'id' | 'conversationId'>;

/** Questions that are being asked in other words, kept where they are over switching, crash and restart. */
export class EditsStore {
  readonly #drafts = new SvelteMap<string, Draft & { insteadOf: string }>();
  /** Those that were only brought back: nobody is typing there. */
  readonly #resting = new SvelteSet<string>();
  readonly #saver: UnsentSaver;

  constructor(saver: UnsentSaver) {
    this.#saver = saver;
  }

  /** The new words so far; null for a question that is not edited. */
  get(messageId: string): string | null {
    return this.#drafts.get(messageId)?.text ?? null;
  }

  /** Whether its field asks for the focus when it appears. */
  wantsFocus(messageId: string): boolean {
    return !this.#resting.has(messageId);
  }

  /** Begins with the words of the question: nothing is kept before they change. */
  begin({ id, conversationId, text }: Question & Pick<Message, 'text'>): void {
    this.#drafts.set(id, { conversationId, insteadOf: id, text });
  }

  set({ id, conversationId }: Question, text: string): void {
    const draft = { conversationId, insteadOf: id, text };
    this.#resting.delete(id);
    this.#drafts.set(id, draft);
    this.#saver.keep(draft);
  }

  /** Forgets the new words, once they are sent or not wanted. */
  end({ id, conversationId }: Question): void {
    this.#resting.delete(id);
    this.#drafts.delete(id);
    this.#saver.keep({ conversationId, insteadOf: id, text: '' });
    this.#saver.save();
  }

  /**
   * Takes over what is saved, but for what `isNewer` here. What stands here only is saved again: it may have been typed
   * after the backup that was put back.
   */
  bringBack(saved: readonly Draft[], isNewer: (draft: Draft) => boolean): void {
    const here = [...this.#drafts.values()];
    for (const { conversationId, insteadOf, text } of saved) {
      if (insteadOf === undefined) continue;
      const draft = { conversationId, insteadOf, text };
      if (isNewer(draft) || this.get(insteadOf) === text) continue;
      this.#resting.add(insteadOf);
      this.#drafts.set(insteadOf, draft);
    }
    for (const draft of here)
      if (!saved.some(({ insteadOf }) => insteadOf === draft.insteadOf)) this.#saver.keep(draft);
  }
}
