import type { GenerationEvent } from '../../preload/contract/generations.ts';
import type { Message } from '../../preload/contract/conversations.ts';
import type { AnswerOutcome } from '../database/protocol.ts';
import { createEmitter } from './emitter.ts';

/** An answer that is queued or being written: the newest truth about its text, ahead of the database. */
export interface LiveAnswer {
  readonly messageId: string;
  readonly conversationId: string;
  text: string;
  /** Number of the last event that was told. */
  seq: number;
}

/** How an answer ended when that could not be written, on a full disk for instance: kept until it can be. */
export interface UnsavedEnding {
  message: Message;
  outcome: AnswerOutcome;
}

type EventBody = GenerationEvent extends infer E
  ? E extends GenerationEvent
    ? Omit<E, 'messageId' | 'conversationId' | 'seq'>
    : never
  : never;

/** All answers under way, and the numbered events that tell of them. */
export function createLiveAnswers() {
  const byMessage = new Map<string, LiveAnswer>();
  const unsaved = new Map<string, UnsavedEnding>();
  const advanced = createEmitter<GenerationEvent>();

  return {
    onEvent: advanced.on,
    add(messageId: string, conversationId: string, text: string): LiveAnswer {
      const answer = { messageId, conversationId, text, seq: 0 };
      byMessage.set(messageId, answer);
      return answer;
    },
    get: (messageId: string): LiveAnswer | undefined => byMessage.get(messageId),
    of: (conversationId: string): LiveAnswer[] =>
      [...byMessage.values()].filter((answer) => answer.conversationId === conversationId),
    tell(answer: LiveAnswer, body: EventBody): void {
      answer.seq += 1;
      const { messageId, conversationId, seq } = answer;
      advanced.emit({ ...body, messageId, conversationId, seq });
    },
    /** Forgets an answer that never came to be. */
    remove(answer: LiveAnswer): void {
      byMessage.delete(answer.messageId);
    },
    keepUnsaved(ending: UnsavedEnding): void {
      unsaved.set(ending.message.id, ending);
    },
    unsaved: (messageId: string): UnsavedEnding | undefined => unsaved.get(messageId),
    allUnsaved: (): UnsavedEnding[] => [...unsaved.values()],
    forgetUnsaved(messageId: string): void {
      unsaved.delete(messageId);
    },
    /** Tells the end and forgets the answer, in one step, so that nobody sees it neither running nor ended. */
    finish(answer: LiveAnswer, message: Message): void {
      byMessage.delete(answer.messageId);
      this.tell(answer, { kind: 'finished', message });
    },
  };
}

export type LiveAnswers = ReturnType<typeof createLiveAnswers>;
