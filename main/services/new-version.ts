import type { SettingsService } from './settings.ts';

export interface NewVersionOptions {
  version: string;
  settings: Pick<SettingsService, 'get' | 'change'>;
  backups: {
    list(): Promise<{ backups: readonly { reason: string; createdAt: number }[] }>;
    create(reason: 'migration'): Promise<unknown>;
  };
  /** When this start began. */
  startedAt: number;
}

/**
 * Keeps what the version before left, when another version of the app starts for the first time. Where the schema has
 * changed, the copy was made while the database was opened. A version that could not make its copy tries again when it
 * starts next.
 *
 * @throws AppError when the copy cannot be made
 */
export async function backUpBeforeNewVersion(options: NewVersionOptions): Promise<void> {
  const { version, settings, backups, startedAt } = options;
  const { lastVersion } = settings.get();
  if (lastVersion === version) return;
  if (lastVersion !== null) {
    // The time of a backup is known to the second.
    const sinceMs = Math.floor(startedAt / 1000) * 1000;
    const known = (await backups.list()).backups;
    const isMade = known.some(({ reason, createdAt }) => reason === 'migration' && createdAt >= sinceMs);
    if (!isMade) await backups.create('migration');
  }
  await settings.change({ lastVersion: version });
}
