import type Database from 'better-sqlite3';
import { writeBackup } from '../backup.ts';
import { databaseError } from '../sqlite-errors.ts';
import { initial } from './0001-initial.ts';
import { modelLibrary } from './0002-model-library.ts';
import { conversationOrigin } from './0003-conversation-origin.ts';
import { importedFields } from './0004-imported-fields.ts';
import type { Migration } from './migration.ts';

/** Every step there ever was, oldest first. */
export const migrations: readonly Migration[] = [initial, modelLibrary, conversationOrigin, importedFields];

export const newestVersion = migrations.length;

/**
 * Brings `db` to the newest of `steps`, each in a transaction of its own, so a failure leaves the version before it.
 * A database that holds anything is copied to `<file>.before-v<first step>.bak` first. Leaves foreign keys on.
 *
 * @throws what SQLite throws, `SQLITE_ERROR` when the file's tables are not those of its version; an Error when
 * `steps` are not numbered 1, 2, 3 …
 */
export function migrate(db: Database.Database, steps: readonly Migration[] = migrations): void {
  assertConsecutive(steps);
  const from = db.pragma('user_version', { simple: true }) as number;
  const pending = steps.filter((step) => step.version > from);
  const first = pending[0];
  if (first === undefined) return;

  if (!db.memory && !isEmpty(db)) writeBackup(db, `${db.name}.before-v${first.version}.bak`);
  // A step that rebuilds a table drops the old one, which with foreign keys on would delete every row that refers to it.
  db.pragma('foreign_keys = OFF');
  try {
    for (const step of pending) apply(db, step);
  } finally {
    db.pragma('foreign_keys = ON');
  }
}

function apply(db: Database.Database, step: Migration): void {
  const run = db.transaction(() => {
    step.up(db);
    const orphans = db.pragma('foreign_key_check') as unknown[];
    if (orphans.length > 0) {
      throw databaseError(
        'database-unreadable',
        `step ${step.version} would leave ${orphans.length} rows without their parent`,
      );
    }
    db.pragma(`user_version = ${step.version}`);
  });
  run.exclusive();
}

function isEmpty(db: Database.Database): boolean {
  return db.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() === undefined;
}

function assertConsecutive(steps: readonly Migration[]): void {
  steps.forEach((step, index) => {
    if (step.version !== index + 1) throw new Error(`migration ${index + 1} is numbered ${step.version}`);
  });
}
