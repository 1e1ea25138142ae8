import { AppError, toErrorReport } from '../../../preload/contract/errors.ts';
import type { StopReason } from '../../../preload/contract/conversations.ts';
import type { EngineEvent, EngineRequest, GenerateRequest, GenerationUsage, LoadRequest } from '../protocol.ts';
import { fitWindow } from './context-window.ts';
import type { EngineModel, LoadModel } from './model.ts';
import { buildPrompt, MarkerInTextError, tokenizeText, type Token } from './prompt.ts';
import { readPrompt } from './prompt-reading.ts';
import { createReplies, type Replies } from './replies.ts';
import { createReplyText } from './reply-text.ts';
import { chooseToken, createRandom } from './sampling.ts';
import { createContextKeeper, type ContextKeeper } from './context-keeper.ts';
import { createStateCache, stateFingerprint } from './state-cache.ts';
import { createTextBatcher } from './text-batcher.ts';

interface Loaded {
  model: EngineModel;
  replies: Replies;
  keeper: ContextKeeper;
}

interface Running {
  id: number;
  stopped: boolean;
  /** Ends the answer for whoever asked, while llama.cpp may still finish its step. */
  stop(): void;
}

/** The prompt of a request, cut to the window. */
interface FittedPrompt {
  tokens: Token[];
  firstVisibleTurnId: string;
  answerSoFar: Token[];
}

function fitPrompt({ model, replies }: Loaded, request: GenerateRequest): FittedPrompt {
  const { vocabulary, facts } = model;
  const answerSoFar =
    replies.find({ id: request.answerId, text: request.answerSoFar }) ?? tokenizeText(vocabulary, request.answerSoFar);
  const prompt = buildPrompt(vocabulary, request.turns, answerSoFar, (turn) => replies.find(turn));
  const sizes = request.turns.map(({ role }, index) => ({ role, tokens: prompt.turns[index]?.length ?? 0 }));
  const fit = fitWindow(sizes, prompt.opening.length, facts.contextTokens);
  const firstVisible = fit.fits ? request.turns[fit.firstVisible] : undefined;
  if (!fit.fits || firstVisible === undefined) {
    const { usedTokens, limitTokens } = fit.fits ? { usedTokens: 0, limitTokens: 0 } : fit;
    throw new AppError(
      'prompt-too-long',
      `This is ${usedTokens} tokens long; the model can read at most ${limitTokens} at once. Shorten it and ask again.`,
      { usedTokens, limitTokens },
    );
  }
  return {
    tokens: [...prompt.turns.slice(fit.firstVisible).flat(), ...prompt.opening],
    firstVisibleTurnId: firstVisible.id,
    answerSoFar,
  };
}

/**
 * The engine behind the protocol: answers requests by events, one generation after the other.
 *
 * @param send delivers an event to main
 * @param loadModel opens a model file; the real one is `loadLlamaModel`
 */
