import type { StopReason } from '../../../preload/contract/conversations.ts';
import type { EngineEvent, GenerateRequest, GenerationUsage } from '../protocol.ts';
import type { ContextKeeper } from './context-keeper.ts';
import type { EngineModel } from './model.ts';
import type { Token } from './prompt.ts';
import { readPrompt } from './prompt-reading.ts';
import type { Replies } from './replies.ts';
import { createReplyText } from './reply-text.ts';
import { chooseToken, createRandom } from './sampling.ts';
import { createTextBatcher } from './text-batcher.ts';
import { fitPrompt } from './window.ts';

/** A loaded model and what is remembered of its work. */
export interface Loaded {
  model: EngineModel;
  replies: Replies;
  keeper: ContextKeeper;
  /** Learns how fast prompts are read. */
  onPace: (msPerToken: number) => void;
}

/** One answer under way. */
export interface Answer {
  readonly id: number;
  /** Ends the answer for whoever asked, at once; llama.cpp may still finish its step. */
  stop(): void;
  /** Writes it; resolves when llama.cpp is free again. */
  run(): Promise<void>;
}

/**
 * Prepares one answer. Everything about it is told by events; exactly one `generated` ends it unless `run` rejects.
 *
 * @throws AppError `prompt-too-long`, MarkerInTextError
 */
export function createAnswer(loaded: Loaded, request: GenerateRequest, send: (event: EngineEvent) => void): Answer {
  const { id, parameters } = request;
  const { model, replies, keeper } = loaded;
  const { vocabulary, facts } = model;
  const { frame } = vocabulary;
  const prompt = fitPrompt({ vocabulary, replies, contextTokens: facts.contextTokens }, request);
  const maxReplyTokens = Math.min(parameters.maxNewTokens, facts.contextTokens - prompt.tokens.length - 1);

  const replyText = createReplyText((tokens) => vocabulary.detokenize(tokens));
  const batcher = createTextBatcher((text) => {
    send({ kind: 'text', id, text });
  });
  const reply: Token[] = [];
  const startedMs = performance.now();
  let text = request.answerSoFar;
  let reusedTokens = 0;
  let firstTokenMs: number | null = null;
  let stopped = false;
  const isStopped = (): boolean => stopped;
  /** The space that belongs to the format, not to the answer, is still to come. */
  let awaitsSpace = frame.answer.space !== '' && request.answerSoFar === '';

  const add = (piece: string): void => {
    const own = awaitsSpace && piece.startsWith(' ') ? piece.slice(1) : piece;
    if (piece !== '') awaitsSpace = false;
    text += own;
    batcher.push(own);
  };

  const finish = (stopReason: StopReason): void => {
    batcher.flush();
    // A character cut in half is not part of the answer, so its tokens are not either.
    const { heldTokens } = replyText;
    if (heldTokens !== null) {
      const whole = reply.slice(0, reply.length - heldTokens);
      replies.remember(request.conversationId, request.answerId, text, [...prompt.answerSoFar, ...whole]);
    }
    const endedMs = performance.now();
    const usage: GenerationUsage = {
      promptTokens: prompt.tokens.length,
      reusedTokens,
      replyTokens: reply.length,
      promptMs: (firstTokenMs ?? endedMs) - startedMs,
      replyMs: firstTokenMs === null ? 0 : endedMs - firstTokenMs,
      firstVisibleTurnId: prompt.firstVisibleTurnId,
    };
    send({ kind: 'generated', id, stopReason, usage });
  };

  /** Takes one token of the reply; returns why the reply ends with it, if it does. */
  const take = (token: Token): StopReason | null => {
    const end = frame.ends.get(token);
    if (end !== undefined) return end;
    reply.push(token);
    add(replyText.push(token));
    return reply.length >= maxReplyTokens ? 'length' : null;
  };

  return {
    id,
    stop() {
      if (stopped) return;
      stopped = true;
      finish('stopped');
    },
    async run() {
      const { sequence, reused } = await keeper.take(request.conversationId, prompt.tokens, request.isTemporary);
      reusedTokens = reused;
      const read = await readPrompt(sequence, prompt.tokens, reused, {
        isStopped,
        onPace: loaded.onPace,
        onProgress: (done) => {
          if (!stopped) send({ kind: 'reading', id, done, total: prompt.tokens.length, reused });
        },
      });
      if (!read) return;

      const random = createRandom(request.seed);
      const penalised = new Set(prompt.tokens);
      const places = sequence.continueFrom(prompt.tokens.slice(-1), parameters, () => [...penalised]);
      let reason: StopReason | null = null;
      let step = await places.next();
      while (step.done !== true && !isStopped()) {
        const token = chooseToken(step.value, parameters, random);
        firstTokenMs ??= performance.now();
        reason = take(token);
        if (reason !== null) break;
        penalised.add(token);
        step = await places.next(token);
      }
      await places.return();
      if (isStopped()) return;
      if (reason !== 'length') add(replyText.end());
      finish(reason ?? 'length');
    },
  };
}
