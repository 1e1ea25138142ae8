import { mkdirSync } from 'node:fs';
import type Database from 'better-sqlite3';
import { backupPathOf, backupsFolderOf, newBackupId } from '../backup-names.ts';
import { writeBackup } from '../backup.ts';
import { databaseError } from '../sqlite-errors.ts';
import { initial } from './0001-initial.ts';
import { modelLibrary } from './0002-model-library.ts';
import { conversationOrigin } from './0003-conversation-origin.ts';
import { importedFields } from './0004-imported-fields.ts';
import { folders } from './0005-folders.ts';
import { ratingsAndDeletedBranches } from './0006-ratings-and-deleted-branches.ts';
import { draftsAndQueue } from './0007-drafts-and-queue.ts';
import { search } from './0008-search.ts';
import { edits } from './0009-edits.ts';
import type { Migration } from './migration.ts';

/** Every step there ever was, oldest first. */
export const migrations: readonly Migration[] = [
  initial,
  modelLibrary,
  conversationOrigin,
  importedFields,
  folders,
  ratingsAndDeletedBranches,
  draftsAndQueue,
  search,
  edits,
];

export const newestVersion = migrations.length;

/**
 * Brings `db` to the newest of `steps`, each in a transaction of its own, so a failure leaves the version before it.
 * A database that holds anything is copied to the folder of backups first. Leaves foreign keys on.
 *
 * @throws what SQLite throws, `SQLITE_ERROR` when the file's tables are not those of its version; an Error when
 * `steps` are not numbered 1, 2, 3 …
 */
export function migrate(db: Database.Database, steps: readonly Migration[] = migrations): void {
  const pending = pendingOf(db, steps);
  if (pending.length > 0 && !db.memory && !isEmpty(db)) backUp(db);
  applyAll(db, pending);
}

/** The same for a copy that is made to be changed: the file that it was made from stays as it is. */
export function migrateCopy(db: Database.Database): void {
  applyAll(db, pendingOf(db, migrations));
}

function pendingOf(db: Database.Database, steps: readonly Migration[]): Migration[] {
  assertConsecutive(steps);
  const from = db.pragma('user_version', { simple: true }) as number;
  return steps.filter((step) => step.version > from);
}

function backUp(db: Database.Database): void {
  const folder = backupsFolderOf(db.name);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeBackup(db, backupPathOf(folder, newBackupId(folder, 'migration', Date.now())));
}

function applyAll(db: Database.Database, pending: readonly Migration[]): void {
  if (pending.length === 0) return;
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
