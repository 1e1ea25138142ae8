import { rm, stat, statfs } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { basename, dirname, extname, join } from 'node:path';
import { v7 as uuidv7 } from 'uuid';
import { AppError } from '../../preload/contract/errors.ts';
import type { InspectedFile, Library, LibraryModel, ModelFacts, PromptFormat } from '../../preload/contract/library.ts';
import type { ModelRecord } from '../database/model-records.ts';
import type { DatabaseClient } from '../database/protocol.ts';
import type { RunningJob, StartJob } from '../installation/client.ts';
import type { JobResults } from '../installation/protocol.ts';
import { shownCatalogue, type CatalogueEntry } from './catalogue.ts';
import { createEmitter } from './emitter.ts';
import { fitOf, type MachineFacts } from './fit.ts';
import type { Installations } from './installations.ts';
import { checkKnownFile } from './model-identity.ts';
import type { Models } from './models.ts';
import type { SettingsService } from './settings.ts';

export interface LibraryOptions {
  database: DatabaseClient;
  settings: SettingsService;
  models: Models;
  installations: Installations;
  catalogue: readonly CatalogueEntry[];
  /** What is known of the model that ships with the app. */
  guide: { path: string; facts: ModelFacts };
  inspect: (path: string) => Promise<ModelFacts>;
  startJob: StartJob;
  modelsFolder: string;
  /** Bytes per second of this machine's memory; null while that is not known. */
  memoryBytesPerSecond: () => number | null;
  now: () => number;
}

const guideId = 'guide';

