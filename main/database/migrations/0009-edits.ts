import type { Migration } from './migration.ts';

/** Questions that are being asked in other words, as far as they were typed. They go with the question. */
export const edits: Migration = {
  version: 9,
  up(db) {
    db.exec(`
      CREATE TABLE edits (
        message_id TEXT NOT NULL PRIMARY KEY REFERENCES messages (id) ON DELETE CASCADE,
        conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
        text TEXT NOT NULL
      ) STRICT, WITHOUT ROWID;
    `);
  },
};
