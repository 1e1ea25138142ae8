import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import type { ModelFacts } from '../preload/contract/library.ts';
import { createBackupRunner } from './database/backup-client.ts';
import { openDatabaseClient } from './database/client.ts';
import type { DatabaseClient } from './database/protocol.ts';
import { inspectModelFile } from './engine/inspection-client.ts';
import { startEngine } from './engine/client.ts';
import { createJobStarter } from './installation/client.ts';
import { createBackups } from './services/backups.ts';
import { createConversations } from './services/conversations.ts';
import { createCudaAddon } from './services/cuda-addon.ts';
import { readCudaArchive } from './services/cuda-archive.ts';
import { createEmitter } from './services/emitter.ts';
import { placesIn, prepareDataFolder } from './services/data-folder.ts';
import { createDrafts } from './services/drafts.ts';
import { createExports, type PrintPage } from './services/export/exports.ts';
import { createFolders } from './services/folders.ts';
import { createGenerations } from './services/generations.ts';
import { createIntegrity } from './services/integrity.ts';
import { createImports } from './services/import/imports.ts';
import { createLiveAnswers } from './services/live-answers.ts';
import { createMessages } from './services/messages.ts';
import { openLibrary, type LibraryEvents } from './services/library-opening.ts';
import { createModelIdentity } from './services/model-identity.ts';
import { createModels } from './services/models.ts';
import { backUpBeforeNewVersion } from './services/new-version.ts';
import { lookForNvidia } from './services/nvidia.ts';
import { presetNameOf } from './services/presets.ts';
import { createQueue } from './services/queue.ts';
import { createSavedStates } from './services/saved-states.ts';
import { createSearch } from './services/search.ts';
import { createSettings, type SettingsService } from './services/settings.ts';
import { createTemporary } from './services/temporary.ts';
import { createTrash } from './services/trash.ts';

export interface CoreOptions {
  dataFolder: string;
  /** A plain Node binary for the engine. */
  nodePath: string;
  /** Entry of the engine process, and of the database's worker thread. */
  engineEntry: string;
  /** Entries of the processes that look at unknown model files, and that fetch and convert. */
  inspectionEntry: string;
  installationEntry: string;
  databaseWorker: URL;
  guidePath: string;
  /** List of the models that can be fetched. */
  cataloguePath: string;
  /** What is known of the engine for NVIDIA cards; the file may be missing. */
  cudaArchivePath: string;
  /** A model file for this run only, or null. */
  modelOverride: string | null;
  /** Which version of the app this is. What another one left is kept before this one goes on; without, it is not. */
  version?: string | undefined;
  /** Makes PDFs of pages; exports refuse to without. */
  printPage?: PrintPage | undefined;
}

/**
 * Everything of the app that needs no window: what the desktop app and the terminal have in common. Builds the services
 * in order; `dispose` takes them down in reverse.
 *
 * @throws AppError with a `database-*` or `disk-full` code when the database cannot be opened
 */
