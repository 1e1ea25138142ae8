import { v7 as uuidv7 } from 'uuid';
import { AppError } from '../../preload/contract/errors.ts';
import type { GenerationEvent } from '../../preload/contract/generations.ts';
import type { QuestionQueue } from '../../preload/contract/queue.ts';
import type { DatabaseClient } from '../database/protocol.ts';
import { createEmitter } from './emitter.ts';
import type { Generations } from './generations.ts';
import type { LiveAnswers } from './live-answers.ts';

export interface QueueOptions {
  database: Pick<
    DatabaseClient,
    'getQueue' | 'addQueuedQuestion' | 'changeQueuedQuestion' | 'moveQueuedQuestion' | 'removeQueuedQuestion'
  >;
  generations: Pick<Generations, 'start'>;
  live: Pick<LiveAnswers, 'of' | 'onEvent'>;
  now: () => number;
}

/** Times that the queue is read again because its first question was changed or removed in between. */
const maxRereads = 5;

function hasCode(error: unknown, code: AppError['code']): boolean {
  return error instanceof AppError && error.code === code;
}

/**
 * Questions that wait for the answer before them. They are on disk; only the permission to go on is not, so that after a
 * restart nothing is sent until the owner says so.
 */
export function createQueue({ database, generations, live, now }: QueueOptions) {
  const changed = createEmitter<QuestionQueue>();
  /** Conversations whose questions are sent by themselves. */
  const flowing = new Set<string>();
  /** Conversations whose next question is on its way. */
  const sending = new Set<string>();
  let isClosed = false;

  const get = async (conversationId: string): Promise<QuestionQueue> => {
    const questions = await database.getQueue(conversationId);
    return { conversationId, questions, isPaused: questions.length > 0 && !flowing.has(conversationId) };
  };

  const announce = async (conversationId: string): Promise<QuestionQueue> => {
    const queue = await get(conversationId);
    changed.emit(queue);
    return queue;
  };

  /** Asks the first question that waits; false when there is none. */
  const sendFirst = async (conversationId: string): Promise<boolean> => {
    for (let attempt = 1; ; attempt += 1) {
      const [next] = await database.getQueue(conversationId);
      if (next === undefined) return false;
      try {
        await generations.start({ conversationId, text: next.text }, next.id);
        return true;
      } catch (error) {
        // It was changed or removed since it was read: what waits now is looked at again.
        if (!hasCode(error, 'not-found') || attempt === maxRereads) throw error;
      }
    }
  };

  /** Goes on where nothing is in the way. Fails, and pauses, when the question could not be asked; it waits on then. */
  const goOn = async (conversationId: string): Promise<void> => {
    const isInTheWay = live.of(conversationId).length > 0 || sending.has(conversationId);
    if (isClosed || isInTheWay || !flowing.has(conversationId)) return;
    sending.add(conversationId);
    try {
      if (!(await sendFirst(conversationId))) flowing.delete(conversationId);
    } catch (error) {
      // Another window was quicker: its answer ends, and then it goes on.
      if (hasCode(error, 'busy')) return;
      flowing.delete(conversationId);
      throw error;
    } finally {
      sending.delete(conversationId);
    }
  };

  const onEnded = async ({ conversationId, status }: { conversationId: string; status: string }): Promise<void> => {
    if (!flowing.has(conversationId)) return;
    if (status === 'complete') await goOn(conversationId);
    else flowing.delete(conversationId);
    await announce(conversationId);
  };

  const stopListening = live.onEvent((event: GenerationEvent) => {
    if (event.kind !== 'finished') return;
    // What waits stays where it is, and is shown as paused where it can be read at all.
    onEnded(event.message).catch(() => announce(event.conversationId).catch(() => undefined));
  });

  return {
    get,
    onChanged: changed.on,
    /** Adds a question at the end. Where no answer runs and nothing is paused, it is sent at once. */
    async add({ conversationId, text }: { conversationId: string; text: string }): Promise<QuestionQueue> {
      const { isPaused } = await get(conversationId);
      await database.addQueuedQuestion({ id: uuidv7(), conversationId, text, now: now() });
      if (!isPaused) flowing.add(conversationId);
      await goOn(conversationId);
      return announce(conversationId);
    },
    async change(input: { conversationId: string; questionId: string; text: string }): Promise<QuestionQueue> {
      const { conversationId, questionId, text } = input;
      await database.changeQueuedQuestion(conversationId, questionId, text);
      return announce(conversationId);
    },
    async move(input: { conversationId: string; questionId: string; toIndex: number }): Promise<QuestionQueue> {
      const { conversationId, questionId, toIndex } = input;
      await database.moveQueuedQuestion(conversationId, questionId, toIndex);
      return announce(conversationId);
    },
    async remove({
      conversationId,
      questionId,
    }: {
      conversationId: string;
      questionId: string;
    }): Promise<QuestionQueue> {
      await database.removeQueuedQuestion(conversationId, questionId);
      return announce(conversationId);
    },
    /** Goes on sending after a pause. */
    async resume(conversationId: string): Promise<QuestionQueue> {
      flowing.add(conversationId);
      await goOn(conversationId);
      return announce(conversationId);
    },
    /** Sends nothing any more: what waits is there at the next start. */
    dispose(): void {
      isClosed = true;
      stopListening();
    },
  };
}

export type Queue = ReturnType<typeof createQueue>;
