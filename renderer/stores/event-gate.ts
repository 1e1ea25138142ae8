import type { GenerationEvent } from '../../preload/contract/generations.ts';

export type Verdict = 'apply' | 'drop' | 'gap';

/** An answer that is being written, and the last event that a snapshot of it holds. */
export interface LiveAnswer {
  readonly messageId: string;
  readonly seq: number;
}

/**
 * Lets each event of the shown answers through exactly once.
 *
 * A snapshot says up to which `seq` it already holds an answer. Events keep arriving while a snapshot is under way, and
 * may reach the window before it: they are held and looked at again once it is there.
 */
export class EventGate {
  readonly #seqs = new Map<string, number>();
  #held: GenerationEvent[] = [];
  #callsUnderWay = 0;

  /** A call that answers with a snapshot begins. */
  hold(): void {
    this.#callsUnderWay += 1;
  }

  /** The call ended without a snapshot, or with one that is no longer wanted. */
  release(): void {
    this.#callsUnderWay = Math.max(0, this.#callsUnderWay - 1);
    if (this.#callsUnderWay === 0) this.#held = [];
  }

  /** Continues from a snapshot: gives the held events that come after it, to be judged in their order. */
  resume(live: readonly LiveAnswer[]): GenerationEvent[] {
    this.#seqs.clear();
    for (const { messageId, seq } of live) this.#seqs.set(messageId, seq);
    return this.#held.filter(({ messageId }) => this.#seqs.has(messageId)).sort((a, b) => a.seq - b.seq);
  }

  /** What to do with an event. `gap` means that one before it never came and a fresh snapshot is needed. */
  judge(event: GenerationEvent): Verdict {
    const seq = this.#seqs.get(event.messageId);
    if (seq === undefined || event.seq <= seq) return 'drop';
    if (event.seq > seq + 1) return 'gap';
    if (event.kind === 'finished') this.#seqs.delete(event.messageId);
    else this.#seqs.set(event.messageId, event.seq);
    return 'apply';
  }

  /** Keeps an event for the snapshot that is under way, if one is. */
  keep(event: GenerationEvent): void {
    if (this.#callsUnderWay > 0) this.#held.push(event);
  }

  get isHolding(): boolean {
    return this.#callsUnderWay > 0;
  }
}
