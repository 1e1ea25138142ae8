import { setTimeout as wait } from 'node:timers/promises';
import { runAnswer, type AnswerJob, type AnswerRunServices } from './answer-run.ts';
import type { Conversations } from './conversations.ts';

/** Time between two looks at whether stopped answers have ended. */
const endingCheckMs = 5;

interface Queued {
  job: AnswerJob;
  stop: AbortController;
}

export interface AnswerLineOptions extends AnswerRunServices {
  conversations: Pick<Conversations, 'touch'>;
}

/** The answers under way: one is written, the others wait for it in the order they came. */
export function createAnswerLine({ conversations, ...services }: AnswerLineOptions) {
  const { live } = services;
  const waiting: Queued[] = [];
  let running: Queued | null = null;
  let idle: Promise<void> = Promise.resolve();

  const announcePlaces = (): void => {
    waiting.forEach(({ job }, index) => {
      live.tell(job.answer, { kind: 'queued', ahead: index + (running === null ? 0 : 1) });
    });
  };

  const runNext = async (): Promise<void> => {
    while (running === null) {
      const next = waiting.shift();
      if (next === undefined) return;
      running = next;
      announcePlaces();
      const message = await runAnswer(next.job, next.stop.signal, services);
      running = null;
      live.finish(next.job.answer, message);
      await conversations.touch(message.conversationId).catch(() => undefined);
    }
  };

  const stop = async (messageId: string): Promise<void> => {
    if (running?.job.answer.messageId === messageId) running.stop.abort();
    const index = waiting.findIndex(({ job }) => job.answer.messageId === messageId);
    const [queued] = index === -1 ? [] : waiting.splice(index, 1);
    if (queued === undefined) return;
    queued.stop.abort();
    const message = await runAnswer(queued.job, queued.stop.signal, services);
    live.finish(queued.job.answer, message);
    announcePlaces();
  };

  return {
    add(job: AnswerJob): void {
      waiting.push({ job, stop: new AbortController() });
      if (running !== null) announcePlaces();
      idle = Promise.all([idle, runNext()]).then(() => undefined);
    },
    /** Stops an answer; one that is not in the line is left as it is. */
    stop,
    /** Stops answers until `find` finds no more of them; resolves when they have ended. */
    async stopAll(find: () => readonly string[]): Promise<void> {
      for (let found = find(); found.length > 0; found = find()) {
        await Promise.all(found.map(stop));
        await wait(endingCheckMs);
      }
    },
    isBusy: (): boolean => running !== null || waiting.length > 0,
    /** Stops everything and resolves when all of it has ended. */
    async dispose(): Promise<void> {
      for (const { job } of [...waiting]) await stop(job.answer.messageId);
      running?.stop.abort();
      await idle;
    },
  };
}
