import Database from 'better-sqlite3';
import { AppError } from '../../preload/contract/errors.ts';
import type { BackupPreview } from '../../preload/contract/backups.ts';
import { assertSound } from './backup.ts';
import { newestVersion } from './migrations/index.ts';
import { databaseError } from './sqlite-errors.ts';

/** The version of the schema that brought branches which can be deleted on their own. */
export const versionWithDeletedBranches = 6;
const titlesShown = 8;

/**
 * What is in a copy, and what it would change. The copy is only read, also one that an older version of the app wrote.
 *
 * @throws AppError `database-unreadable` for a damaged copy, `database-newer`
 */
export function previewBackup(databasePath: string, copyPath: string): Omit<BackupPreview, 'backup'> {
  assertSound(copyPath);
  const copy = new Database(copyPath, { readonly: true, fileMustExist: true });
  const today = new Database(databasePath, { readonly: true, fileMustExist: true });
  try {
    assertKnownVersion(copy);
    const [before, now] = [shownIn(copy), shownIn(today)];
    return {
      conversations: before.size,
      messages: countMessages(copy),
      newest: newestOf(copy),
      wouldGo: missing(now, before),
      wouldReturn: missing(before, now),
    };
  } finally {
    copy.close();
    today.close();
  }
}

/** How many of the first are not in the second. */
function missing(first: ReadonlySet<string>, second: ReadonlySet<string>): number {
  let count = 0;
  for (const id of first) if (!second.has(id)) count += 1;
  return count;
}

/**
 * Makes sure that a copy is of a version that this app can read. @throws AppError `database-newer`, or
 * `database-unreadable` for what the app has never written: an empty file is a sound database, too
 */
export function assertKnownVersion(copy: Database.Database): void {
  const version = versionOf(copy);
  if (version < 1) throw databaseError('database-unreadable', 'the copy has no version');
  if (version <= newestVersion) return;
  throw new AppError(
    'database-newer',
    'This backup was made by a newer version of this app and was left untouched. Install that version to use it.',
    { version, newestVersion },
  );
}

/** The version of the schema in a file. */
export function versionOf(db: Database.Database): number {
  return db.pragma('user_version', { simple: true }) as number;
}

/** Ids of the conversations that are not in the trash. */
function shownIn(db: Database.Database): Set<string> {
  return new Set(db.prepare('SELECT id FROM conversations WHERE deleted_at IS NULL').pluck().all() as string[]);
}

function countMessages(db: Database.Database): number {
  const isShown = versionOf(db) >= versionWithDeletedBranches ? 'AND messages.deleted_with IS NULL' : '';
  return db
    .prepare(
      `SELECT count(*) FROM messages JOIN conversations ON conversations.id = messages.conversation_id
        WHERE conversations.deleted_at IS NULL ${isShown}`,
    )
    .pluck()
    .get() as number;
}

function newestOf(db: Database.Database): BackupPreview['newest'] {
  return db
    .prepare<[number], BackupPreview['newest'][number]>(
      `SELECT title, updated_at AS updatedAt FROM conversations WHERE deleted_at IS NULL
        ORDER BY updated_at DESC, id DESC LIMIT ?`,
    )
    .all(titlesShown);
}
