import type { AssistantApi } from '../../preload/contract/api.ts';
import type { Envelope } from '../../preload/contract/errors.ts';
import type { QuestionQueue } from '../../preload/contract/queue.ts';
import { unwrap } from '../lib/api.ts';
import { formatCount } from '../lib/format.ts';
import type { AnnouncerStore } from './announcer.svelte.ts';
import type { NoticesStore } from './notices.svelte.ts';

/** The questions that wait in the conversation on the page. */
export class QueueStore {
  #queue = $state.raw<QuestionQueue | null>(null);
  readonly questions = $derived(this.#queue?.questions ?? []);
  readonly isPaused = $derived(this.#queue?.isPaused ?? false);
  readonly #api: Pick<AssistantApi, 'conversations' | 'queue'>;
  readonly #notices: NoticesStore;
  readonly #announcer: AnnouncerStore;
  #conversationId: string | null = null;

  constructor(api: Pick<AssistantApi, 'conversations' | 'queue'>, notices: NoticesStore, announcer: AnnouncerStore) {
    this.#api = api;
    this.#notices = notices;
    this.#announcer = announcer;
  }

  /** Follows the queue; gives the function that stops following. */
  start(): () => void {
    const stopQueue = this.#api.queue.onChanged((queue) => {
      this.#take(queue);
    });
    const stopChanges = this.#api.conversations.onChanged((change) => {
      if (change.kind === 'renewed') void this.#read();
    });
    return () => {
      stopQueue();
      stopChanges();
    };
  }

  /** Shows what waits in a conversation, or nothing. */
  async show(conversationId: string | null): Promise<void> {
    if (conversationId === this.#conversationId) return;
    this.#conversationId = conversationId;
    this.#queue = null;
    await this.#read();
  }

  /** Lets a question wait. False when it was not accepted. */
  async add(conversationId: string, text: string): Promise<boolean> {
    const isAccepted = await this.#do(this.#api.queue.add({ conversationId, text }));
    if (isAccepted && this.questions.length > 0) {
      this.#announcer.say(`The question waits at place ${formatCount(this.questions.length)}.`);
    }
    return isAccepted;
  }

  /** Changes what will be asked. False when it no longer waits. */
  async change(questionId: string, text: string): Promise<boolean> {
    return this.#doHere((conversationId) => this.#api.queue.change({ conversationId, questionId, text }));
  }

  /** Moves a question by one place; at the end of the queue it stays. */
  async moveBy(questionId: string, step: 1 | -1): Promise<void> {
    const toIndex = this.questions.findIndex(({ id }) => id === questionId) + step;
    if (toIndex >= 0 && toIndex < this.questions.length) await this.moveTo(questionId, toIndex);
  }

  async moveTo(questionId: string, toIndex: number): Promise<void> {
    const isMoved = await this.#doHere((conversationId) =>
      this.#api.queue.move({ conversationId, questionId, toIndex }),
    );
    if (!isMoved) return;
    this.#announcer.say(`Moved to place ${formatCount(toIndex + 1)} of ${formatCount(this.questions.length)}.`);
  }

  /** Takes a question out, with a way back to its place. */
  async remove(questionId: string): Promise<void> {
    const index = this.questions.findIndex(({ id }) => id === questionId);
    const question = this.questions[index];
    const conversationId = this.#conversationId;
    if (question === undefined || conversationId === null) return;
    if (!(await this.#do(this.#api.queue.remove({ conversationId, questionId })))) return;
    this.#notices.undoable('The waiting question was removed.', () => {
      void this.#bringBack(conversationId, question.text, index);
    });
  }

  /** Goes on sending after a pause. */
  async resume(): Promise<void> {
    await this.#doHere((conversationId) => this.#api.queue.resume({ conversationId }));
  }

  async #bringBack(conversationId: string, text: string, toIndex: number): Promise<void> {
    try {
      const { questions } = await unwrap(this.#api.queue.add({ conversationId, text }));
      const questionId = questions.at(-1)?.id;
      if (questionId === undefined || questions.length - 1 === toIndex) return;
      await unwrap(this.#api.queue.move({ conversationId, questionId, toIndex }));
    } catch (failure) {
      this.#notices.fail(failure);
    }
  }

  async #read(): Promise<void> {
    const conversationId = this.#conversationId;
    if (conversationId === null) return;
    try {
      this.#take(await unwrap(this.#api.queue.get({ conversationId })));
    } catch {
      // A conversation that cannot be read says so itself; nothing of it waits here.
      if (conversationId === this.#conversationId) this.#queue = null;
    }
  }

  async #doHere(call: (conversationId: string) => Promise<Envelope<QuestionQueue>>): Promise<boolean> {
    return this.#conversationId !== null && this.#do(call(this.#conversationId));
  }

  async #do(call: Promise<Envelope<QuestionQueue>>): Promise<boolean> {
    try {
      this.#take(await unwrap(call));
      return true;
    } catch (failure) {
      this.#notices.fail(failure);
      return false;
    }
  }

  #take(queue: QuestionQueue): void {
    if (queue.conversationId !== this.#conversationId) return;
    const wasFlowing = this.#queue?.isPaused === false;
    this.#queue = queue;
    if (wasFlowing && queue.isPaused) this.#announcer.say('The questions that wait are paused.');
  }
}
