import { basename } from 'node:path';
import { AppError, toErrorReport } from '../../preload/contract/errors.ts';
import { guideName } from '../../preload/contract/guide.ts';
import type { PromptFormat } from '../../preload/contract/library.ts';
import type { ModelStatus } from '../../preload/contract/models.ts';
import type { DeviceStep } from '../../preload/contract/settings.ts';
import type { DatabaseClient } from '../database/protocol.ts';
import type { Engine, StartEngine } from '../engine/client.ts';
import type { LoadedModel } from '../engine/protocol.ts';
import { loadOnBestDevice } from './device-ladder.ts';
import { createEmitter } from './emitter.ts';
import { createIdleTimer } from './idle-timer.ts';
import { modelSha256 } from './model-hash.ts';
import { checkKnownFile, type ModelIdentity } from './model-identity.ts';
import type { SettingsService } from './settings.ts';

/** A model that can answer now. */
export interface ReadyModel {
  engine: Engine;
  name: string;
  sha256: string | null;
  contextTokens: number;
  /** How its prompts are built. */
  promptFormat: PromptFormat;
}

export interface ModelsOptions {
  database: DatabaseClient;
  settings: SettingsService;
  startEngine: StartEngine;
  /** The small model that ships with the app. */
  guidePath: string;
  /** A file given at start (`--model`), used instead of the chosen one and not remembered. */
  modelOverride: string | null;
  cacheFolder: string;
  /** How a file is to be used and what it has to be; throws when it cannot be used. */
  identify: (path: string) => Promise<ModelIdentity>;
}

/** Share of the progress bar for reading the file once to know its hash, when that is needed. */
const hashShare = 0.5;
const minuteMs = 60_000;

/**
 * The one model in use and the engine process that runs it. The engine starts when a model is first needed; when it
 * dies, the next need starts another one. A change of model is a change of process, so memory really comes back.
 */
