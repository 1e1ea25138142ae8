import type { AssistantApi } from '../../preload/contract/api.ts';
import type { Rating } from '../../preload/contract/conversations.ts';
import type { GenerationEvent } from '../../preload/contract/generations.ts';
import type { Version } from '../../preload/contract/messages.ts';
import { toAppError, unwrap } from '../lib/api.ts';
import { endingOf } from '../lib/endings.ts';
import type { AnnouncerStore } from './announcer.svelte.ts';
import { EventGate } from './event-gate.ts';
import { renewTurns } from './renew-turns.ts';
import type { Turn } from './turn.svelte.ts';

/** The answers to one question side by side, each of which may still be written. */
export class VersionsStore {
  /** Oldest first. */
  turns = $state.raw<Turn[]>([]);
  failure = $state<string | null>(null);
  readonly #api: Pick<AssistantApi, 'generations' | 'messages'>;
  readonly #announcer: AnnouncerStore;
  readonly #gate = new EventGate();
  /** One of the answers; null while none are compared. */
  #messageId: string | null = null;
  #stopEvents: (() => void) | null = null;

  constructor(api: Pick<AssistantApi, 'generations' | 'messages'>, announcer: AnnouncerStore) {
    this.#api = api;
    this.#announcer = announcer;
  }

  /** Shows an answer and those beside it, and follows them until `close`. */
  async open(messageId: string): Promise<void> {
    this.close();
    this.#messageId = messageId;
    this.#stopEvents = this.#api.generations.onEvent((event) => {
      this.#receive(event);
    });
    await this.readAgain();
  }

  close(): void {
    this.#stopEvents?.();
    this.#stopEvents = null;
    this.#messageId = null;
    this.turns = [];
    this.failure = null;
  }

  async readAgain(): Promise<void> {
    const messageId = this.#messageId;
    if (messageId === null) return;
    this.#gate.hold();
    try {
      const versions = await unwrap(this.#api.messages.versions({ messageId }));
      if (messageId === this.#messageId) this.#take(versions);
    } catch (failure) {
      if (messageId === this.#messageId) this.failure = toAppError(failure).message;
    } finally {
      this.#gate.release();
    }
  }

  /** Takes over what the owner thinks of an answer, if it is here. */
  setRating(messageId: string, rating: Rating | null): void {
    this.#find(messageId)?.setRating(rating);
  }

  #find(messageId: string): Turn | undefined {
    return this.turns.find(({ id }) => id === messageId);
  }

  #take(versions: Version[]): void {
    const live = versions.flatMap(({ message, seq }) => (seq === null ? [] : [{ messageId: message.id, seq }]));
    const messages = versions.map(({ message }) => message);
    this.turns = renewTurns(this.turns, messages, live);
    this.failure = null;
    for (const event of this.#gate.resume(live)) this.#judge(event);
  }

  #receive(event: GenerationEvent): void {
    this.#gate.keep(event);
    this.#judge(event);
  }

  #judge(event: GenerationEvent): void {
    const verdict = this.#gate.judge(event);
    if (verdict === 'gap' && !this.#gate.isHolding) void this.readAgain();
    const turn = this.#find(event.messageId);
    if (verdict !== 'apply' || turn === undefined) return;
    turn.advance(event);
    if (event.kind !== 'finished') return;
    const number = String(this.turns.indexOf(turn) + 1);
    this.#announcer.say(`Version ${number}: ${endingOf(event.message).announcement}`);
  }
}
