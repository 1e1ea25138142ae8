import type { Settings } from '../../preload/contract/settings.ts';
import type { DatabaseClient } from '../database/protocol.ts';
import { createEmitter } from './emitter.ts';

/** The owner's settings: stored in the database, held in memory, told to whoever listens. */
export async function createSettings(database: DatabaseClient) {
  let current = await database.getSettings();
  const changed = createEmitter<Settings>();
  return {
    get: (): Settings => current,
    /** Changes what the patch names; a value that is undefined changes nothing. */
    async change(patch: { [K in keyof Settings]?: Settings[K] | undefined }): Promise<Settings> {
      const named = Object.entries(patch).filter(([, value]) => value !== undefined);
      current = await database.changeSettings(Object.fromEntries(named));
      changed.emit(current);
      return current;
    },
    onChanged: changed.on,
  };
}

export type SettingsService = Awaited<ReturnType<typeof createSettings>>;
