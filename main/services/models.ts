import { basename } from 'node:path';
import { AppError, toErrorReport } from '../../preload/contract/errors.ts';
import type { ModelStatus } from '../../preload/contract/models.ts';
import type { DatabaseClient } from '../database/protocol.ts';
import type { Engine, StartEngine } from '../engine/client.ts';
import { modelContextTokens, type LoadedModel } from '../engine/protocol.ts';
import { createEmitter } from './emitter.ts';
import { modelSha256 } from './model-hash.ts';
import type { SettingsService } from './settings.ts';

/** A model that can answer now. */
export interface ReadyModel {
  engine: Engine;
  name: string;
  sha256: string | null;
}

export interface ModelsOptions {
  database: DatabaseClient;
  settings: SettingsService;
  startEngine: StartEngine;
  /** The small model that ships with the app. */
  guidePath: string;
  /** A file given at start (`--model`), used instead of the chosen one and not remembered. */
  modelOverride: string | null;
  stateCacheFolder: string;
}

/** Share of the progress bar for reading the file once to know its hash, when that is needed. */
const hashShare = 0.5;

/**
 * The one model in use and the engine process that runs it. The engine starts when a model is first needed; when it
 * dies, the next need starts another one. A change of model is a change of process, so memory really comes back.
 */
export function createModels(options: ModelsOptions) {
  const { database, settings, startEngine, guidePath, stateCacheFolder } = options;
  const changed = createEmitter<ModelStatus>();
  let path = options.modelOverride ?? settings.get().modelPath ?? guidePath;
  let engine: Engine | null = null;
  let ready: Promise<ReadyModel> | null = null;
  let status = unloadedStatus(path);

  function unloadedStatus(modelPath: string): ModelStatus {
    const isGuide = modelPath === guidePath;
    const fileName = basename(modelPath);
    return {
      state: 'unloaded',
      name: isGuide ? 'OASST Desktop guide' : fileName.replace(/\.gguf$/i, ''),
      fileName,
      sizeBytes: null,
      quantization: null,
      isGuide,
      loadFraction: null,
      contextTokens: null,
      threads: null,
      error: null,
    };
  }

  const show = (change: Partial<ModelStatus>): void => {
    status = { ...status, ...change };
    changed.emit(status);
  };

  const showLoaded = (model: LoadedModel): void => {
    show({
      state: 'ready',
      name: model.name,
      quantization: model.quantization,
      sizeBytes: model.sizeBytes,
      contextTokens: model.contextTokens,
      threads: model.threads,
      loadFraction: null,
      error: null,
    });
  };

  const load = async (): Promise<ReadyModel> => {
    show({ ...unloadedStatus(path), state: 'loading', loadFraction: 0 });
    const started = startEngine({
      onGone: (error) => {
        if (engine !== started) return;
        engine = null;
        ready = null;
        // While loading, the failure is told by the load itself.
        if (status.state === 'ready') show({ state: 'unloaded', error: error?.toReport() ?? null });
      },
    });
    engine = started;
    try {
      let hashed = 0;
      const sha256 = await modelSha256(database, path, (fraction) => {
        hashed = hashShare;
        show({ loadFraction: fraction * hashShare });
      }).catch(() => null); // The engine says in better words what is wrong with the file.
      const model = await started.load(
        {
          modelPath: path,
          modelSha256: sha256,
          contextTokens: modelContextTokens,
          stateCache: { folder: stateCacheFolder, limitBytes: settings.get().stateCacheLimitBytes },
        },
        (fraction) => {
          show({ loadFraction: hashed + fraction * (1 - hashed) });
        },
      );
      showLoaded(model);
      return { engine: started, name: model.name, sha256 };
    } catch (error) {
      ready = null;
      if (engine === started) engine = null;
      void started.shutDown();
      const report = toErrorReport(error);
      show({ state: 'failed', loadFraction: null, error: report });
      throw AppError.fromReport(report);
    }
  };

  const ensureLoaded = (): Promise<ReadyModel> => (ready ??= load());

  const unload = async (): Promise<void> => {
    const current = engine;
    engine = null;
    ready = null;
    await current?.shutDown();
    show(unloadedStatus(path));
  };

  return {
    status: () => status,
    onChanged: changed.on,
    /** The model, loaded if it is not yet; fails with a `model-*`, `engine-*` or `out-of-memory` code. */
    ensureLoaded,
    /**
     * Changes the model. When the new file cannot be used, the one before stays in use and the error is thrown.
     *
     * @param modelPath absolute path of a GGUF, or null for the guide
     */
    async use(modelPath: string | null): Promise<ModelStatus> {
      const previous = path;
      await unload();
      path = modelPath ?? guidePath;
      try {
        await ensureLoaded();
      } catch (error) {
        path = previous;
        show(unloadedStatus(path));
        void ensureLoaded().catch(() => undefined);
        throw error;
      }
      await settings.change({ modelPath });
      return status;
    },
    /** Process id of the engine, for tests that harm it. */
    enginePid: (): number | undefined => engine?.pid,
    dispose: unload,
  };
}

export type Models = ReturnType<typeof createModels>;
