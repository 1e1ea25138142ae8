import { setTimeout as wait } from 'node:timers/promises';
import { v7 as uuidv7 } from 'uuid';
import type { ConversationSummary, Message, Transcript } from '../../preload/contract/conversations.ts';
import { AppError } from '../../preload/contract/errors.ts';
import type { DraftPreview, RetryInput, StartInput } from '../../preload/contract/generations.ts';
import type { DatabaseClient, NewAnswerFacts } from '../database/protocol.ts';
import { runAnswer, type AnswerJob } from './answer-run.ts';
import type { Conversations } from './conversations.ts';
import type { LiveAnswers } from './live-answers.ts';
import type { Models } from './models.ts';
import { resolvePreset, type ResolvedPreset } from './presets.ts';
import type { SettingsService } from './settings.ts';
import { titleFromQuestion } from './titles.ts';
import { turnsOf } from './turns.ts';

export interface GenerationsOptions {
  database: DatabaseClient;
  settings: SettingsService;
  models: Models;
  conversations: Conversations;
  live: LiveAnswers;
  now: () => number;
  /** A fresh 32-bit seed for an answer that names none. */
  drawSeed: () => number;
}

/** Time between two looks at whether stopped answers have ended. */
const endingCheckMs = 5;

interface Queued {
  job: AnswerJob;
  stop: AbortController;
}

/** Answers that may be continued: everything that ended before the model was done. */
function isUnfinished(message: Message): boolean {
  return message.role === 'assistant' && (message.status !== 'complete' || message.generation?.stopReason === 'length');
}

/**
 * Owns the answers under way: question and empty answer go to disk before the model is asked, text is saved while it
 * grows, one answer runs and the others wait, and each ends in exactly one final state.
 */
