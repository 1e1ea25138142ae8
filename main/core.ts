import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { openDatabaseClient } from './database/client.ts';
import { startEngine } from './engine/client.ts';
import { createConversations } from './services/conversations.ts';
import { placesIn, prepareDataFolder } from './services/data-folder.ts';
import { createGenerations } from './services/generations.ts';
import { createLiveAnswers } from './services/live-answers.ts';
import { createModels } from './services/models.ts';
import { createSavedStates } from './services/saved-states.ts';
import { createSettings } from './services/settings.ts';

export interface CoreOptions {
  dataFolder: string;
  /** A plain Node binary for the engine. */
  nodePath: string;
  /** Entry of the engine process, and of the database's worker thread. */
  engineEntry: string;
  databaseWorker: URL;
  guidePath: string;
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
  const models = createModels({
    database,
    settings,
    guidePath: options.guidePath,
    modelOverride: options.modelOverride,
    cacheFolder: places.cacheFolder,
    startEngine: ({ onGone }) => startEngine({ nodePath: options.nodePath, entryPath: options.engineEntry, onGone }),
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

  return {
    places,
    settings,
    savedStates,
    conversations,
    models,
    generations,
    onGenerationEvent: live.onEvent,
    /** Removes for good what was deleted long ago. Nothing waits for it. */
    async tidy(): Promise<void> {
      await database.purgeDeleted(now() - keepDeletedMs);
      await dropOrphanedStates();
    },
    async dispose(): Promise<void> {
      await generations.dispose();
      await models.dispose();
      await dropOrphanedStates().catch(() => undefined); // Done again at the next start.
      await database.close();
    },
  };
}

export type Core = Awaited<ReturnType<typeof openCore>>;
