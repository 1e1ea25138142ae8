import type { Migration } from './migration.ts';

/**
 * What was typed and not sent, and questions that wait for the answer before them. The one draft without a conversation
 * belongs to the next new one. Both go with their conversation.
 */
export const draftsAndQueue: Migration = {
  version: 7,
  up(db) {
    db.exec(`
      CREATE TABLE drafts (
        conversation_id TEXT UNIQUE REFERENCES conversations (id) ON DELETE CASCADE,
        text TEXT NOT NULL
      ) STRICT;

      CREATE TABLE queued_questions (
        id TEXT NOT NULL PRIMARY KEY,
        conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
        position INTEGER NOT NULL,
        text TEXT NOT NULL,
        created_at INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;

      CREATE INDEX queued_questions_of ON queued_questions (conversation_id, position);
    `);
  },
};
