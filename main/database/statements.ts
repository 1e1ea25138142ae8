import type Database from 'better-sqlite3';

const caches = new WeakMap<Database.Database, Map<string, Database.Statement>>();

/**
 * The prepared form of `sql` on this connection, prepared once. `Params` and `Row` state what the SQL text binds and
 * yields; nothing checks that, so each statement stays next to the types it is called with.
 */
export function statement<Params extends unknown[], Row = unknown>(
  db: Database.Database,
  sql: string,
): Database.Statement<Params, Row> {
  let cache = caches.get(db);
  if (cache === undefined) caches.set(db, (cache = new Map<string, Database.Statement>()));
  let prepared = cache.get(sql);
  if (prepared === undefined) cache.set(sql, (prepared = db.prepare(sql)));
  return prepared as unknown as Database.Statement<Params, Row>;
}

/** Runs `work` in one transaction: all of it is on disk when this returns, or none of it when this throws. */
export function inTransaction<T>(db: Database.Database, work: () => T): T {
  // Immediate, so that a busy file is noticed before anything was read rather than at the first write.
  return db.transaction(work).immediate();
}
