import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import type { ModelFacts } from '../preload/contract/library.ts';
import { openDatabaseClient } from './database/client.ts';
import { inspectModelFile } from './engine/inspection-client.ts';
import { startEngine } from './engine/client.ts';
import { createJobStarter } from './installation/client.ts';
import { createConversations } from './services/conversations.ts';
import { createEmitter } from './services/emitter.ts';
import { placesIn, prepareDataFolder } from './services/data-folder.ts';
import { createExports } from './services/export/exports.ts';
import { createGenerations } from './services/generations.ts';
import { createImports } from './services/import/imports.ts';
import { createLiveAnswers } from './services/live-answers.ts';
import { openLibrary, type LibraryEvents } from './services/library-opening.ts';
import { createModelIdentity } from './services/model-identity.ts';
import { createModels } from './services/models.ts';
import { presetNameOf } from './services/presets.ts';
import { createSavedStates } from './services/saved-states.ts';
import { createSettings } from './services/settings.ts';

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
  /** A model file for this run only, or null. */
  modelOverride: string | null;
}

const dayMs = 24 * 60 * 60 * 1000;
/** Deleted conversations are kept this long, in case the deletion was a mistake. */
const keepDeletedMs = 30 * dayMs;

/**
 * Everything of the app that needs no window: what the desktop app and the terminal have in common. Builds the services
 * in order; `dispose` takes them down in reverse.
 *
 * @throws AppError with a `database-*` or `disk-full` code when the database cannot be opened
 */
export async function openCore(options: CoreOptions) {
  const places = placesIn(options.dataFolder);
  prepareDataFolder(options.dataFolder);
  const database = await openDatabaseClient({
    databasePath: places.databasePath,
    workerUrl: options.databaseWorker,
  });
  const now = Date.now;
  await database.interruptUnfinished();
  const settings = await createSettings(database);
  const live = createLiveAnswers();
  const savedStates = createSavedStates(join(places.cacheFolder, 'states'));
  const dropOrphanedStates = async (): Promise<void> => {
    const kept = await database.listConversations();
    await savedStates.keepOnly(kept.map(({ id }) => id));
  };
  const conversations = createConversations({
    database,
    live,
    now,
    dropSavedState: (conversationId) => savedStates.drop(conversationId),
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
    startEngine: ({ onGone }) => startEngine({ nodePath, entryPath: options.engineEntry, onGone }),
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
    exports: createExports({ database, presetName: (id) => presetNameOf(settings.get(), id) }),
    imports: createImports({ database, now }),
    /** The models page's side of things. */
    library,
    libraryEvents,
    startJob,
    onGenerationEvent: live.onEvent,
    /** Removes for good what was deleted long ago. Nothing waits for it. */
    async tidy(): Promise<void> {
      await database.purgeDeleted(now() - keepDeletedMs);
      await dropOrphanedStates();
    },
    async dispose(): Promise<void> {
      leaving.abort();
      await generations.dispose();
      // One that could not be opened has nothing to put away.
      await (await librarySoon?.catch(() => null))?.dispose();
      await models.dispose();
      await dropOrphanedStates().catch(() => undefined); // Done again at the next start.
      await database.close();
    },
  };
}

export type Core = Awaited<ReturnType<typeof openCore>>;
