import { SvelteMap } from 'svelte/reactivity';

/** Questions that are being asked in other words, by their message. They wait where they are while other things are shown. */
export class EditsStore {
  readonly #texts = new SvelteMap<string, string>();

  /** The new words so far; null for a question that is not edited. */
  get(messageId: string): string | null {
    return this.#texts.get(messageId) ?? null;
  }

  set(messageId: string, text: string): void {
    this.#texts.set(messageId, text);
  }

  end(messageId: string): void {
    this.#texts.delete(messageId);
  }
}
