import Database from 'better-sqlite3';

/**
 * Claims a database for this process for as long as it lives: an exclusive lock on a file beside it, which the system
 * lets go of even after a kill. The window and the terminal may work on one database at the same time, but only
 * the one that holds the claim may conclude that an unfinished answer has no writer any more.
 */
export function claimDatabase(databasePath: string): { held: boolean; release: () => void } {
  let lock: Database.Database | null = null;
  try {
    lock = new Database(`${databasePath}.lock`, { timeout: 0 });
    lock.exec('BEGIN EXCLUSIVE');
    const holder = lock;
    return { held: true, release: () => holder.close() };
  } catch {
    lock?.close();
    return { held: false, release: () => undefined };
  }
}
