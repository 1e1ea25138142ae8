import { SvelteMap } from 'svelte/reactivity';

/** Unsent text, kept for each conversation while the window lives. `null` is the conversation that does not exist yet. */
export class DraftsStore {
  readonly #texts = new SvelteMap<string | null, string>();

  get(conversationId: string | null): string {
    return this.#texts.get(conversationId) ?? '';
  }

  set(conversationId: string | null, text: string): void {
    if (text === '') this.#texts.delete(conversationId);
    else this.#texts.set(conversationId, text);
  }
}
