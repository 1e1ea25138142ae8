import { z } from 'zod';
import { idSchema } from './conversations.ts';
import type { Envelope } from './errors.ts';
import { questionSchema } from './generations.ts';

/** Most questions that can wait in one conversation. */
export const maxQueuedQuestions = 100;

/** A question that waits until the answer before it is done. */
export interface QueuedQuestion {
  id: string;
  text: string;
  createdAt: number;
}

/** The questions that wait in a conversation, next one first. */
export interface QuestionQueue {
  conversationId: string;
  questions: QueuedQuestion[];
  /** True after a stop, a failure or a restart: nothing is sent until the owner says so. */
  isPaused: boolean;
}

export const queueInputs = {
  'queue:get': z.strictObject({ conversationId: idSchema }),
  'queue:add': z.strictObject({ conversationId: idSchema, text: questionSchema }),
  'queue:change': z.strictObject({ conversationId: idSchema, questionId: idSchema, text: questionSchema }),
  'queue:move': z.strictObject({ conversationId: idSchema, questionId: idSchema, toIndex: z.int().min(0) }),
  'queue:remove': z.strictObject({ conversationId: idSchema, questionId: idSchema }),
  'queue:resume': z.strictObject({ conversationId: idSchema }),
};

/** Questions asked while an answer runs. They are on disk from the moment they are added. */
export interface QueueApi {
  get(input: { conversationId: string }): Promise<Envelope<QuestionQueue>>;
  /** Adds a question at the end. Where no answer runs and nothing is paused, it is sent at once. */
  add(input: { conversationId: string; text: string }): Promise<Envelope<QuestionQueue>>;
  change(input: { conversationId: string; questionId: string; text: string }): Promise<Envelope<QuestionQueue>>;
  /** Moves a question to another place, counted from 0 among those that wait. */
  move(input: { conversationId: string; questionId: string; toIndex: number }): Promise<Envelope<QuestionQueue>>;
  remove(input: { conversationId: string; questionId: string }): Promise<Envelope<QuestionQueue>>;
  /** Goes on sending. */
  resume(input: { conversationId: string }): Promise<Envelope<QuestionQueue>>;
  onChanged(listener: (queue: QuestionQueue) => void): () => void;
}
