import type { Transcript } from '../../preload/contract/conversations.ts';
import type { GenerationEvent } from '../../preload/contract/generations.ts';

export type Verdict = 'apply' | 'drop' | 'gap';

/**
 * Lets each event of the shown answer through exactly once.
 *
 * A snapshot says up to which `seq` it already holds the answer. Events keep arriving while a snapshot is under way, and
 * may reach the window before it: they are held and looked at again once it is there.
 */
export class EventGate {
  #live: { messageId: string; seq: number } | null = null;
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
  resume(live: Transcript['live']): GenerationEvent[] {
    this.#live = live === null ? null : { messageId: live.messageId, seq: live.seq };
    return this.#held.filter(({ messageId }) => messageId === live?.messageId).sort((a, b) => a.seq - b.seq);
  }

  /** What to do with an event. `gap` means that one before it never came and a fresh snapshot is needed. */
  judge(event: GenerationEvent): Verdict {
    const live = this.#live;
    if (event.messageId !== live?.messageId || event.seq <= live.seq) return 'drop';
    if (event.seq > live.seq + 1) return 'gap';
    this.#live = event.kind === 'finished' ? null : { messageId: event.messageId, seq: event.seq };
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
