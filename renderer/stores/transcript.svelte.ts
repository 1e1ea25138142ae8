import type { SharedApi } from '../../preload/contract/api.ts';
import type {
  ConversationOrigin,
  ConversationSummary,
  Message,
  Transcript,
} from '../../preload/contract/conversations.ts';
import type { Envelope } from '../../preload/contract/errors.ts';
import type { GenerationEvent } from '../../preload/contract/generations.ts';
import { unwrap } from '../lib/api.ts';
import { endingOf } from '../lib/endings.ts';
import type { AnnouncerStore } from './announcer.svelte.ts';
import { EventGate } from './event-gate.ts';
import type { NoticesStore } from './notices.svelte.ts';
import { renewTurns } from './renew-turns.ts';
import type { Turn } from './turn.svelte.ts';

/** The conversation on the page, and the answer that is being written into it. */
export class TranscriptStore {
  conversation = $state.raw<ConversationSummary | null>(null);
  turns = $state.raw<Turn[]>([]);
  /** The conversation that was asked for; ahead of `conversation` while it is being read. */
  wantedId = $state<string | null>(null);
  /** Counts the moments after which the page shows its end: another conversation, a question sent, a retry. */
  arrivals = $state(0);
  isSending = $state(false);

  readonly liveTurn = $derived(this.turns.find(({ activity }) => activity !== null) ?? null);
  readonly newestAnswer = $derived(this.turns.findLast(({ message }) => message.role === 'assistant') ?? null);
  /** The oldest message the model saw for the newest answer; null when that is all of them, or not known. */
  readonly memoryStartsAt = $derived(memoryStart(this.turns));

  readonly #api: SharedApi;
  readonly #notices: NoticesStore;
  readonly #announcer: AnnouncerStore;
  readonly #origin: ConversationOrigin | undefined;
  readonly #gate = new EventGate();
  /** Rises with every change of conversation, so that a late answer for the one before is recognised. */
  #visit = 0;
  /** Running answers that a fresh snapshot did not show: they belong to another branch of this conversation. */
  #onOtherBranch: string[] = [];

  /** @param origin marks the conversations that are started here */
  constructor(api: SharedApi, notices: NoticesStore, announcer: AnnouncerStore, origin?: ConversationOrigin) {
    this.#api = api;
    this.#notices = notices;
    this.#announcer = announcer;
    this.#origin = origin;
  }

  /** True until a conversation, or the first screen, was asked for. */
  get isUntouched(): boolean {
    return this.#visit === 0;
  }

