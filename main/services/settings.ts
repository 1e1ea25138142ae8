import type { Settings } from '../../preload/contract/settings.ts';
import type { DatabaseClient } from '../database/protocol.ts';
import { createEmitter } from './emitter.ts';

/** The owner's settings: stored in the database, held in memory, told to whoever listens. */
export async function createSettings(database: DatabaseClient) {
  let current = await database.getSettings();
  const changed = createEmitter<{ now: Settings; before: Settings }>();
  return {
    get: (): Settings => current,
    /** Changes what the patch names; a value that is undefined changes nothing. */
    async change(patch: { [K in keyof Settings]?: Settings[K] | undefined }): Promise<Settings> {
      const named = Object.entries(patch).filter(([, value]) => value !== undefined);
      const before = current;
      current = await database.changeSettings(Object.fromEntries(named));
      changed.emit({ now: current, before });
      return current;
    },
    /** Reads them again, because the database holds others now. */
    async reload(): Promise<void> {
      const before = current;
      current = await database.getSettings();
      changed.emit({ now: current, before });
    },
    onChanged: (listener: (now: Settings, before: Settings) => void): (() => void) =>
      changed.on(({ now, before }) => {
        listener(now, before);
      }),
  };
}

export type SettingsService = Awaited<ReturnType<typeof createSettings>>;
