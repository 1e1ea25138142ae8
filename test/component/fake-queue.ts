import type { Envelope } from '../../preload/contract/errors.ts';
import type { QuestionQueue, QueueApi, QueuedQuestion } from '../../preload/contract/queue.ts';
import { follow } from './fake-library.ts';

type Answer = <T>(method: string, input: unknown, work: () => T) => Promise<Envelope<T>>;

/** Questions that wait, as main keeps them. Nothing is sent by itself: tests say when something is taken out. */
export class FakeQueue {
  readonly api: QueueApi;
  readonly #queues = new Map<string, QuestionQueue>();
  readonly #listeners = new Set<(queue: QuestionQueue) => void>();
  #nextId = 1;

  constructor(answer: Answer) {
    this.api = {
      get: (input) => answer('queue.get', input, () => this.of(input.conversationId)),
      add: (input) =>
        answer('queue.add', input, () => this.#change(input.conversationId, (all) => [...all, this.#new(input.text)])),
      change: (input) =>
        answer('queue.change', input, () =>
          this.#change(input.conversationId, (all) =>
            all.map((question) => (question.id === input.questionId ? { ...question, text: input.text } : question)),
          ),
        ),
      move: (input) =>
        answer('queue.move', input, () =>
          this.#change(input.conversationId, (all) => {
            const moved = all.filter(({ id }) => id === input.questionId);
            return all.filter(({ id }) => id !== input.questionId).toSpliced(input.toIndex, 0, ...moved);
          }),
        ),
      remove: (input) =>
        answer('queue.remove', input, () =>
          this.#change(input.conversationId, (all) => all.filter(({ id }) => id !== input.questionId)),
        ),
      resume: (input) =>
        answer('queue.resume', input, () => this.#change(input.conversationId, (all) => all.slice(1), false)),
      onChanged: (listener) => follow(this.#listeners, listener),
    };
  }

  of(conversationId: string): QuestionQueue {
    return this.#queues.get(conversationId) ?? { conversationId, questions: [], isPaused: false };
  }

  texts(conversationId: string): string[] {
    return this.of(conversationId).questions.map(({ text }) => text);
  }

  /** These questions wait now; everybody is told. */
  put(conversationId: string, texts: string[], isPaused = false): void {
    this.#change(conversationId, () => texts.map((text) => this.#new(text)), isPaused);
  }

  /** The first question is asked. */
  takeFirst(conversationId: string): void {
    this.#change(conversationId, (all) => all.slice(1));
  }

  #new(text: string): QueuedQuestion {
    return { id: `00000000-0000-7000-8000-0000000c${String(this.#nextId++).padStart(4, '0')}`, text, createdAt: 0 };
  }

  #change(
    conversationId: string,
    change: (questions: QueuedQuestion[]) => QueuedQuestion[],
    isPaused = this.of(conversationId).isPaused,
  ): QuestionQueue {
    const questions = change(this.of(conversationId).questions);
    const queue = { conversationId, questions, isPaused: isPaused && questions.length > 0 };
    this.#queues.set(conversationId, queue);
    for (const listener of this.#listeners) listener(structuredClone(queue));
    return queue;
  }
}