export function createModels(options: ModelsOptions) {
  const { database, settings, startEngine, guidePath, cacheFolder } = options;
  const changed = createEmitter<ModelStatus>();
  let path = options.modelOverride ?? settings.get().modelPath ?? guidePath;
  let engine: Engine | null = null;
  let ready: Promise<ReadyModel> | null = null;
  let ignoreMemory = false;
  /** Counts what was begun, so that the late end of a load that nobody waits for any more changes nothing. */
  let newestLoad = 0;
  let status = unloadedStatus(path);

  function unloadedStatus(modelPath: string): ModelStatus {
    const isGuide = modelPath === guidePath;
    const fileName = basename(modelPath);
    return {
      state: 'unloaded',
      name: isGuide ? guideName : fileName.replace(/\.gguf$/i, ''),
      fileName,
      sizeBytes: null,
      quantization: null,
      isGuide,
      loadFraction: null,
      contextTokens: null,
      threads: null,
      gpu: null,
      error: null,
    };
  }

  const show = (change: Partial<ModelStatus>): void => {
    status = { ...status, ...change };
    changed.emit(status);
  };

  /** Resolves when every engine that was told to leave has given its memory back. */
  let leaving: Promise<unknown> = Promise.resolve();
  const end = async (ending: Engine | null): Promise<void> => {
    if (ending !== null) leaving = Promise.all([leaving, ending.shutDown()]);
    await leaving;
  };

  const unload = async (): Promise<void> => {
    idle.stop();
    newestLoad += 1;
    const current = engine;
    engine = null;
    ready = null;
    await end(current);
    show(unloadedStatus(path));
  };

  const idle = createIdleTimer(
    () => settings.get().unloadAfterMinutes * minuteMs,
    () => void unload(),
  );

  /** Starts a process and loads the model in it on one device. */
  const attempt = async (thisLoad: number, device: DeviceStep, onGpu: (used: boolean) => void): Promise<ReadyModel> => {
    await leaving; // Two models at once may be more than the machine holds.
    // An engine that is started for nobody would outlive the app.
    if (thisLoad !== newestLoad) throw new AppError('cancelled', 'The model was changed before it was loaded.');
    const started = startEngine({
      onGone: (error) => {
        if (engine !== started) return;
        engine = null;
        ready = null;
        idle.stop();
        // While loading, the failure is told by the load itself.
        if (status.state === 'ready') show({ state: 'unloaded', error: error?.toReport() ?? null });
      },
    });
    engine = started;
    let hashed = 0;
    try {
      const identity = await options.identify(path);
      const sha256 = await modelSha256(database, path, (fraction) => {
        hashed = hashShare;
        show({ loadFraction: fraction * hashShare });
      }).catch(() => null); // The engine says in better words what is wrong with the file.
      checkKnownFile(identity.sha256, sha256);
      const { windowTokens, stateCacheLimitBytes } = settings.get();
      const model = await started.load(
        {
          modelPath: path,
          modelSha256: sha256,
          promptFormat: identity.promptFormat,
          contextTokens: windowTokens,
          device,
          ignoreMemory,
          cache: { folder: cacheFolder, stateLimitBytes: stateCacheLimitBytes },
        },
        {
          onDevice: (gpu) => {
            onGpu(gpu !== null);
          },
          onProgress: (fraction) => {
            show({ loadFraction: hashed + fraction * (1 - hashed) });
          },
        },
      );
      showLoaded(model);
      const { name, contextTokens } = model;
      return { engine: started, name, sha256, contextTokens, promptFormat: identity.promptFormat };
    } catch (error) {
      if (engine === started) engine = null;
      void end(started);
      throw error;
    }
  };

  const showLoaded = ({ name, quantization, sizeBytes, contextTokens, threads, gpu }: LoadedModel): void => {
    const facts = { name, quantization, sizeBytes, contextTokens, threads, gpu };
    show({ ...facts, state: 'ready', loadFraction: null, error: null });
  };

  const load = async (): Promise<ReadyModel> => {
    show({ ...unloadedStatus(path), state: 'loading', loadFraction: 0 });
    const { device, deviceSteps } = settings.get();
    const thisLoad = ++newestLoad;
    let usedGpu = false;
    try {
      return await loadOnBestDevice({
        from: device === 'cpu' ? 'cpu' : (deviceSteps[path] ?? 'gpu'),
        attempt: (step) => {
          usedGpu = false;
          return attempt(thisLoad, step, (used) => {
            usedGpu = used;
          });
        },
        usedGpu: () => usedGpu,
        remember: async (step) => {
          await settings.change({ deviceSteps: { ...settings.get().deviceSteps, [path]: step } });
        },
      });
    } catch (error) {
      const report = toErrorReport(error);
      if (thisLoad === newestLoad) {
        ready = null;
        show({ state: 'failed', loadFraction: null, error: report });
      }
      throw AppError.fromReport(report);
    }
  };

  const ensureLoaded = (): Promise<ReadyModel> => (ready ??= load());

  /** Whether settings changed that a loaded model learns of only by being loaded again. */
  let isOutdated = false;
  const reloadIfOutdated = (): void => {
    if (!isOutdated || idle.isHeld()) return;
    isOutdated = false;
    if (engine !== null) void unload().then(() => ensureLoaded().catch(() => undefined));
  };
  settings.onChanged((now, before) => {
    isOutdated ||= now.device !== before.device || now.windowTokens !== before.windowTokens;
    reloadIfOutdated();
    if (now.unloadAfterMinutes !== before.unloadAfterMinutes) idle.restart();
  });

  return {
    status: () => status,
    /** Absolute path of the chosen file. */
    path: (): string => path,
    onChanged: changed.on,
    /** The model, loaded if it is not yet; fails with a `model-*`, `engine-*` or `out-of-memory` code. */
    async ensureLoaded(choice: { ignoreMemory: boolean } = { ignoreMemory: false }): Promise<ReadyModel> {
      ignoreMemory = choice.ignoreMemory;
      const model = await ensureLoaded();
      idle.restart();
      return model;
    },
    /** The engine if it is ready this moment; nothing is started for it. */
    loadedEngine: (): Engine | null => (status.state === 'ready' ? engine : null),
    /** Lets the engine save nothing of these conversations from now on; without an engine there is nothing to save. */
    forget(conversationIds: readonly string[]): void {
      engine?.forget(conversationIds);
    },
    /** Keeps the model from being unloaded, or loaded again, until the function that is returned is called. */
    hold(): () => void {
      const release = idle.hold();
      return () => {
        release();
        reloadIfOutdated();
      };
    },
    /**
     * Changes the model. When the new file cannot be used, the one before stays in use and the error is thrown.
     *
     * @param modelPath absolute path of a GGUF, or null for the guide
     * @param choice `ignoreMemory` loads it even when it seems not to fit
     */
    async use(modelPath: string | null, choice = { ignoreMemory: false }): Promise<ModelStatus> {
      const previous = path;
      await unload();
      path = modelPath ?? guidePath;
      ignoreMemory = choice.ignoreMemory;
      try {
        await ensureLoaded();
      } catch (error) {
        path = previous;
        ignoreMemory = false;
        show(unloadedStatus(path));
        void ensureLoaded().catch(() => undefined);
        throw error;
      }
      await settings.change({ modelPath });
      idle.restart();
      return status;
    },
    /** Has a loaded model loaded again, after the answer under way, because what the engine runs on changed. */
    renew(): void {
      isOutdated = true;
      reloadIfOutdated();
    },
    /** Gives the model's memory back; the next need loads it again. */
    unload,
    /** Process id of the engine, for tests that harm it. */
    enginePid: (): number | undefined => engine?.pid,
    dispose: unload,
  };
}

export type Models = ReturnType<typeof createModels>;