  start(): () => void {
    const stopEvents = this.#api.generations.onEvent((event) => {
      this.#receive(event);
    });
    const stopChanges = this.#api.conversations.onChanged((change) => {
      if (change.kind === 'saved' && change.conversation.id === this.conversation?.id)
        this.conversation = change.conversation;
      if (change.kind === 'deleted' && change.conversationId === this.wantedId) this.close();
      // What came may be branches of the conversation on the page; one that is still being read will hold them.
      if (change.kind === 'imported' && this.conversation?.id === this.wantedId) void this.#refresh();
    });
    return () => {
      stopEvents();
      stopChanges();
    };
  }

  /** Shows a conversation. A failure leaves the first screen and a notice. */
  async open(conversationId: string): Promise<void> {
    this.#leave(conversationId);
    await this.#show(() => this.#api.conversations.open({ conversationId }), 'arrive');
    if (this.wantedId === conversationId && this.conversation?.id !== conversationId) this.close();
  }

  /** Shows the first screen. */
  close(): void {
    this.#leave(null);
    this.conversation = null;
    this.turns = [];
  }

  /** Sends a question, in a new conversation when none is shown. False when it was not accepted. */
  async send(text: string): Promise<boolean> {
    if (this.isSending || this.liveTurn !== null || text.trim() === '') return false;
    this.isSending = true;
    try {
      const start = { conversationId: this.wantedId, text, origin: this.#origin };
      return await this.#show(() => this.#api.generations.start(start), 'arrive');
    } finally {
      this.isSending = false;
    }
  }

  async retry(messageId: string): Promise<void> {
    if (this.liveTurn === null) await this.#show(() => this.#api.generations.retry({ messageId }), 'arrive');
  }

  /** Writes an answer once more beside itself, with its own seed and parameters. */
  async repeat(messageId: string): Promise<void> {
    if (this.liveTurn !== null) return;
    await this.#show(() => this.#api.generations.retry({ messageId, repeat: true }), 'arrive');
  }

  async continue(messageId: string): Promise<void> {
    if (this.liveTurn === null) await this.#show(() => this.#api.generations.continue({ messageId }), 'stay');
  }

  async selectBranch(messageId: string): Promise<void> {
    const conversationId = this.conversation?.id;
    if (conversationId === undefined) return;
    await this.#show(() => this.#api.conversations.selectBranch({ conversationId, messageId }), 'stay');
  }

  /** Stops the answer that is being written, if there is one. */
  async stop(): Promise<void> {
    const turn = this.liveTurn;
    if (turn === null || turn.isStopping) return;
    turn.isStopping = true;
    try {
      await unwrap(this.#api.generations.stop({ messageId: turn.id }));
    } catch (failure) {
      turn.isStopping = false;
      this.#notices.fail(failure);
    }
  }

  #leave(conversationId: string | null): void {
    this.#visit += 1;
    this.wantedId = conversationId;
    this.#announcer.reset();
    this.#gate.resume(null);
    this.#onOtherBranch = [];
  }

  /** Runs a call that answers with a snapshot, and shows it unless the reader has gone elsewhere meanwhile. */
  async #show(call: () => Promise<Envelope<Transcript>>, scroll: 'arrive' | 'stay'): Promise<boolean> {
    const visit = this.#visit;
    this.#gate.hold();
    try {
      const transcript = await unwrap(call());
      if (visit === this.#visit) {
        this.#take(transcript);
        if (scroll === 'arrive') this.arrivals += 1;
      }
      return true;
    } catch (failure) {
      this.#notices.fail(failure);
      return false;
    } finally {
      this.#gate.release();
    }
  }

  #take({ conversation, messages, live }: Transcript): void {
    this.conversation = conversation;
    this.wantedId = conversation.id;
    this.turns = renewTurns(this.turns, messages, live?.messageId ?? null);
    for (const event of this.#gate.resume(live)) this.#judge(event);
  }

  #receive(event: GenerationEvent): void {
    this.#gate.keep(event);
    if (event.conversationId !== this.conversation?.id) return;
    const isKnown = this.turns.some(({ id }) => id === event.messageId);
    if (isKnown) this.#judge(event);
    else if (!this.#gate.isHolding && event.kind !== 'finished') void this.#lookFor(event.messageId);
  }

  /** Another window may have asked in this conversation: takes a fresh snapshot, once for each answer. */
  async #lookFor(messageId: string): Promise<void> {
    if (this.#onOtherBranch.includes(messageId)) return;
    this.#onOtherBranch.push(messageId);
    await this.#refresh();
    if (this.turns.some(({ id }) => id === messageId)) {
      this.#onOtherBranch = this.#onOtherBranch.filter((id) => id !== messageId);
    }
  }

  #judge(event: GenerationEvent): void {
    const verdict = this.#gate.judge(event);
    if (verdict === 'gap' && !this.#gate.isHolding) void this.#refresh();
    if (verdict !== 'apply') return;
    const turn = this.turns.find(({ id }) => id === event.messageId);
    turn?.advance(event);
    if (event.kind === 'text') this.#announcer.hear(event.text);
    if (event.kind === 'finished') this.#announcer.conclude(endingOf(event.message).announcement);
  }

  async #refresh(): Promise<void> {
    const conversationId = this.conversation?.id;
    if (conversationId === undefined) return;
    await this.#show(() => this.#api.conversations.open({ conversationId }), 'stay');
  }
}

function memoryStart(turns: Turn[]): string | null {
  const facts = turns.findLast(({ message }) => knownStart(message) !== null);
  const start = facts === undefined ? null : knownStart(facts.message);
  return start === null || start === turns[0]?.id ? null : start;
}

function knownStart(message: Message): string | null {
  return message.generation?.firstVisibleMessageId ?? null;
}