export async function openCore(options: CoreOptions) {
  const startedAt = Date.now();
  const places = placesIn(options.dataFolder);
  prepareDataFolder(options.dataFolder);
  const database = await openDatabaseClient({
    databasePath: places.databasePath,
    workerUrl: options.databaseWorker,
  });
  const now = Date.now;
  const settings = await readSettings(database);
  const live = createLiveAnswers();
  const savedStates = createSavedStates(join(places.cacheFolder, 'states'));
  const dropOrphanedStates = (): Promise<void> => savedStates.dropOrphans((ids) => database.findConversations(ids));
  const conversations = createConversations({
    database,
    live,
    now,
    dropSavedStates: (conversationIds) => savedStates.drop(conversationIds),
  });
  const { nodePath } = options;
  const leaving = new AbortController();
  const inspect = (path: string): Promise<ModelFacts> =>
    inspectModelFile({ nodePath, entryPath: options.inspectionEntry, path, signal: leaving.signal });
  const startJob = createJobStarter({ nodePath, entryPath: options.installationEntry });
  const models = createModels({
    database,
    settings,
    guidePath: options.guidePath,
    modelOverride: options.modelOverride,
    cacheFolder: places.cacheFolder,
    startEngine: ({ onGone }) =>
      startEngine({ nodePath, entryPath: options.engineEntry, addonFolder: cudaAddon.folder(), onGone }),
    identify: createModelIdentity({ database, guidePath: options.guidePath, inspect }),
  });
  const generations = createGenerations({
    database,
    settings,
    models,
    conversations,
    live,
    now,
    drawSeed: () => randomInt(2 ** 32),
  });

  const { arch, env, platform } = process;
  const cudaAddon = createCudaAddon({
    ...{ settings, models, startJob, now, addonsFolder: places.addonsFolder },
    archive: readCudaArchive(options.cudaArchivePath, platform, arch),
    isKnownSystem: arch === 'x64' && (platform === 'linux' || platform === 'win32'),
    lookForNvidia: () => lookForNvidia(platform, env),
    isAnswering: () => generations.isBusy(),
  });

  const { databasePath } = places;
  const besideDatabase = {
    ...{ database, databasePath, now },
    runTask: createBackupRunner(options.databaseWorker),
    isAnswering: () => generations.isBusy(),
  };
  const integrity = createIntegrity(besideDatabase);
  const backups = createBackups({
    ...{ ...besideDatabase, settings },
    folder: places.backupsFolder,
    async afterRestore() {
      await settings.reload();
      conversations.announceRenewal();
      await dropOrphanedStates();
    },
  });
  const { version } = options;
  if (version !== undefined) {
    // One that cannot be made now is made at the next start; the schedule says what is wrong.
    await backUpBeforeNewVersion({ version, settings, backups, startedAt }).catch(() => undefined);
  }
  const trash = createTrash({
    database,
    conversations,
    now,
    eraseInBackups: (...erasure) => backups.eraseIn(...erasure),
    async forgetStates(conversationIds) {
      models.forget(conversationIds);
      await savedStates.drop(conversationIds);
    },
  });
  const queue = createQueue({ database, generations, live, now });
  const exports = createExports({
    database,
    presetName: (id) => presetNameOf(settings.get(), id),
    printPage: options.printPage,
  });

  const libraryEvents: LibraryEvents = {
    changed: createEmitter(),
    advanced: createEmitter(),
    fileRead: createEmitter(),
  };
  // Nothing of it is needed to answer a question, so it is built when somebody first asks for it.
  let librarySoon: ReturnType<typeof openLibrary> | null = null;
  const library = (): ReturnType<typeof openLibrary> =>
    (librarySoon ??= openLibrary({
      ...{ database, settings, models, inspect, startJob, now, events: libraryEvents },
      guidePath: options.guidePath,
      cataloguePath: options.cataloguePath,
      ...{ modelsFolder: places.modelsFolder, cacheFolder: places.cacheFolder },
    }));

  return {
    places,
    settings,
    savedStates,
    conversations,
    models,
    generations,
    messages: createMessages({ database, live, conversations, generations, now }),
    queue,
    drafts: createDrafts({ database }),
    search: createSearch({ database }),
    folders: createFolders({ database, conversations, now }),
    trash,
    backups,
    cudaAddon,
    onDamaged: integrity.onDamaged,
    temporary: createTemporary({ database, generations, conversations }),
    exports,
    imports: createImports({ database, now }),
    /** The models page's side of things. */
    library,
    libraryEvents,
    startJob,
    onGenerationEvent: live.onEvent,
    /** Erases what was deleted long ago, sees to backups and looks for damage. Nothing waits for it. */
    async tidy(): Promise<void> {
      try {
        await trash.expire();
        await dropOrphanedStates();
      } finally {
        await backups.keepSchedule().finally(integrity.checkWhenDue);
      }
    },
    async dispose(): Promise<void> {
      leaving.abort();
      integrity.dispose();
      queue.dispose();
      await exports.dispose();
      await generations.dispose();
      // One that could not be opened has nothing to put away.
      await (await librarySoon?.catch(() => null))?.dispose();
      await cudaAddon.dispose();
      await models.dispose();
      await backups.dispose();
      await dropOrphanedStates().catch(() => undefined); // Done again at the next start.
      await database.close();
    },
  };
}

/** The first that is read. A file whose damage shows only now is let go of, so that it can be recovered. */
async function readSettings(database: DatabaseClient): Promise<SettingsService> {
  try {
    await database.interruptUnfinished();
    return await createSettings(database);
  } catch (error) {
    await database.close();
    throw error;
  }
}

export type Core = Awaited<ReturnType<typeof openCore>>;
