import { basename, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createBackupRunner } from '../../main/database/backup-client.ts';
import { backupsFolderOf } from '../../main/database/backup-names.ts';
import { openDatabaseClient } from '../../main/database/client.ts';
import type { DatabaseClient } from '../../main/database/protocol.ts';
import { createBackups } from '../../main/services/backups.ts';
import { createConversations } from '../../main/services/conversations.ts';
import { createCudaAddon, type CudaAddonOptions } from '../../main/services/cuda-addon.ts';
import { createEmitter } from '../../main/services/emitter.ts';
import { createDrafts } from '../../main/services/drafts.ts';
import { createExports, type PrintPage } from '../../main/services/export/exports.ts';
import { createFolders } from '../../main/services/folders.ts';
import { createGenerations } from '../../main/services/generations.ts';
import { createImports } from '../../main/services/import/imports.ts';
import { createLiveAnswers } from '../../main/services/live-answers.ts';
import { openLibrary, type LibraryEvents } from '../../main/services/library-opening.ts';
import { createMessages } from '../../main/services/messages.ts';
import { createModelIdentity } from '../../main/services/model-identity.ts';
import { createModels } from '../../main/services/models.ts';
import { presetNameOf } from '../../main/services/presets.ts';
import { createQueue } from '../../main/services/queue.ts';
import { createSearch } from '../../main/services/search.ts';
import { createSettings } from '../../main/services/settings.ts';
import { createTemporary } from '../../main/services/temporary.ts';
import { createTrash } from '../../main/services/trash.ts';
import type { Message, Transcript } from '../../preload/contract/conversations.ts';
import type { GenerationEvent } from '../../preload/contract/generations.ts';
import type { ModelFacts } from '../../preload/contract/library.ts';
import { temporaryFolder } from './database.ts';
import { cataloguePath, createScriptedJobs, modelFacts } from './library.ts';
import { createScriptedEngines, type Script } from './scripted-engine.ts';

const workerUrl = new URL('../../main/database/worker.ts', import.meta.url);

export interface ServicesOptions {
  dataFolder?: string;
  script?: Script;
  guidePath?: string;
  modelOverride?: string | null;
  /** What the look at an unknown model file finds; facts of a usable one unless told. */
  inspect?: (path: string) => Promise<ModelFacts>;
  /** Makes PDFs of pages; they are refused unless told. */
  printPage?: PrintPage;
  /** The engine for NVIDIA cards; there is no card and nothing to fetch unless told. */
  cuda?: Partial<CudaAddonOptions>;
  /** Puts something between the services and the real database. */
  around?: (database: DatabaseClient) => DatabaseClient;
}

