import { SvelteSet } from 'svelte/reactivity';
import type { SharedApi } from '../../preload/contract/api.ts';
import type {
  ConversationOrigin,
  ConversationSummary,
  Rating,
  Transcript,
} from '../../preload/contract/conversations.ts';
import type { AppError, Envelope } from '../../preload/contract/errors.ts';
import type { GenerationEvent, StartInput } from '../../preload/contract/generations.ts';
import { toAppError, unwrap } from '../lib/api.ts';
import { endingOf } from '../lib/endings.ts';
import type { AnnouncerStore } from './announcer.svelte.ts';
import { EventGate } from './event-gate.ts';
import { memoryStart } from './memory-start.ts';
import type { NoticesStore } from './notices.svelte.ts';
import { renewTurns } from './renew-turns.ts';
import { stopTurn } from './stop-turn.ts';
import { Turn } from './turn.svelte.ts';

/** The conversation on the page, and the answer that is being written into it. */
export class TranscriptStore {
  conversation = $state.raw<ConversationSummary | null>(null);
  /** The end of the branch that is shown; what lies further up comes by `readEarlier`. */
  turns = $state.raw<Turn[]>([]);
  /** How many messages of the branch come before the first of `turns`. */
  earlierCount = $state(0);
  /** What kept the earlier messages from being read, until they are asked for again. */
  earlierFailure = $state<string | null>(null);
  /** The conversation that was asked for; ahead of `conversation` while it is being read. */
  wantedId = $state<string | null>(null);
  /** Counts the moments after which the page shows its end: another conversation, a question sent, a retry. */
  arrivals = $state(0);
  /** The message that was asked for by its id: the page goes there and marks it. Each request is an object of its own. */
  sought = $state.raw<{ readonly messageId: string } | null>(null);
  isSending = $state(false);

  readonly liveTurn = $derived(this.turns.findLast(({ activity }) => activity !== null) ?? null);
  readonly newestAnswer = $derived(this.turns.findLast(({ message }) => message.role === 'assistant') ?? null);
  /** The oldest message the model saw for the newest answer; null when that is all of them, or not known. */
  readonly memoryStartsAt = $derived(memoryStart(this.turns, this.earlierCount));

  readonly #api: SharedApi;
  readonly #notices: NoticesStore;
  readonly #announcer: AnnouncerStore;
  readonly #origin: ConversationOrigin | undefined;
  readonly #gate = new EventGate();
  /** Rises with every change of conversation, so that a late answer for the one before is recognised. */
  #visit = 0;
  /** Answers of this conversation that are queued or running on branches which are not shown. */
  readonly #runningElsewhere = new SvelteSet<string>();
  #earlierUnderWay: Promise<void> | null = null;

  /** @param origin marks the conversations that are started here */
  constructor(api: SharedApi, notices: NoticesStore, announcer: AnnouncerStore, origin?: ConversationOrigin) {
    this.#api = api;
    this.#notices = notices;
    this.#announcer = announcer;
    this.#origin = origin;
  }