/** The models that can be used: the guide, what was fetched, what the owner added. */
export function createLibrary(options: LibraryOptions) {
  const { database, settings, models, installations, catalogue, guide, inspect, startJob, modelsFolder, now } = options;
  const fileRead = createEmitter<{ of: string; fraction: number | null }>();
  const changed = createEmitter<Library>();
  /** Files being read as a whole, by what is told of them. */
  const reading = new Map<string, RunningJob<JobResults['hash']>>();

  const machine = (): MachineFacts => ({
    memoryBytes: totalmem(),
    memoryBytesPerSecond: options.memoryBytesPerSecond(),
  });

  const fitOfFacts = async (facts: ModelFacts, sha256: string | null) => {
    const { sizeBytes, stateBytesPerToken } = facts;
    const contextTokens = Math.min(settings.get().windowTokens, facts.contextTokens);
    const measured = sha256 === null ? null : await database.measuredSpeed(sha256);
    return fitOf({ modelBytes: sizeBytes, stateBytesPerToken, contextTokens }, machine(), measured);
  };

  const fileStateOf = async (path: string, sizeBytes: number): Promise<LibraryModel['fileState']> => {
    const info = await stat(path).catch(() => null);
    if (info === null) return 'missing';
    return info.size === sizeBytes ? 'ok' : 'changed';
  };

  const shown = async (record: Omit<ModelRecord, 'source'> & { source: LibraryModel['source'] }) => {
    const { id, path, facts, source, catalogueId, isManaged, sha256, verifiedAt } = record;
    const { name, sizeBytes, quantization, contextTokens, promptFormat } = facts;
    const model: LibraryModel = {
      ...{ id, name, path, source, catalogueId, isManaged, sha256, verifiedAt, sizeBytes, quantization, contextTokens },
      fileName: basename(path),
      format: promptFormat?.kind ?? 'completion',
      fileState: await fileStateOf(path, sizeBytes),
      fit: await fitOfFacts(facts, sha256),
      isInUse: models.path() === path,
    };
    return model;
  };

  const shownGuide = (): Promise<LibraryModel> =>
    shown({
      ...{ id: guideId, path: guide.path, facts: guide.facts, source: 'guide', catalogueId: null, isManaged: false },
      ...{ sha256: null, verifiedAt: null, addedAt: 0 },
    });

  const get = async (): Promise<Library> => {
    const records = await database.listModels();
    const disk = await statfs(modelsFolder).catch(() => statfs(dirname(modelsFolder)));
    return {
      models: [await shownGuide(), ...(await Promise.all(records.map(shown)))],
      catalogue: shownCatalogue(catalogue, machine(), settings.get().windowTokens, records),
      installations: installations.list(),
      machine: { memoryBytes: totalmem(), freeDiskBytes: disk.bavail * disk.bsize, modelsFolder },
    };
  };

  const announce = (): void => {
    // A window that asks later is told then.
    get().then(changed.emit, () => undefined);
  };
  installations.onChanged(announce);

  /** Reads (and copies) a file in a process of its own; tells how far it is. */
  const readWhole = async (path: string, copyTo: string | null, of: string): Promise<string> => {
    if (reading.has(of)) throw new AppError('busy', 'This file is being read already.');
    const onProgress = ({ fraction }: { fraction: number }): void => {
      fileRead.emit({ of, fraction });
    };
    const job = startJob({ kind: 'hash', path, copyTo }, { onProgress, proxyUrl: null });
    reading.set(of, job);
    try {
      return (await job.result).sha256;
    } finally {
      reading.delete(of);
      fileRead.emit({ of, fraction: null });
    }
  };

  /** Remembers what a file holds, so that the next load need not read it as a whole. */
  const rememberHash = async (path: string, sha256: string): Promise<void> => {
    const { size, mtimeMs } = await stat(path);
    await database.saveModelFile({ path, sizeBytes: size, modifiedMs: Math.trunc(mtimeMs), sha256 });
  };

  const save = async (record: ModelRecord): Promise<LibraryModel> => {
    if (record.sha256 !== null) await rememberHash(record.path, record.sha256);
    await database.saveModel(record);
    announce();
    return shown(record);
  };

  /** A name in the folder of models that is not taken yet. */
  const freePath = async (fileName: string): Promise<string> => {
    const extension = extname(fileName);
    const stem = basename(fileName, extension);
    for (let number = 1; ; number += 1) {
      const path = join(modelsFolder, number === 1 ? fileName : `${stem} (${number})${extension}`);
      if ((await stat(path).catch(() => null)) === null) return path;
    }
  };

  const usable = (facts: ModelFacts, asCompletion: boolean): ModelFacts => {
    const completion: PromptFormat = { kind: 'completion' };
    if (asCompletion) return { ...facts, promptFormat: completion, withoutFormat: null };
    if (facts.promptFormat !== null) return facts;
    throw new AppError('model-unsupported', facts.withoutFormat ?? 'This file does not say how its prompts are built.');
  };

  return {
    get,
    onChanged: changed.on,
    onFileRead: fileRead.on,
    announce,

    /** @throws AppError `model-*` when the file is none that can be used */
    async inspectFile(path: string): Promise<InspectedFile> {
      const facts = await inspect(path);
      const known = (await database.listModels()).find((model) => model.path === path);
      return { path, facts, fit: await fitOfFacts(facts, known?.sha256 ?? null), modelId: known?.id ?? null };
    },

    async addFile({ path, copy, asCompletion }: { path: string; copy: boolean; asCompletion: boolean }) {
      const facts = usable(await inspect(path), asCompletion);
      const lies = copy ? await freePath(basename(path)) : path;
      const sha256 = await readWhole(path, copy ? lies : null, path);
      const record: ModelRecord = {
        ...{ id: uuidv7(), path: lies, source: 'file', catalogueId: null, isManaged: copy, facts, sha256 },
        ...{ verifiedAt: now(), addedAt: now() },
      };
      return save(record);
    },

    /** Takes a model into the library that was just made and verified. */
    async addInstalled(installed: { catalogueId: string; path: string; sha256: string }): Promise<LibraryModel> {
      const { catalogueId, path, sha256 } = installed;
      const facts = await inspect(path);
      return save({
        ...{ id: uuidv7(), path, source: 'catalogue', catalogueId, isManaged: true, facts, sha256 },
        ...{ verifiedAt: now(), addedAt: now() },
      });
    },

    async use(modelId: string, choice?: { ignoreMemory: boolean }): Promise<LibraryModel> {
      const record = modelId === guideId ? null : await database.getModel(modelId);
      await models.use(record?.path ?? null, choice);
      announce();
      return record === null ? shownGuide() : shown(record);
    },

    /** Reads the whole file and compares. @throws AppError `hash-mismatch`, `cancelled` */
    async verify(modelId: string): Promise<LibraryModel> {
      if (modelId === guideId) throw new AppError('invalid-input', 'The guide is part of the app.');
      const record = await database.getModel(modelId);
      const sha256 = await readWhole(record.path, null, modelId);
      await rememberHash(record.path, sha256);
      checkKnownFile(record.sha256, sha256);
      return save({ ...record, sha256, verifiedAt: now() });
    },

    /** @param of id of a model that is verified, or path of a file that is added */
    async cancelReading(of: string): Promise<void> {
      await reading.get(of)?.stop();
    },

    /** Path of a model's file. */
    pathOf: async (modelId: string): Promise<string> =>
      modelId === guideId ? guide.path : (await database.getModel(modelId)).path,

    /** Forgets a model and deletes its file when that lies in the app's folder. */
    async remove(modelId: string): Promise<void> {
      const record = await database.getModel(modelId);
      if (models.path() === record.path) await models.use(null);
      if (record.isManaged) await rm(record.path, { force: true });
      await database.deleteModel(modelId);
      announce();
    },

    async dispose(): Promise<void> {
      await Promise.all([...reading.values()].map((job) => job.stop()));
    },
  };
}
