import type { Migration } from './migration.ts';

/** Order in the list of conversations: folders, pinned ones, and an archive. The index follows the order of the list. */
export const folders: Migration = {
  version: 5,
  up(db) {
    db.exec(`
      CREATE TABLE folders (
        id TEXT NOT NULL PRIMARY KEY,
        name TEXT NOT NULL,
        created_at INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;

      ALTER TABLE conversations ADD COLUMN folder_id TEXT REFERENCES folders (id) ON DELETE SET NULL;
      ALTER TABLE conversations ADD COLUMN is_pinned INTEGER NOT NULL DEFAULT 0 CHECK (is_pinned IN (0, 1));
      ALTER TABLE conversations ADD COLUMN is_archived INTEGER NOT NULL DEFAULT 0 CHECK (is_archived IN (0, 1));

      CREATE INDEX conversations_by_folder ON conversations (folder_id) WHERE folder_id IS NOT NULL;
      DROP INDEX conversations_listed;
      CREATE INDEX conversations_listed ON conversations (is_archived, is_pinned, updated_at, id)
        WHERE deleted_at IS NULL;
    `);
  },
};
