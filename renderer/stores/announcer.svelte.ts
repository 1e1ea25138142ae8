import { SentenceFeed } from '../lib/speech/sentence-feed.ts';

export interface Announcement {
  readonly id: number;
  readonly text: string;
}

/** Older lines are dropped from the live region: a screen reader has read them or will not. */
const keptLines = 6;

/** What the window says aloud through its polite live region. */
export class AnnouncerStore {
  lines = $state.raw<Announcement[]>([]);
  readonly #feed = new SentenceFeed();
  #nextId = 1;

  say(text: string): void {
    this.lines = [...this.lines, { id: this.#nextId++, text }].slice(-keptLines);
  }

  /** Text of the streaming answer: spoken sentence by sentence. */
  hear(text: string): void {
    for (const sentence of this.#feed.push(text)) this.say(sentence);
  }

  /** The answer is over: speaks its last words, then how it ended. */
  conclude(ending: string): void {
    for (const sentence of this.#feed.flush()) this.say(sentence);
    this.say(ending);
  }

  /** Forgets half a sentence, because another conversation is shown now. */
  reset(): void {
    this.#feed.flush();
  }
}
