import { SvelteMap, SvelteSet } from 'svelte/reactivity';
import type { AssistantApi } from '../../preload/contract/api.ts';
import type { Draft } from '../../preload/contract/drafts.ts';
import { unwrap } from '../lib/api.ts';
import type { EditsStore } from './edits.svelte.ts';
import type { NoticesStore } from './notices.svelte.ts';
import type { UnsentSaver } from './unsent-saver.ts';

/** The place of a text in a temporary conversation, which is never saved. */
export const temporaryPlace = 'temporary';

/** Where an unsent text stands: in a conversation, in the one that does not exist yet (null), or in a temporary one. */
export type DraftPlace = string | null;

interface DraftsDependencies {
  api: Pick<AssistantApi, 'conversations' | 'drafts'>;
  notices: NoticesStore;
  edits: EditsStore;
  saver: UnsentSaver;
}

/** Unsent text, kept for each conversation over switching, crash and restart. */
export class DraftsStore {
  readonly #texts = new SvelteMap<DraftPlace, string>();
  readonly #api: Pick<AssistantApi, 'conversations' | 'drafts'>;
  readonly #notices: NoticesStore;
  readonly #edits: EditsStore;
  readonly #saver: UnsentSaver;
  /** Places whose text is being sent. */
  readonly #handedOver = new SvelteSet<DraftPlace>();

  constructor({ api, notices, edits, saver }: DraftsDependencies) {
    this.#api = api;
    this.#notices = notices;
    this.#edits = edits;
    this.#saver = saver;
  }

  /** Brings back what was typed before, here and in questions; gives the function that stops saving. */
  start(): () => void {
    const stopChanges = this.#api.conversations.onChanged((change) => {
      // A restored backup has the drafts of its time.
      if (change.kind === 'renewed') void this.#read();
    });
    void this.#read();
    return () => {
      stopChanges();
      this.save();
    };
  }

  get(place: DraftPlace): string {
    return this.#texts.get(place) ?? '';
  }

  set(place: DraftPlace, text: string): void {
    this.#put(place, text);
    if (place !== temporaryPlace) this.#saver.keep({ conversationId: place, text });
  }

  /** Saves at once what was typed since. What cannot be saved stays in its place, and is tried again with the next. */
  save(): void {
    this.#saver.save();
  }

  /**
   * Takes the text of a place away while it is sent, and puts it back when that was not accepted. What is saved of it
   * goes only after it arrived: a crash in between may show it twice, never lose it.
   */
  async handOver(place: DraftPlace, send: (text: string) => Promise<boolean>): Promise<boolean> {
    const text = this.get(place);
    this.save();
    this.#put(place, '');
    this.#handedOver.add(place);
    const isAccepted = await send(text);
    this.#handedOver.delete(place);
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

  async #read(): Promise<void> {
    const isNewer = this.#saver.watch();
    try {
      const saved = await unwrap(this.#api.drafts.list());
      this.#edits.bringBack(saved, isNewer);
      const unsent = saved.filter(({ insteadOf }) => insteadOf === undefined);
      this.#keepOthers(unsent.map(({ conversationId }) => conversationId));
      for (const draft of unsent) this.#bringBack(draft, isNewer(draft));
    } catch (failure) {
      this.#notices.fail(failure);
    }
  }

  /** What stands only here is saved again: it may have been typed after the backup that was put back. */
  #keepOthers(saved: readonly DraftPlace[]): void {
    for (const [place, text] of this.#texts) if (!saved.includes(place)) this.set(place, text);
  }

  #bringBack({ conversationId, text }: Draft, isNewer: boolean): void {
    const typed = this.get(conversationId);
    if (typed === text || this.#handedOver.has(conversationId)) return;
    if (!isNewer) {
      this.#put(conversationId, text);
      return;
    }
    if (typed === '') return;
    // Typed while it was read, or put there by a link that started the app.
    this.#notices.undoable('The question that stood here unsent was replaced.', () => {
      this.set(conversationId, text);
    });
  }
}