  /** True while an answer is queued or written anywhere in this conversation: then main takes no other one for it. */
  get isAnswering(): boolean {
    return this.liveTurn !== null || this.#runningElsewhere.size > 0;
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
      if (change.kind === 'renewed' && this.conversation?.id === this.wantedId) void this.#renew();
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

  /** Shows the branch through a message and goes to it. A message that is gone leaves its conversation and a notice. */
  async show(conversationId: string, messageId: string): Promise<void> {
    const isOpen = this.conversation?.id === conversationId && this.wantedId === conversationId;
    if (!isOpen) this.#leave(conversationId);
    if (!isOpen || this.#find(messageId) === undefined) {
      const failure = await this.#show(
        () => this.#api.conversations.selectBranch({ conversationId, messageId }),
        'stay',
      );
      if (this.wantedId !== conversationId) return;
      if (failure !== null && !isOpen) await this.open(conversationId);
    }
    if (this.#find(messageId) !== undefined) this.sought = { messageId };
  }

  /** Shows the first screen. */
  close(): void {
    this.#leave(null);
    this.conversation = null;
    this.turns = [];
    this.earlierCount = 0;
  }

  /** Sends a question, in a new conversation when none is shown, and a temporary one if asked. False when it was not accepted. */
  async send(text: string, isTemporary?: true): Promise<boolean> {
    if (this.liveTurn !== null) return false;
    return this.#start({ conversationId: this.wantedId, text, origin: this.#origin, isTemporary });
  }

  /** Asks a question in other words, beside the one before. False when it was not accepted. */
  async sendInsteadOf(messageId: string, text: string): Promise<boolean> {
    if (this.isAnswering) return false;
    return this.#start({ conversationId: this.wantedId, text, insteadOf: messageId });
  }

  /** Writes answers beside an answer, or to a question; the first of them is shown. */
  async retry(messageId: string, count?: number): Promise<void> {
    if (!this.isAnswering) await this.#show(() => this.#api.generations.retry({ messageId, count }), 'arrive');
  }

  /** Writes an answer once more beside itself, with its own seed and parameters. */
  async repeat(messageId: string): Promise<void> {
    if (this.isAnswering) return;
    await this.#show(() => this.#api.generations.retry({ messageId, repeat: true }), 'arrive');
  }

  async continue(messageId: string): Promise<void> {
    if (!this.isAnswering) await this.#show(() => this.#api.generations.continue({ messageId }), 'stay');
  }

  async selectBranch(messageId: string): Promise<void> {
    const conversationId = this.conversation?.id;
    if (conversationId === undefined) return;
    await this.#show(() => this.#api.conversations.selectBranch({ conversationId, messageId }), 'stay');
  }

  /** Shows what a change of the tree answers with. False when it failed, which is said. */
  async follow(change: () => Promise<Envelope<Transcript>>, scroll: 'arrive' | 'stay'): Promise<boolean> {
    return (await this.#show(change, scroll)) === null;
  }

  /** Stops the answer that is being written, if there is one. */
  async stop(): Promise<void> {
    if (this.liveTurn !== null) await stopTurn(this.liveTurn, this.#api, this.#notices);
  }

  /** Takes over what the owner thinks of an answer, if it is here. */
  setRating(messageId: string, rating: Rating | null): void {
    this.#find(messageId)?.setRating(rating);
  }

  /** Adds the page before the oldest turn. Where it is under way already, this waits for it. */
  readEarlier(): Promise<void> {
    this.#earlierUnderWay ??= this.#readPage().finally(() => {
      this.#earlierUnderWay = null;
    });
    return this.#earlierUnderWay;
  }

  /** Adds everything up to the first message. */
  async readToBeginning(): Promise<void> {
    const visit = this.#visit;
    while (visit === this.#visit && this.earlierCount > 0) {
      await this.readEarlier();
      if (this.earlierFailure !== null) return;
    }
  }

  async #readPage(): Promise<void> {
    const visit = this.#visit;
    const conversationId = this.conversation?.id;
    const first = this.turns[0];
    if (this.earlierCount === 0 || conversationId === undefined || first === undefined) return;
    this.earlierFailure = null;
    try {
      const page = await unwrap(this.#api.conversations.earlier({ conversationId, beforeMessageId: first.id }));
      // Ancestors never change; but the reader may be elsewhere by now, or have them already.
      if (visit !== this.#visit || this.turns[0] !== first) return;
      this.turns = [...page.messages.map((message) => new Turn(message, false)), ...this.turns];
      this.earlierCount = page.earlierCount;
    } catch (failure) {
      if (visit === this.#visit) this.earlierFailure = toAppError(failure).message;
    }
  }

  async #start(input: StartInput): Promise<boolean> {
    if (this.isSending || input.text.trim() === '') return false;
    this.isSending = true;
    try {
      return (await this.#show(() => this.#api.generations.start(input), 'arrive')) === null;
    } finally {
      this.isSending = false;
    }
  }

  #find(messageId: string): Turn | undefined {
    // What is asked for most stands at the end.
    return this.turns.findLast(({ id }) => id === messageId);
  }

  #leave(conversationId: string | null): void {
    this.#visit += 1;
    this.wantedId = conversationId;
    this.sought = null;
    this.earlierFailure = null;
    this.#announcer.reset();
    this.#gate.resume([]);
    this.#runningElsewhere.clear();
  }

  /**
   * Runs a call that answers with a snapshot, and shows it unless the reader has gone elsewhere meanwhile. Gives the
   * failure, which it has said.
   */
  async #show(call: () => Promise<Envelope<Transcript>>, scroll: 'arrive' | 'stay'): Promise<AppError | null> {
    const visit = this.#visit;
    this.#gate.hold();
    try {
      const transcript = await unwrap(call());
      if (visit === this.#visit) {
        this.#take(transcript);
        if (scroll === 'arrive') this.arrivals += 1;
      }
      return null;
    } catch (failure) {
      this.#notices.fail(failure);
      return toAppError(failure);
    } finally {
      this.#gate.release();
    }
  }

  #take({ conversation, messages, earlierCount, live }: Transcript): void {
    // What was read further up stays: the messages above one are always the same.
    const place = this.turns.findIndex(({ id }) => id === messages[0]?.id);
    const above = place > 0 ? this.turns.slice(0, place) : [];
    this.conversation = conversation;
    this.wantedId = conversation.id;
    this.earlierCount = earlierCount - above.length;
    const answers = live === null ? [] : [live];
    this.turns = [...above, ...renewTurns(this.turns, messages, answers)];
    for (const { id } of this.turns) this.#runningElsewhere.delete(id);
    for (const event of this.#gate.resume(answers)) this.#judge(event);
  }

  #receive(event: GenerationEvent): void {
    this.#gate.keep(event);
    if (event.conversationId !== this.conversation?.id) return;
    const { messageId } = event;
    if (this.#find(messageId) !== undefined) {
      this.#judge(event);
    } else if (event.kind === 'finished') {
      this.#runningElsewhere.delete(messageId);
    } else if (!this.#runningElsewhere.has(messageId)) {
      this.#runningElsewhere.add(messageId);
      // Another window may have asked in this conversation: takes a fresh snapshot, once for each answer.
      const isSibling = this.turns.some(({ message }) => message.siblingIds.includes(messageId));
      if (!isSibling && !this.#gate.isHolding) void this.#refresh();
    }
  }

  #judge(event: GenerationEvent): void {
    const verdict = this.#gate.judge(event);
    if (verdict === 'gap' && !this.#gate.isHolding) void this.#refresh();
    if (verdict !== 'apply') return;
    this.#find(event.messageId)?.advance(event);
    if (event.kind === 'text') this.#announcer.hear(event.text);
    if (event.kind === 'finished') this.#announcer.conclude(endingOf(event.message).announcement);
  }

  async #refresh(): Promise<AppError | null> {
    const conversationId = this.conversation?.id;
    if (conversationId === undefined) return null;
    return this.#show(() => this.#api.conversations.open({ conversationId }), 'stay');
  }

  /** Reads the page again; the conversation may be among those that are gone. */
  async #renew(): Promise<void> {
    const conversationId = this.wantedId;
    const failure = await this.#refresh();
    if (failure?.code === 'not-found' && this.wantedId === conversationId) this.close();
  }
}
