import type Database from 'better-sqlite3';

/** One step of the schema. Once released it never changes: a correction is a further step. */
export interface Migration {
  /** What `user_version` says afterwards: one more than the step before. */
  version: number;
  /** Runs inside a transaction, with foreign keys switched off and checked as a whole before the commit. */
  up(db: Database.Database): void;
}