export function createEngine(send: (event: EngineEvent) => void, loadModel: LoadModel) {
  let loaded: Promise<Loaded> | null = null;
  let running: Running | null = null;
  /** Cancelled before their turn came. */
  const cancelledIds = new Set<number>();
  let newestId = 0;
  let queue: Promise<void> = Promise.resolve();

  const load = async (request: LoadRequest): Promise<Loaded> => {
    const model = await loadModel({
      modelPath: request.modelPath,
      contextTokens: request.contextTokens,
      onProgress: (fraction) => {
        send({ kind: 'load-progress', id: request.id, fraction });
      },
    });
    const { modelSha256, stateCache } = request;
    const cache =
      modelSha256 === null || stateCache === null
        ? null
        : createStateCache(stateCache.folder, stateCache.limitBytes, stateFingerprint(modelSha256, model.stateFormat));
    const replies = createReplies();
    return { model, replies, keeper: createContextKeeper(model, replies, cache) };
  };

  const generate = async (request: GenerateRequest): Promise<void> => {
    const { id, parameters } = request;
    if (loaded === null) throw new AppError('engine-failed', 'No model is loaded.');
    const current = await loaded;
    const { model, replies, keeper } = current;
    await keeper.recall(request.conversationId);
    const prompt = fitPrompt(current, request);
    const maxReplyTokens = Math.min(parameters.maxNewTokens, model.facts.contextTokens - prompt.tokens.length - 1);

    const replyText = createReplyText((tokens) => model.vocabulary.detokenize(tokens));
    const batcher = createTextBatcher((text) => {
      send({ kind: 'text', id, text });
    });
    const reply: Token[] = [];
    let text = request.answerSoFar;
    let reusedTokens = 0;
    const startedMs = performance.now();
    let firstTokenMs: number | null = null;

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

    const run: Running = {
      id,
      stopped: false,
      stop() {
        if (run.stopped) return;
        run.stopped = true;
        finish('stopped');
      },
    };
    running = run;
    const add = (piece: string): void => {
      text += piece;
      batcher.push(piece);
    };

    try {
      reusedTokens = await keeper.take(request.conversationId, prompt.tokens);
      const read = await readPrompt(model, prompt.tokens, reusedTokens, {
        isStopped: () => run.stopped,
        onProgress: (done) => {
          send({ kind: 'reading', id, done, total: prompt.tokens.length, reused: reusedTokens });
        },
      });
      if (!read) return;

      const random = createRandom(request.seed);
      const penalised = new Set(prompt.tokens);
      const places = model.continueFrom(prompt.tokens.slice(-1), parameters, () => [...penalised]);
      let stopReason: StopReason = 'length';
      let step = await places.next();
      while (step.done !== true && !run.stopped) {
        const token = chooseToken(step.value, parameters, random);
        firstTokenMs ??= performance.now();
        if (model.vocabulary.markers.all.has(token)) {
          stopReason = token === model.vocabulary.markers.endOfText ? 'end-of-text' : 'marker';
          break;
        }
        reply.push(token);
        penalised.add(token);
        add(replyText.push(token));
        if (reply.length >= maxReplyTokens) break;
        step = await places.next(token);
      }
      await places.return();
      if (run.stopped) return;
      if (stopReason !== 'length') add(replyText.end());
      finish(stopReason);
    } finally {
      running = null;
    }
  };

  const fail = (id: number, thrown: unknown): void => {
    const error =
      thrown instanceof MarkerInTextError
        ? new AppError(
            'model-unsupported',
            'This model file would let typed text act as turn marks. Choose another file.',
          )
        : thrown;
    const report = toErrorReport(error);
    send({ kind: 'failed', id, error: report.code === 'internal' ? { ...report, code: 'engine-failed' } : report });
  };

  const enqueue = (id: number, work: () => Promise<void>): void => {
    queue = queue.then(async () => {
      newestId = Math.max(newestId, id);
      if (cancelledIds.delete(id)) {
        send({ kind: 'generated', id, stopReason: 'stopped', usage: null });
        return;
      }
      try {
        await work();
      } catch (error) {
        fail(id, error);
      }
    });
  };

  const cancel = (id: number): void => {
    if (running?.id === id) running.stop();
    else if (id > newestId) cancelledIds.add(id);
  };

  return {
    /** Takes one request; everything that follows from it is told by events. */
    handle(request: EngineRequest): void {
      switch (request.kind) {
        case 'load':
          loaded = load(request);
          loaded.then(
            ({ model }) => {
              send({ kind: 'loaded', id: request.id, model: model.facts });
            },
            (error: unknown) => {
              fail(request.id, error);
            },
          );
          break;
        case 'generate':
          enqueue(request.id, () => generate(request));
          break;
        case 'cancel':
          cancel(request.id);
          break;
        case 'shut-down':
          running?.stop();
          break;
      }
    },

    /** Saves what is worth saving and frees the model. */
    async dispose(): Promise<void> {
      running?.stop();
      await queue;
      const current = await loaded?.catch(() => null);
      if (current === null || current === undefined) return;
      await current.keeper.save();
      await current.model.dispose();
    },
  };
}
