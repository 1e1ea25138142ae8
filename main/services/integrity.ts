import type { RunBackupTask } from '../database/backup-client.ts';
import type { DatabaseClient } from '../database/protocol.ts';
import { noteStanding, readStanding } from '../database/standing.ts';
import { createEmitter } from './emitter.ts';

export interface IntegrityOptions {
  database: Pick<DatabaseClient, 'rebuildTextIndexes'>;
  databasePath: string;
  runTask: RunBackupTask;
  /** Whether any answer is queued or being written. */
  isAnswering: () => boolean;
  now: () => number;
}

const weekMs = 7 * 24 * 60 * 60 * 1000;

/**
 * Looks through the database now and then, beside everything else. What it finds is told and noted, and never acted on:
 * only an index of texts, which is made of them, is made anew.
 */
export function createIntegrity({ database, databasePath, runTask, isAnswering, now }: IntegrityOptions) {
  const damaged = createEmitter<string>();
  const leaving = new AbortController();

  const check = async (): Promise<void> => {
    const verdict = await runTask('check', { databasePath }, { signal: leaving.signal });
    if (verdict.kind === 'damaged') {
      noteStanding(databasePath, { damage: verdict.cause });
      damaged.emit(verdict.cause);
      return;
    }
    if (verdict.kind === 'index') {
      // It holds up all else for a moment. Found again, and made anew, at the next look.
      if (isAnswering()) return;
      await database.rebuildTextIndexes();
    }
    noteStanding(databasePath, { checkedAt: now(), damage: null });
  };

  return {
    /** Told with what was found, in SQLite's words. */
    onDamaged: damaged.on,
    /** Checks once a week, and after the app ended without closing the database. Nothing waits for it. */
    async checkWhenDue(): Promise<void> {
      const checkedAt = readStanding(databasePath)?.checkedAt ?? null;
      // A time to come says nothing: the clock was wrong then, or is now.
      const isRecent = checkedAt !== null && checkedAt <= now() && now() - checkedAt < weekMs;
      if (!isRecent && !leaving.signal.aborted) await check();
    },
    dispose(): void {
      leaving.abort();
    },
  };
}
