import { join } from 'node:path';
import { AppError, toErrorReport } from '../../../preload/contract/errors.ts';
import type { EngineEvent, EngineRequest, LoadRequest, MeasureRequest, PrepareRequest } from '../protocol.ts';
import { createAnswer, type Answer, type Loaded } from './answer.ts';
import { createContextKeeper } from './context-keeper.ts';
import type { LoadModel } from './model.ts';
import { MarkerInTextError } from './prompt.ts';
import { readPrompt } from './prompt-reading.ts';
import { createReplies } from './replies.ts';
import { createStateCache, stateFingerprint } from './state-cache.ts';
import { measureDraft, stablePrefix, type WindowOf } from './window.ts';

/** After this long without a question the states of what is held go to disk. */
const saveWhenIdleMs = 20_000;
/** Assumed until the first prompt has been read. */
const firstGuessMsPerToken = 5;

function failureOf(thrown: unknown): AppError {
  if (thrown instanceof MarkerInTextError) {
    return new AppError(
      'model-unsupported',
      'This model file would let typed text act as turn marks. Choose another file.',
    );
  }
  const report = toErrorReport(thrown);
  return AppError.fromReport(report.code === 'internal' ? { ...report, code: 'engine-failed' } : report);
}

function windowOf({ model, replies }: Loaded): WindowOf {
  return { vocabulary: model.vocabulary, replies, contextTokens: model.facts.contextTokens };
}

/**
 * The engine behind the protocol: answers requests by events, one generation after the other.
 *
 * @param send delivers an event to main
 * @param loadModel opens a model file; the real one is `loadLlamaModel`
 */
export function createEngine(send: (event: EngineEvent) => void, loadModel: LoadModel) {
  let loaded: Promise<Loaded> | null = null;
  let running: Answer | null = null;
  /** Cancelled before their turn came. */
  const cancelledIds = new Set<number>();
  /** The newest request that has ended: cancelling it means nothing any more. */
  let newestId = 0;
  let queue: Promise<void> = Promise.resolve();
  /** Rises with every request that makes reading ahead pointless. */
  let interest = 0;
  let idleTimer: NodeJS.Timeout | undefined;

  const load = async (request: LoadRequest): Promise<Loaded> => {
    const model = await loadModel({
      ...request,
      onProgress: (fraction) => {
        send({ kind: 'load-progress', id: request.id, fraction });
      },
      onDevice: (gpu) => {
        send({ kind: 'device', id: request.id, gpu });
      },
    });
    const { modelSha256, cache } = request;
    const states =
      modelSha256 === null || cache === null
        ? null
        : createStateCache(
            join(cache.folder, 'states'),
            cache.stateLimitBytes,
            stateFingerprint(modelSha256, model.stateFormat),
          );
    const replies = createReplies();
    let msPerToken = firstGuessMsPerToken;
    return {
      model,
      replies,
      keeper: createContextKeeper({
        model,
        replies,
        cache: states,
        startTokens: model.vocabulary.frame.start.length,
        readMsPerToken: () => msPerToken,
      }),
      onPace: (pace) => {
        msPerToken = pace;
      },
    };
  };

  const current = async (): Promise<Loaded> => {
    if (loaded === null) throw new AppError('engine-failed', 'No model is loaded.');
    return loaded;
  };

  const fail = (id: number, thrown: unknown): void => {
    send({ kind: 'failed', id, error: failureOf(thrown).toReport() });
  };

  /** Whether it was cancelled before it began; that is its end then. */
  const endsBefore = (id: number): boolean => {
    if (!cancelledIds.delete(id)) return false;
    send({ kind: 'generated', id, stopReason: 'stopped', usage: null });
    return true;
  };

  const enqueue = (id: number, work: () => Promise<void>): void => {
    clearTimeout(idleTimer);
    queue = queue.then(async () => {
      try {
        if (!endsBefore(id)) await work();
      } catch (error) {
        fail(id, error);
      }
      newestId = Math.max(newestId, id);
    });
  };

  const saveWhenIdle = (): void => {
    clearTimeout(idleTimer);
    idleTimer = setTimeout(() => {
      enqueue(newestId, async () => (await current()).keeper.save());
    }, saveWhenIdleMs);
    idleTimer.unref();
  };

  const measure = async ({ id, turns, draft }: MeasureRequest): Promise<void> => {
    send({ kind: 'measured', id, measure: measureDraft(windowOf(await current()), turns, draft) });
  };

  /** Reads in small pieces and looks after each one whether somebody asked for something meanwhile. */
  const prepare = async (request: PrepareRequest, wanted: number): Promise<void> => {
    const { conversationId, turns, draft, isTemporary } = request;
    if (wanted !== interest) return;
    const now = await current();
    await now.keeper.recall(conversationId);
    const prefix = stablePrefix(windowOf(now), turns, draft);
    if (prefix === null || wanted !== interest) return;
    // One token more than the prefix, because the last one of a prompt is left to the reply.
    const { sequence, reused } = await now.keeper.take(conversationId, [...prefix, -1], isTemporary);
    await readPrompt(sequence, [...prefix, -1], reused, {
      isStopped: () => wanted !== interest,
      onProgress: () => undefined,
      onPace: now.onPace,
    });
  };

  return {
    /** Takes one request; everything that follows from it is told by events. */
    handle(request: EngineRequest): void {
      const { id } = request;
      switch (request.kind) {
        case 'load':
          loaded = load(request);
          loaded.then(
            ({ model }) => {
              send({ kind: 'loaded', id, model: model.facts });
            },
            (error: unknown) => {
              fail(id, error);
            },
          );
          break;
        case 'generate':
          interest += 1;
          enqueue(id, async () => {
            const now = await current();
            await now.keeper.recall(request.conversationId);
            if (endsBefore(id)) return;
            running = createAnswer(now, request, send);
            try {
              await running.run();
            } finally {
              running = null;
              saveWhenIdle();
            }
          });
          break;
        case 'measure':
          measure(request).catch((error: unknown) => {
            fail(id, error);
          });
          break;
        case 'prepare': {
          const wanted = ++interest;
          queue = queue.then(() => prepare(request, wanted).catch(() => undefined));
          break;
        }
        case 'forget':
          // After what is running: a state that is being saved at this moment goes as well.
          queue = queue
            .then(async () => (await current()).keeper.forget(request.conversationIds))
            .catch(() => undefined);
          break;
        case 'cancel':
          if (running?.id === id) running.stop();
          else if (id > newestId) cancelledIds.add(id);
          break;
        case 'shut-down':
          interest += 1;
          running?.stop();
          break;
      }
    },

    /** Saves what is worth saving and frees the model. */
    async dispose(): Promise<void> {
      interest += 1;
      running?.stop();
      await queue;
      const last = await loaded?.catch(() => null);
      if (last === null || last === undefined) return;
      await last.keeper.save();
      await last.model.dispose();
    },
  };
}
