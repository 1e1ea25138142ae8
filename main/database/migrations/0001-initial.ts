import type { Migration } from './migration.ts';

/**
 * Conversations as trees of messages, how each answer came about, settings, and hashes of model files.
 *
 * - Times are integer milliseconds since 1970, ids UUIDv7 text, truth values 0 and 1.
 * - `messages.seq` orders siblings and gives a full-text index its integer rowid. A parent always has a lower one.
 * - No foreign key between a message and its parent cascades: SQLite stops a chain of cascades after 1,000 levels, and
 *   a long conversation is one chain. All its messages go in one step, with their conversation.
 * - Sets that grow with the app (error codes, presets) carry no CHECK: extending one would mean rebuilding the table.
 * - `first_visible_message_id` carries no foreign key: messages go only with their whole conversation.
 */
export const initial: Migration = {
  version: 1,
  up(db) {
    db.exec(`
      CREATE TABLE conversations (
        id TEXT NOT NULL PRIMARY KEY,
        title TEXT NOT NULL,
        title_by_hand INTEGER NOT NULL DEFAULT 0 CHECK (title_by_hand IN (0, 1)),
        created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL,
        current_leaf_id TEXT,
        deleted_at INTEGER,
        FOREIGN KEY (id, current_leaf_id) REFERENCES messages (conversation_id, id)
      ) STRICT;

      CREATE INDEX conversations_listed ON conversations (updated_at, id) WHERE deleted_at IS NULL;
      CREATE INDEX conversations_deleted ON conversations (deleted_at) WHERE deleted_at IS NOT NULL;

      CREATE TABLE messages (
        seq INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
        parent_id TEXT,
        role TEXT NOT NULL CHECK (role IN ('prompter', 'assistant')),
        text TEXT NOT NULL,
        status TEXT NOT NULL CHECK (status IN ('complete', 'generating', 'stopped', 'interrupted', 'failed')),
        error_code TEXT,
        created_at INTEGER NOT NULL,
        UNIQUE (conversation_id, id),
        FOREIGN KEY (conversation_id, parent_id) REFERENCES messages (conversation_id, id),
        CHECK (role = 'assistant' OR status = 'complete'),
        CHECK (role = 'prompter' OR parent_id IS NOT NULL)
      ) STRICT;

      CREATE INDEX messages_by_parent ON messages (conversation_id, parent_id);
      CREATE INDEX messages_unfinished ON messages (conversation_id) WHERE status = 'generating';

      CREATE TABLE generations (
        message_id TEXT NOT NULL PRIMARY KEY REFERENCES messages (id) ON DELETE CASCADE,
        model_name TEXT NOT NULL,
        model_sha256 TEXT,
        preset_id TEXT NOT NULL,
        parameters TEXT NOT NULL CHECK (json_valid(parameters)),
        seed INTEGER NOT NULL,
        prompt_tokens INTEGER,
        reused_tokens INTEGER,
        reply_tokens INTEGER,
        prompt_ms INTEGER,
        reply_ms INTEGER,
        stop_reason TEXT CHECK (stop_reason IN ('end-of-text', 'marker', 'length', 'stopped', 'interrupted', 'failed')),
        first_visible_message_id TEXT
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE settings (
        key TEXT NOT NULL PRIMARY KEY,
        value TEXT NOT NULL CHECK (json_valid(value))
      ) STRICT, WITHOUT ROWID;

      -- REAL: file systems report fractions of a millisecond, and the time must compare equal to itself.
      CREATE TABLE model_files (
        path TEXT NOT NULL PRIMARY KEY,
        size_bytes INTEGER NOT NULL,
        modified_ms REAL NOT NULL,
        sha256 TEXT NOT NULL
      ) STRICT, WITHOUT ROWID;
    `);
  },
};