export function createGenerations(options: GenerationsOptions) {
  const { database, settings, models, conversations, live, now, drawSeed } = options;
  const waiting: Queued[] = [];
  let running: Queued | null = null;
  let idle: Promise<void> = Promise.resolve();

  const announceQueue = (): void => {
    waiting.forEach(({ job }, index) => {
      live.tell(job.answer, { kind: 'queued', ahead: index + (running === null ? 0 : 1) });
    });
  };

  const runNext = async (): Promise<void> => {
    while (running === null) {
      const next = waiting.shift();
      if (next === undefined) return;
      running = next;
      announceQueue();
      const message = await runAnswer(next.job, next.stop.signal, { database, models, live, now });
      running = null;
      live.finish(next.job.answer, message);
      await conversations.touch(message.conversationId).catch(() => undefined);
    }
  };

  const enqueue = (job: AnswerJob): void => {
    waiting.push({ job, stop: new AbortController() });
    if (running !== null) announceQueue();
    idle = Promise.all([idle, runNext()]).then(() => undefined);
  };

  const refuseWhileAnswering = (conversationId: string): void => {
    if (live.of(conversationId).length > 0) {
      throw new AppError('busy', 'An answer in this conversation is still being written. Stop it or wait for its end.');
    }
  };

  /** Writes the endings that could not be written when they came; fails as long as the cause is there. */
  const saveUnsaved = async (): Promise<void> => {
    for (const { message, outcome } of live.allUnsaved()) {
      await database.finishAnswer(outcome).catch((error: unknown) => {
        // Its conversation was deleted, or the answer has another ending by now: there is nothing left to write.
        if (!(error instanceof AppError) || !['not-found', 'invalid-input'].includes(error.code)) throw error;
      });
      live.forgetUnsaved(message.id);
    }
  };

  const newFacts = ({ presetId, parameters }: ResolvedPreset, seed: number | undefined): NewAnswerFacts => ({
    modelName: models.status().name,
    modelSha256: null,
    presetId,
    parameters,
    seed: seed ?? drawSeed(),
  });

  /** The preset of the call, else that of the conversation, else that of the settings; one that is gone counts as none. */
  const presetFor = (wanted: string | undefined, conversation: ConversationSummary | null): ResolvedPreset =>
    resolvePreset(settings.get(), [wanted, conversation?.presetId, settings.get().presetId]);

  const shown = async (conversationId: string): Promise<Transcript> => {
    await conversations.touch(conversationId);
    return conversations.open(conversationId);
  };

  return {
    async start(input: StartInput): Promise<Transcript> {
      await saveUnsaved();
      const [conversation, branch] =
        input.conversationId === null
          ? [null, []]
          : await Promise.all([
              database.getConversation(input.conversationId),
              database.getBranch(input.conversationId),
            ]);
      const conversationId = conversation?.id ?? uuidv7();
      refuseWhileAnswering(conversationId);
      const questionId = uuidv7();
      const answerId = uuidv7();
      const facts = newFacts(presetFor(input.presetId, conversation), input.seed);
      const answer = live.add(answerId, conversationId, '');
      try {
        await database.startTurn({
          conversationId,
          newConversation:
            conversation === null ? { title: titleFromQuestion(input.text), origin: input.origin ?? 'window' } : null,
          questionId,
          parentId: branch.at(-1)?.id ?? null,
          text: input.text,
          answerId,
          facts,
          now: now(),
        });
      } catch (error) {
        live.remove(answer);
        throw error;
      }
      enqueue({ answer, questionId, facts, earlier: null });
      return shown(conversationId);
    },

    async retry({ messageId, presetId, repeat }: RetryInput): Promise<Transcript> {
      await saveUnsaved();
      const message = await database.getMessage(messageId);
      const { conversationId, parentId } = message;
      if (message.role !== 'assistant' || parentId === null) {
        throw new AppError('invalid-input', 'Only an answer can be tried again.');
      }
      const repeated = repeat === true ? message.generation : null;
      if (repeat === true && repeated === null) {
        throw new AppError('invalid-input', 'This answer cannot be repeated: how it came about could not be read.');
      }
      const conversation = await database.getConversation(conversationId);
      refuseWhileAnswering(conversationId);
      const answerId = uuidv7();
      const facts =
        repeated === null ? newFacts(presetFor(presetId, conversation), undefined) : newFacts(repeated, repeated.seed);
      const answer = live.add(answerId, conversationId, '');
      try {
        await database.startReply({ conversationId, parentId, answerId, facts, now: now() });
      } catch (error) {
        live.remove(answer);
        throw error;
      }
      enqueue({ answer, questionId: parentId, facts, earlier: null });
      return shown(conversationId);
    },

    async continue({ messageId }: { messageId: string }): Promise<Transcript> {
      await saveUnsaved();
      const message = await database.getMessage(messageId);
      const { conversationId, parentId, generation } = message;
      if (!isUnfinished(message) || parentId === null || generation === null) {
        throw new AppError('invalid-input', 'This answer is complete; there is nothing to continue.');
      }
      refuseWhileAnswering(conversationId);
      const answer = live.add(messageId, conversationId, message.text);
      try {
        await database.resumeAnswer(messageId);
        await database.selectBranch(conversationId, messageId);
      } catch (error) {
        live.remove(answer);
        throw error;
      }
      enqueue({ answer, questionId: parentId, facts: generation, earlier: generation });
      return shown(conversationId);
    },

    /**
     * What a draft would mean for the window, by the engine's own count; lets the engine read ahead. Null while no model
     * is loaded or an answer runs.
     */
    async preview({
      conversationId,
      text,
    }: {
      conversationId: string | null;
      text: string;
    }): Promise<DraftPreview | null> {
      const engine = models.loadedEngine();
      if (engine === null || this.isBusy()) return null;
      const turns =
        conversationId === null ? [] : turnsOf(await database.getBranch(conversationId), models.status().contextTokens);
      const { firstVisibleTurnId, ...measure } = await engine.measure({ turns, draft: text });
      if (measure.fits && conversationId !== null && !this.isBusy()) {
        engine.prepare({ conversationId, turns, draft: text });
      }
      return { ...measure, firstVisibleMessageId: firstVisibleTurnId };
    },

    /** Stops a queued or running answer; unknown and ended ones are left as they are. */
    async stop({ messageId }: { messageId: string }): Promise<null> {
      if (running?.job.answer.messageId === messageId) running.stop.abort();
      const index = waiting.findIndex(({ job }) => job.answer.messageId === messageId);
      const [queued] = index === -1 ? [] : waiting.splice(index, 1);
      if (queued !== undefined) {
        queued.stop.abort();
        const message = await runAnswer(queued.job, queued.stop.signal, { database, models, live, now });
        live.finish(queued.job.answer, message);
        announceQueue();
      }
      return null;
    },

    /** Stops every answer of a conversation, also one that is just being started; resolves when they have ended. */
    async stopAllOf(conversationId: string): Promise<void> {
      for (let answers = live.of(conversationId); answers.length > 0; answers = live.of(conversationId)) {
        await Promise.all(answers.map(({ messageId }) => this.stop({ messageId })));
        await wait(endingCheckMs);
      }
    },

    /** Whether any answer is queued or running. */
    isBusy: (): boolean => running !== null || waiting.length > 0,

    /** Stops everything and resolves when all of it is on disk. */
    async dispose(): Promise<void> {
      for (const { job } of [...waiting]) await this.stop({ messageId: job.answer.messageId });
      running?.stop.abort();
      await idle;
      await saveUnsaved().catch(() => undefined); // What could be saved of it while it grew is on disk.
    },
  };
}
