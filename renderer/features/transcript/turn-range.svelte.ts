import type { TranscriptStore } from '../../stores/transcript.svelte.ts';
import type { Turn } from '../../stores/turn.svelte.ts';

/**
 * Turns on the page at first, and added at a time where the first or the last of them is near the view: few, so that keys
 * that are pressed meanwhile need not wait for many.
 */
const step = 4;
/** So many messages are read ahead of the first one on the page. */
const readAhead = 40;

/**
 * Which turns of a branch are on the page. Places are counted from the first message of the branch, so that they hold
 * when earlier ones are read.
 */
export class TurnRange {
  /** What was asked for; a branch may be shorter than that. `first` and `#end` are what holds. */
  #from: number;
  /** Infinity for as long as the newest turn belongs to it. */
  #to = $state(Infinity);
  readonly #transcript: Pick<TranscriptStore, 'earlierCount' | 'turns'>;

  constructor(transcript: Pick<TranscriptStore, 'earlierCount' | 'turns'>) {
    this.#transcript = transcript;
    this.#from = $state(Math.max(transcript.earlierCount, this.#total - step));
  }

  /** The place of the first turn on the page. */
  get first(): number {
    return Math.max(this.#transcript.earlierCount, Math.min(this.#from, this.#total - step));
  }

  /** The turns on the page. */
  get turns(): Turn[] {
    const { earlierCount, turns } = this.#transcript;
    return turns.slice(this.first - earlierCount, this.#end - earlierCount);
  }

  /** Whether the newest turn is on the page. */
  get reachesEnd(): boolean {
    return this.#end >= this.#total;
  }

  /** Whether there are turns above that only have to be put on the page. */
  get canGrowUp(): boolean {
    return this.first > this.#transcript.earlierCount;
  }

  /** Whether the messages before should be read by now, so that scrolling need not wait for them. */
  get isShortAbove(): boolean {
    const { earlierCount } = this.#transcript;
    return earlierCount > 0 && this.first - earlierCount < readAhead;
  }

  growUp(): void {
    this.#beginAt(this.first - step);
  }

  growDown(): void {
    this.#endAt(this.#end + step);
  }

  /** Shows the newest turns. Where they are on the page already, nothing goes away. */
  toNewest(): void {
    if (!this.reachesEnd) this.#beginAt(this.#total - step);
    this.#to = Infinity;
  }

  /** Shows the oldest turns that are there. */
  toOldest(): void {
    this.#beginAt(0);
    this.#endAt(this.first + step);
  }

  /** Puts a turn on the page, with some before it and so many after it that it can stand at the top of the view. */
  include(place: number): void {
    if (place >= this.first && place < this.#end) return;
    this.#beginAt(place - step);
    this.#endAt(place + 4 * step);
  }

  get #total(): number {
    return this.#transcript.earlierCount + this.#transcript.turns.length;
  }

  get #end(): number {
    return Math.max(this.#to, this.first + step);
  }

  /** Never further up than there are turns now: those that are read later move nothing on the page. */
  #beginAt(place: number): void {
    this.#from = Math.max(this.#transcript.earlierCount, place);
  }

  #endAt(place: number): void {
    this.#to = place >= this.#total ? Infinity : place;
  }
}
