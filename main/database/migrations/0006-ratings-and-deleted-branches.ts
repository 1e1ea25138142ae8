import type { Migration } from './migration.ts';

/**
 * What the owner thinks of answers, and branches in the trash.
 *
 * - A deleted branch keeps its place in the tree. Every message of it names the message that the branch begins with, in
 *   `deleted_with`, so that nothing that is visible has to look further up than itself. A branch that was deleted before,
 *   and hangs below another one that is deleted later, keeps its own.
 * - `leaf_id` is the end of the branch that was shown, or null: restoring shows it again.
 */
export const ratingsAndDeletedBranches: Migration = {
  version: 6,
  up(db) {
    db.exec(`
      ALTER TABLE messages ADD COLUMN rating INTEGER CHECK (rating IN (-1, 1));
      ALTER TABLE messages ADD COLUMN deleted_with TEXT;

      CREATE INDEX messages_deleted ON messages (deleted_with) WHERE deleted_with IS NOT NULL;

      CREATE TABLE deleted_branches (
        root_id TEXT NOT NULL PRIMARY KEY REFERENCES messages (id) ON DELETE CASCADE,
        conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
        leaf_id TEXT,
        deleted_at INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;

      CREATE INDEX deleted_branches_of ON deleted_branches (conversation_id);
    `);
  },
};
