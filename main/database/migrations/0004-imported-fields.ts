import type { Migration } from './migration.ts';

/**
 * What an imported message brought along that the app has no place of its own for (ranks, labels, languages of
 * Open-Assistant's trees), kept as it came so that it can leave again. Null for everything that was written here.
 */
export const importedFields: Migration = {
  version: 4,
  up(db) {
    db.exec(`ALTER TABLE messages ADD COLUMN imported TEXT CHECK (imported IS NULL OR json_valid(imported));`);
  },
};
