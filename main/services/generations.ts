import { v7 as uuidv7 } from 'uuid';
import type {
  ConversationSummary,
  GenerationFacts,
  Message,
  Transcript,
} from '../../preload/contract/conversations.ts';
import { AppError } from '../../preload/contract/errors.ts';
import type { DraftPreview, RetryInput, StartInput } from '../../preload/contract/generations.ts';
import type { DatabaseClient, HistoryMessage, NewAnswer, NewAnswerFacts } from '../database/protocol.ts';
import { createAnswerLine } from './answer-line.ts';
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

/** Answers that may be continued: everything that ended before the model was done. */
function isUnfinished(message: Message): boolean {
  return message.role === 'assistant' && (message.status !== 'complete' || message.generation?.stopReason === 'length');
}

/** The question that an answer belongs to; a question is its own. */
function questionOf({ id, role, parentId }: Message): string {
  if (role === 'prompter') return id;
  if (parentId === null) throw new AppError('not-found', 'The question of this answer is no longer there.');
  return parentId;
}

/**
 * Owns the answers under way: question and empty answer go to disk before the model is asked, text is saved while it
 * grows, one answer runs and the others wait, and each ends in exactly one final state.
 */
export function createGenerations(options: GenerationsOptions) {
  const { database, settings, models, conversations, live, now, drawSeed } = options;
  const line = createAnswerLine({ database, models, conversations, live, now });

  const refuseWhileAnswering = (conversationId: string): void => {
    if (live.of(conversationId).length > 0) {
      throw new AppError('busy', 'An answer in this conversation is still being written. Stop it or wait for its end.');
    }
  };

  /** Writes the endings that could not be written when they came; fails as long as the cause is there. */
  const saveUnsaved = async (): Promise<void> => {
    for (const { message, outcome } of live.allUnsaved()) {
      await database.finishAnswer(outcome).catch((error: unknown) => {
        // It was deleted, or it has another ending by now: there is nothing left to write.
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

  /** The facts of a retry: new ones, or those of the answer that is to be written once more. */
  const factsAgain = async (message: Message, { presetId, repeat }: RetryInput): Promise<() => NewAnswerFacts> => {
    if (repeat !== true) {
      const preset = presetFor(presetId, await database.getConversation(message.conversationId));
      return () => newFacts(preset, undefined);
    }
    const { generation } = message;
    if (generation === null) {
      throw new AppError('invalid-input', 'This answer cannot be repeated: how it came about could not be read.');
    }
    return () => newFacts(generation, generation.seed);
  };

  /**
   * Takes on answers as live from before they are on disk, so that nobody sees one that nobody writes; then they wait
   * for their turn. Answers with the conversation as it is now.
   */
  const writeAnswers = async (
    { conversationId, questionId }: { conversationId: string; questionId: string },
    answers: readonly (NewAnswer & { text: string; earlier: GenerationFacts | null })[],
    save: () => Promise<void>,
  ): Promise<Transcript> => {
    const jobs = answers.map(({ answerId, text, facts, earlier }) => {
      return { answer: live.add(answerId, conversationId, text), questionId, facts, earlier };
    });
    try {
      await save();
    } catch (error) {
      for (const { answer } of jobs) live.remove(answer);
      throw error;
    }
    jobs.forEach(line.add);
    await conversations.touch(conversationId);
    return conversations.open(conversationId);
  };

  /** Where a question goes: to the end of the branch that is shown, or beside the one that it replaces. */
  const parentOf = async (conversationId: string, insteadOf: string | undefined): Promise<string | null> => {
    if (insteadOf !== undefined) {
      const replaced = await database.getMessage(insteadOf);
      if (replaced.role === 'prompter' && replaced.conversationId === conversationId) return replaced.parentId;
      throw new AppError('invalid-input', 'Only a question of this conversation can be asked in other words.');
    }
    const leaf = await database.getCurrentLeaf(conversationId);
    if (leaf?.role === 'prompter') {
      throw new AppError(
        'invalid-input',
        'The last question has no answer yet. Have it answered, or ask it in other words.',
      );
    }
    return leaf?.id ?? null;
  };

  const historyOf = async (conversationId: string, windowTokens: number): Promise<HistoryMessage[]> => {
    const leaf = await database.getCurrentLeaf(conversationId);
    return leaf === null ? [] : database.getHistory(leaf.id, windowTokens);
  };

  return {
    /** @param queuedId the waiting question that this one was; it leaves the queue in the same step */
    async start(input: StartInput, queuedId?: string): Promise<Transcript> {
      await saveUnsaved();
      const { text, insteadOf } = input;
      const conversation = input.conversationId === null ? null : await database.getConversation(input.conversationId);
      const conversationId = conversation?.id ?? uuidv7();
      const parentId =
        conversation === null && insteadOf === undefined ? null : await parentOf(conversationId, insteadOf);
      refuseWhileAnswering(conversationId);
      const newConversation =
        conversation === null
          ? { title: titleFromQuestion(text), origin: input.origin ?? 'window', isTemporary: input.isTemporary }
          : null;
      const questionId = uuidv7();
      const answerId = uuidv7();
      const facts = newFacts(presetFor(input.presetId, conversation), input.seed);
      const turn = { conversationId, newConversation, questionId, parentId, text, answerId, facts };
      return writeAnswers(turn, [{ answerId, text: '', facts, earlier: null }], () =>
        database.startTurn({ ...turn, now: now(), queuedId }),
      );
    },

    async retry(input: RetryInput): Promise<Transcript> {
      const { messageId, repeat, count = 1 } = input;
      if (repeat === true && count > 1) {
        throw new AppError(
          'invalid-input',
          'An answer is repeated once at a time: the same seed gives the same answer.',
        );
      }
      await saveUnsaved();
      const message = await database.getMessage(messageId);
      const questionId = questionOf(message);
      const { conversationId } = message;
      const factsOf = await factsAgain(message, input);
      refuseWhileAnswering(conversationId);
      const answers = Array.from({ length: count }, () => {
        return { answerId: uuidv7(), text: '', facts: factsOf(), earlier: null };
      });
      return writeAnswers({ conversationId, questionId }, answers, () =>
        database.startReplies({ conversationId, parentId: questionId, answers, now: now() }),
      );
    },

    async continue({ messageId }: { messageId: string }): Promise<Transcript> {
      await saveUnsaved();
      const message = await database.getMessage(messageId);
      const { conversationId, generation, text } = message;
      if (!isUnfinished(message) || generation === null) {
        throw new AppError('invalid-input', 'This answer is complete; there is nothing to continue.');
      }
      refuseWhileAnswering(conversationId);
      const answer = { answerId: messageId, text, facts: generation, earlier: generation };
      return writeAnswers({ conversationId, questionId: questionOf(message) }, [answer], async () => {
        await database.resumeAnswer(messageId);
        await database.selectBranch(conversationId, messageId);
      });
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
      const { contextTokens } = models.status();
      if (engine === null || contextTokens === null || line.isBusy()) return null;
      const history = conversationId === null ? [] : await historyOf(conversationId, contextTokens);
      const turns = turnsOf(history, contextTokens);
      const { firstVisibleTurnId, ...measure } = await engine.measure({ turns, draft: text });
      if (measure.fits && conversationId !== null && !line.isBusy()) {
        const { isTemporary } = await database.getConversation(conversationId);
        engine.prepare({ conversationId, isTemporary, turns, draft: text });
      }
      return { ...measure, firstVisibleMessageId: firstVisibleTurnId };
    },

    /** Stops a queued or running answer; unknown and ended ones are left as they are. */
    async stop({ messageId }: { messageId: string }): Promise<null> {
      await line.stop(messageId);
      return null;
    },

    /** Stops every answer of a conversation, also one that is just being started; resolves when they have ended. */
    stopAllOf: (conversationId: string): Promise<void> =>
      line.stopAll(() => live.of(conversationId).map(({ messageId }) => messageId)),

    /** Stops the answers at a message and below it; resolves when they have ended. */
    async stopAllBelow(messageId: string): Promise<void> {
      const unfinished = await database.listUnfinishedBelow(messageId);
      await line.stopAll(() => unfinished.filter((id) => live.get(id) !== undefined));
    },

    /** Whether any answer is queued or running. */
    isBusy: line.isBusy,

    /** Stops everything and resolves when all of it is on disk. */
    async dispose(): Promise<void> {
      await line.dispose();
      await saveUnsaved().catch(() => undefined); // What could be saved of it while it grew is on disk.
    },
  };
}

export type Generations = ReturnType<typeof createGenerations>;
