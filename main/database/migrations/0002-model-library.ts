import type { Migration } from './migration.ts';

/**
 * The library of models, the installations under way, and the window that an answer was written in.
 *
 * - `models.sha256` is what the file must be: it is written when the model is added, made or verified, and never
 *   changed by reading the file. `model_files` stays what it was, the hash of what lay at a path when it was last read.
 * - `window_tokens` says for which size of window `first_visible_message_id` holds.
 */
export const modelLibrary: Migration = {
  version: 2,
  up(db) {
    db.exec(`
      CREATE TABLE models (
        id TEXT NOT NULL PRIMARY KEY,
        path TEXT NOT NULL UNIQUE,
        source TEXT NOT NULL CHECK (source IN ('catalogue', 'file')),
        catalogue_id TEXT,
        is_managed INTEGER NOT NULL CHECK (is_managed IN (0, 1)),
        facts TEXT NOT NULL CHECK (json_valid(facts)),
        sha256 TEXT,
        verified_at INTEGER,
        added_at INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE installations (
        id TEXT NOT NULL PRIMARY KEY,
        catalogue_id TEXT NOT NULL,
        type TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        UNIQUE (catalogue_id, type)
      ) STRICT, WITHOUT ROWID;

      ALTER TABLE generations ADD COLUMN window_tokens INTEGER;
    `);
  },
};
