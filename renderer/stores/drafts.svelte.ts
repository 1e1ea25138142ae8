import { SvelteMap } from 'svelte/reactivity';
import type { AssistantApi } from '../../preload/contract/api.ts';
import type { Draft } from '../../preload/contract/drafts.ts';
import { unwrap } from '../lib/api.ts';
import type { NoticesStore } from './notices.svelte.ts';

/** The place of a text in a temporary conversation, which is never saved. */
export const temporaryPlace = 'temporary';

/** Where an unsent text stands: in a conversation, in the one that does not exist yet (null), or in a temporary one. */
export type DraftPlace = string | null;

/** Typing goes on at most this long until it is saved. */
const savePauseMs = 300;

/** Unsent text, kept for each conversation over switching, crash and restart. */
export class DraftsStore {
  readonly #texts = new SvelteMap<DraftPlace, string>();
  readonly #api: Pick<AssistantApi, 'drafts'>;
  readonly #notices: NoticesStore;
  /** Places whose text is newer than what is saved of it. */
  #unsaved: DraftPlace[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(api: Pick<AssistantApi, 'drafts'>, notices: NoticesStore) {
    this.#api = api;
    this.#notices = notices;
  }

  /** Brings back what was typed before; gives the function that stops saving. */
  start(): () => void {
    void this.#read();
    return () => {
      this.save();
    };
  }

  get(place: DraftPlace): string {
    return this.#texts.get(place) ?? '';
  }

  set(place: DraftPlace, text: string): void {
    this.#put(place, text);
    if (place === temporaryPlace) return;
    this.#owe(place);
    // Not put off by further typing: who types without a pause loses no more than who pauses.
    this.#timer ??= setTimeout(() => {
      this.save();
    }, savePauseMs);
  }

  /** Saves at once what was typed since. What cannot be saved stays in its place, and is tried again with the next. */
  save(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const place of this.#unsaved.splice(0)) void this.#saveOne(place);
  }

  /**
   * Takes the text of a place away while it is sent, and puts it back when that was not accepted. What is saved of it
   * goes only after it arrived: a crash in between may show it twice, never lose it.
   */
  async handOver(place: DraftPlace, send: (text: string) => Promise<boolean>): Promise<boolean> {
    const text = this.get(place);
    this.save();
    this.#put(place, '');
    const isAccepted = await send(text);
    if (isAccepted) {
      this.set(place, this.get(place));
      this.save();
    } else if (this.get(place) === '') {
      this.set(place, text);
    }
    return isAccepted;
  }

  /** Moves what stands unsent in one place to another one that is empty. */
  move(from: DraftPlace, to: DraftPlace): void {
    const text = this.get(from);
    if (text === '' || this.get(to) !== '') return;
    this.set(to, text);
    this.set(from, '');
  }

  #put(place: DraftPlace, text: string): void {
    if (text === '') this.#texts.delete(place);
    else this.#texts.set(place, text);
  }

  #owe(place: DraftPlace): void {
    if (!this.#unsaved.includes(place)) this.#unsaved.push(place);
  }

  async #saveOne(place: DraftPlace): Promise<void> {
    try {
      await unwrap(this.#api.drafts.save({ conversationId: place, text: this.get(place) }));
    } catch {
      this.#owe(place);
    }
  }

  async #read(): Promise<void> {
    try {
      for (const draft of await unwrap(this.#api.drafts.list())) this.#bringBack(draft);
    } catch (failure) {
      this.#notices.fail(failure);
    }
  }

  #bringBack({ conversationId, text }: Draft): void {
    const typed = this.get(conversationId);
    if (typed === text) return;
    if (typed === '') {
      this.#put(conversationId, text);
      return;
    }
    // Typed while it was read, or put there by a link that started the app.
    this.#notices.undoable('The question that stood here unsent was replaced.', () => {
      this.set(conversationId, text);
    });
  }
}
