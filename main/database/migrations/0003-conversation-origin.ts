import type { Migration } from './migration.ts';

/**
 * Where a conversation was begun, and the preset that was chosen for it.
 *
 * - Every conversation from before was begun in the window or in the terminal, and nothing tells which: all count as
 *   begun in the window.
 * - `preset_id` may name a preset of the owner's own, which is a setting and may be gone: no foreign key, no CHECK.
 */
export const conversationOrigin: Migration = {
  version: 3,
  up(db) {
    db.exec(`
      ALTER TABLE conversations ADD COLUMN origin TEXT NOT NULL DEFAULT 'window'
        CHECK (origin IN ('window', 'quick-ask', 'terminal'));
      ALTER TABLE conversations ADD COLUMN preset_id TEXT;
    `);
  },
};
