import { createHash, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { openDatabaseClient } from '../../main/database/client.ts';
import { startEngine } from '../../main/engine/client.ts';
import type { AppPlaces } from '../../main/places.ts';
import { createModelIdentity } from '../../main/services/model-identity.ts';
import { createModels } from '../../main/services/models.ts';
import { createSettings } from '../../main/services/settings.ts';
import { toErrorReport } from '../../preload/contract/errors.ts';
import type { ModelFacts } from '../../preload/contract/library.ts';

/**
 * A model of the library whose hash is known, over the real database, services and engine; what lies at its path may
 * change at any time.
 *
 * @param path of the file, the right one at the moment
 * @param facts what was found when it was added
 */
export async function openKnownModel(path: string, facts: ModelFacts, places: AppPlaces) {
  const folder = dirname(path);
  const database = await openDatabaseClient({
    databasePath: join(folder, 'known.sqlite3'),
    workerUrl: places.databaseWorker,
  });
  const sha256 = createHash('sha256').update(readFileSync(path)).digest('hex');
  await database.saveModel({
    ...{ id: randomUUID(), path, source: 'file', catalogueId: null, isManaged: false, facts, sha256 },
    ...{ verifiedAt: Date.now(), addedAt: Date.now() },
  });
  const models = createModels({
    database,
    settings: await createSettings(database),
    guidePath: places.guidePath,
    modelOverride: path,
    cacheFolder: join(folder, 'cache'),
    startEngine: ({ onGone }) => startEngine({ nodePath: places.nodePath, entryPath: places.engineEntry, onGone }),
    identify: createModelIdentity({
      database,
      guidePath: places.guidePath,
      inspect: () => Promise.reject(new Error('a model of the library is not inspected again')),
    }),
  });
  return {
    /** Tries to use the file as it is now; the code of the refusal, or null when it was taken. */
    async use(): Promise<string | null> {
      try {
        await models.ensureLoaded();
        return null;
      } catch (error) {
        return toErrorReport(error).code;
      } finally {
        await models.unload();
      }
    },
    async close(): Promise<void> {
      await models.dispose();
      await database.close();
    },
  };
}
