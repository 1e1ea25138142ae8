import type { GenerationFacts, Message, MessageStatus, StopReason } from '../../preload/contract/conversations.ts';
import { toErrorReport, type ErrorReport } from '../../preload/contract/errors.ts';
import type { DatabaseClient, NewAnswerFacts } from '../database/protocol.ts';
import type { EngineGeneration, GenerationEnd } from '../engine/client.ts';
import { createAnswerSaver } from './answer-saver.ts';
import type { LiveAnswer, LiveAnswers } from './live-answers.ts';
import type { Models, ReadyModel } from './models.ts';
import { turnsOf } from './turns.ts';

/** One answer to be written. */
export interface AnswerJob {
  answer: LiveAnswer;
  /** The prompter message it answers. */
  questionId: string;
  facts: NewAnswerFacts;
  /** What is known of the answer's first part when it is continued. */
  earlier: GenerationFacts | null;
}

export interface AnswerRunServices {
  database: DatabaseClient;
  models: Models;
  live: LiveAnswers;
  now: () => number;
}

/** A stopped answer ends after this time even when the engine does not say so: it may be hanging. */
const stopLimitMs = 60;

type Ending =
  | { status: 'complete' | 'stopped'; end: GenerationEnd; model: ReadyModel }
  | { status: 'stopped'; end: null; model: ReadyModel | null }
  | { status: 'failed'; error: ErrorReport };

/** Resolves once the signal fires and `limitMs` have passed since. */
function stopped(signal: AbortSignal, limitMs: number): Promise<'stopped'> {
  return new Promise((resolve) => {
    const settle = (): void => {
      setTimeout(() => {
        resolve('stopped');
      }, limitMs);
    };
    if (signal.aborted) settle();
    else signal.addEventListener('abort', settle, { once: true });
  });
}

async function write(job: AnswerJob, signal: AbortSignal, services: AnswerRunServices): Promise<Ending> {
  // A function, because the signal changes while this one waits.
  const isStopped = (): boolean => signal.aborted;
  if (isStopped()) return { status: 'stopped', end: null, model: null };
  const { answer, facts } = job;
  const { database, models, live } = services;
  const stopListening = models.onChanged(({ loadFraction }) => {
    if (loadFraction !== null) live.tell(answer, { kind: 'loading', fraction: loadFraction });
  });
  let model: ReadyModel | 'stopped';
  try {
    model = await Promise.race([models.ensureLoaded(), stopped(signal, 0)]);
  } finally {
    stopListening();
  }
  if (model === 'stopped' || isStopped()) return { status: 'stopped', end: null, model: null };

  const history = await database.getHistory(job.questionId, model.contextTokens);
  const turns = turnsOf(history, model.contextTokens);
  const { isTemporary } = await database.getConversation(answer.conversationId);
  const saver = createAnswerSaver((text) => database.saveAnswerText(answer.messageId, text));
  let ended = false;
  const generation: EngineGeneration = model.engine.generate(
    {
      conversationId: answer.conversationId,
      isTemporary,
      turns,
      answerId: answer.messageId,
      answerSoFar: answer.text,
      parameters: facts.parameters,
      seed: facts.seed,
    },
    {
      onReading: (progress) => {
        if (!ended) live.tell(answer, { kind: 'reading', ...progress });
      },
      onText: (text) => {
        if (ended) return;
        answer.text += text;
        saver.update(answer.text);
        live.tell(answer, { kind: 'text', text });
      },
    },
  );
  signal.addEventListener('abort', generation.cancel, { once: true });
  if (isStopped()) generation.cancel();
  generation.end.catch(() => undefined); // Settled late, after a stop that did not wait for it.
  try {
    const end = await Promise.race([generation.end, stopped(signal, stopLimitMs)]);
    if (end === 'stopped') return { status: 'stopped', end: null, model };
    return { status: end.stopReason === 'stopped' ? 'stopped' : 'complete', end, model };
  } finally {
    ended = true;
    signal.removeEventListener('abort', generation.cancel);
    await saver.end();
  }
}

function sum(left: number | null | undefined, right: number): number {
  return (left ?? 0) + right;
}

/** Facts to store at the end; counts and times of a continued answer cover all its parts. */
function factsOf(ending: Ending, earlier: GenerationFacts | null): Partial<GenerationFacts> {
  if (ending.status === 'failed') return { stopReason: 'failed' };
  const stopReason: StopReason = ending.end?.stopReason ?? 'stopped';
  const model = ending.model === null ? {} : { modelName: ending.model.name, modelSha256: ending.model.sha256 };
  const usage = ending.end?.usage ?? null;
  if (usage === null) return { ...model, stopReason };
  return {
    ...model,
    stopReason,
    promptTokens: usage.promptTokens,
    reusedTokens: usage.reusedTokens,
    promptMs: Math.round(usage.promptMs),
    replyTokens: sum(earlier?.replyTokens, usage.replyTokens),
    replyMs: sum(earlier?.replyMs, Math.round(usage.replyMs)),
    firstVisibleMessageId: usage.firstVisibleTurnId,
    ...(ending.model === null ? {} : { windowTokens: ending.model.contextTokens }),
  };
}

/**
 * Writes one answer to its end and stores how it ended. Never rejects: a failure is a final state of the message, with
 * the text that was there. When even that cannot be stored, the message that is returned says so and holds the text.
 *
 * @param signal stops the answer; one that is already aborted stores it as stopped without asking the model
 */
export async function runAnswer(job: AnswerJob, signal: AbortSignal, services: AnswerRunServices): Promise<Message> {
  const { answer, earlier } = job;
  const release = services.models.hold();
  const ending = await write(job, signal, services)
    .catch((error: unknown): Ending => ({ status: 'failed', error: toErrorReport(error) }))
    .finally(release);
  const status: Exclude<MessageStatus, 'generating'> = ending.status;
  const errorCode = ending.status === 'failed' ? ending.error.code : null;
  const facts = factsOf(ending, earlier);
  const outcome = { messageId: answer.messageId, text: answer.text, status, errorCode, facts, now: services.now() };
  try {
    return await services.database.finishAnswer(outcome);
  } catch (error) {
    const stored = await services.database.getMessage(answer.messageId).catch(() => null);
    const message: Message = {
      id: answer.messageId,
      conversationId: answer.conversationId,
      parentId: job.questionId,
      role: 'assistant',
      createdAt: stored?.createdAt ?? services.now(),
      rating: stored?.rating ?? null,
      siblingIds: stored?.siblingIds ?? [answer.messageId],
      generation: stored?.generation ?? null,
      text: answer.text,
      status: 'failed',
      errorCode: toErrorReport(error).code,
    };
    services.live.keepUnsaved({ message, outcome });
    return message;
  }
}