/** The services over a real database on disk and a scripted engine, closed when the test ends. */
export async function openServices(options: ServicesOptions = {}) {
  const dataFolder = options.dataFolder ?? temporaryFolder();
  const databasePath = join(dataFolder, 'conversations.sqlite3');
  const realDatabase = await openDatabaseClient({ databasePath, workerUrl });
  const database = options.around?.(realDatabase) ?? realDatabase;
  await database.interruptUnfinished();
  const engines = createScriptedEngines(options.script);
  const settings = await createSettings(database);
  const live = createLiveAnswers();
  const droppedStates: string[] = [];
  const conversations = createConversations({
    database,
    live,
    now: Date.now,
    dropSavedStates: async (conversationIds) => void droppedStates.push(...conversationIds),
  });
  const guidePath = options.guidePath ?? '/guide.gguf';
  const inspect = options.inspect ?? ((path: string) => Promise.resolve(modelFacts({ name: basename(path) })));
  const models = createModels({
    database,
    settings,
    guidePath,
    modelOverride: options.modelOverride ?? null,
    cacheFolder: join(dataFolder, 'cache'),
    startEngine: engines.startEngine,
    identify: createModelIdentity({ database, guidePath, inspect }),
  });
  let seeds = 0;
  const generations = createGenerations({
    database,
    settings,
    models,
    conversations,
    live,
    now: Date.now,
    drawSeed: () => (seeds += 1),
  });
  const queue = createQueue({ database, generations, live, now: Date.now });
  const backups = createBackups({
    ...{ database, databasePath, settings, now: Date.now },
    folder: backupsFolderOf(databasePath),
    runTask: createBackupRunner(workerUrl),
    isAnswering: () => generations.isBusy(),
    async afterRestore() {
      await settings.reload();
      conversations.announceRenewal();
    },
  });
  const trash = createTrash({
    database,
    conversations,
    eraseInBackups: (...erasure) => backups.eraseIn(...erasure),
    async forgetStates(conversationIds) {
      models.forget(conversationIds);
      droppedStates.push(...conversationIds);
    },
    now: () => Date.now(),
  });
  const jobs = createScriptedJobs();
  const libraryEvents: LibraryEvents = {
    changed: createEmitter(),
    advanced: createEmitter(),
    fileRead: createEmitter(),
  };
  const cudaAddon = createCudaAddon({
    ...{ settings, models, startJob: jobs.startJob, now: Date.now, archive: null, isKnownSystem: true },
    addonsFolder: join(dataFolder, 'addons'),
    lookForNvidia: () => ({ hasDriver: false, hasCudaLibraries: false }),
    isAnswering: () => generations.isBusy(),
    ...options.cuda,
  });
  let librarySoon: ReturnType<typeof openLibrary> | null = null;
  const library = (): ReturnType<typeof openLibrary> =>
    (librarySoon ??= openLibrary({
      ...{ database, settings, models, inspect, startJob: jobs.startJob, now: Date.now, events: libraryEvents },
      ...{ guidePath, cataloguePath, cacheFolder: join(dataFolder, 'cache') },
      modelsFolder: join(dataFolder, 'models'),
    }));
  const events: GenerationEvent[] = [];
  live.onEvent((event) => events.push(event));
  let disposed = false;
  const dispose = async (): Promise<void> => {
    if (disposed) return;
    disposed = true;
    queue.dispose();
    await generations.dispose();
    await (await librarySoon)?.dispose();
    await cudaAddon.dispose();
    await models.dispose();
    await backups.dispose();
    await realDatabase.close();
  };
  onTestFinished(dispose);
  return {
    dataFolder,
    databasePath,
    database,
    engines,
    settings,
    live,
    conversations,
    models,
    generations,
    messages: createMessages({ database, live, conversations, generations, now: Date.now }),
    queue,
    drafts: createDrafts({ database }),
    folders: createFolders({ database, conversations, now: Date.now }),
    search: createSearch({ database }),
    trash,
    backups,
    cudaAddon,
    temporary: createTemporary({ database, generations, conversations }),
    exports: createExports({
      database,
      presetName: (id) => presetNameOf(settings.get(), id),
      printPage: options.printPage,
    }),
    imports: createImports({ database, now: Date.now }),
    jobs,
    library,
    libraryEvents,
    events,
    droppedStates,
    dispose,
  };
}

export type Services = Awaited<ReturnType<typeof openServices>>;

/** The newest message of a transcript. */
export function lastMessage({ messages }: Transcript): Message {
  const message = messages.at(-1);
  if (message === undefined) throw new Error('The transcript is empty.');
  return message;
}

/** Resolves with the final state of an answer; it may have ended already. */
export function finished({ events, live }: Pick<Services, 'events' | 'live'>, messageId: string): Promise<Message> {
  const wanted = (event: GenerationEvent): Message | null =>
    event.kind === 'finished' && event.messageId === messageId ? event.message : null;
  return new Promise((resolve) => {
    const known = events.toReversed().find((event) => wanted(event) !== null);
    const message = known === undefined ? null : wanted(known);
    if (message !== null && live.get(messageId) === undefined) {
      resolve(message);
      return;
    }
    const stop = live.onEvent((event) => {
      const late = wanted(event);
      if (late === null) return;
      stop();
      resolve(late);
    });
  });
}
