import { copyFileSync, chmodSync, constants, rmSync } from 'node:fs';
import Database from 'better-sqlite3';
import { AppError } from '../../preload/contract/errors.ts';
import type { Settings } from '../../preload/contract/settings.ts';
import { assertSound, dataVersion, keepCopy, syncFile } from './backup.ts';
import { migrateCopy } from './migrations/index.ts';
import { assertKnownVersion } from './backup-reading.ts';
import type { PreparedRestore } from './protocol.ts';
import { interruptUnfinished } from './repositories/conversations.ts';
import { databaseError } from './sqlite-errors.ts';

/** Pages that are put back in one step: about 8 MB. */
const pagesPerStep = 2000;

/** Tables that say what lies on this computer's disk: a restore of conversations changes nothing there. */
const tablesOfToday = ['models', 'installations', 'model_files'];

/** Settings that say how things are on this computer today. */
const settingsOfToday: readonly (keyof Settings)[] = [
  'modelPath',
  'deviceSteps',
  'windowBounds',
  'quickAskShortcut',
  'confirmedShortcut',
  'startAtLogin',
];

/**
 * Makes a copy of a backup that can take the place of today's database: checked, of today's schema, without answers that
 * nobody writes any more. The backup itself stays as it is, and so does today's database.
 *
 * @throws AppError `database-unreadable` for a damaged copy or one of something else, `database-newer`
 */
export function prepareRestore(databasePath: string, copyPath: string, preparedPath: string): void {
  rmSync(preparedPath, { force: true });
  copyFileSync(copyPath, preparedPath, constants.COPYFILE_FICLONE);
  chmodSync(preparedPath, 0o600);
  assertSound(preparedPath);
  const prepared = new Database(preparedPath, { fileMustExist: true });
  try {
    assertKnownVersion(prepared);
    prepared.pragma('journal_mode = DELETE');
    prepared.pragma('trusted_schema = OFF');
    prepared.pragma('cell_size_check = ON');
    prepared.pragma('secure_delete = ON');
    migrateCopy(prepared);
    refuseOtherSchema(prepared, databasePath);
    interruptUnfinished(prepared, null);
  } finally {
    prepared.close();
  }
  syncFile(preparedPath);
}

/**
 * Puts the prepared copy in the place of what `db` holds, which is kept at `keptPath` first. Every page is replaced in one
 * transaction of SQLite's own: whoever else has the database open, now or later, sees the old state or the new one, and
 * so does the next start after a kill. The connection stays open and sees the new state.
 *
 * @throws AppError `busy` while an answer or another program writes, `disk-full`; nothing was changed then
 */
export async function restorePrepared(
  db: Database.Database,
  { preparedPath, keptPath }: PreparedRestore,
): Promise<void> {
  refuseWhileAnswering(db);
  const version = await keepCopy(db, keptPath);
  try {
    carryOver(db, preparedPath);
    await replacePages(db, preparedPath, version);
  } catch (thrown) {
    // Nothing was replaced, so there is nothing that this copy could bring back.
    rmSync(keptPath, { force: true });
    throw thrown;
  }
  // The pages are in the log; on the disk and in the file they are the new state whatever happens next.
  db.pragma('wal_checkpoint(TRUNCATE)');
}

async function replacePages(db: Database.Database, preparedPath: string, version: number): Promise<void> {
  const prepared = new Database(preparedPath, { readonly: true, fileMustExist: true });
  try {
    const { totalPages } = await prepared.backup(db.name, {
      progress() {
        // From the first call on nobody else can write. What somebody wrote before is in no copy, and would be lost.
        if (dataVersion(db) !== version) throw busyElsewhere();
        return pagesPerStep;
      },
    });
    // Where another program holds the lock, nothing is copied and nothing is thrown.
    if (totalPages === 0) throw busyElsewhere();
  } finally {
    prepared.close();
  }
}

/** Writes what is true of this computer today into the copy. */
function carryOver(db: Database.Database, preparedPath: string): void {
  const keys = settingsOfToday.map((key) => `'${key}'`).join(', ');
  db.prepare('ATTACH ? AS restored').run(preparedPath);
  try {
    db.transaction(() => {
      for (const table of tablesOfToday) {
        db.exec(`DELETE FROM restored.${table}; INSERT INTO restored.${table} SELECT * FROM main.${table}`);
      }
      db.exec(`DELETE FROM restored.settings WHERE key IN (${keys});
        INSERT INTO restored.settings SELECT * FROM main.settings WHERE key IN (${keys})`);
    })();
  } finally {
    db.exec('DETACH restored');
  }
}

/** A file of something else may carry the number of a version, too. */
function refuseOtherSchema(prepared: Database.Database, databasePath: string): void {
  const today = new Database(databasePath, { readonly: true, fileMustExist: true });
  try {
    const namesOf = (db: Database.Database): string =>
      JSON.stringify(
        db
          .prepare(
            `SELECT type, name, tbl_name FROM sqlite_schema
        WHERE name NOT LIKE 'sqlite_stat%' ORDER BY type, name`,
          )
          .raw()
          .all(),
      );
    if (namesOf(prepared) !== namesOf(today)) {
      throw databaseError('database-unreadable', 'the tables of the copy are not those of this app');
    }
  } finally {
    today.close();
  }
}

function refuseWhileAnswering(db: Database.Database): void {
  const isAnswering = db.prepare(`SELECT 1 FROM messages WHERE status = 'generating' LIMIT 1`).get() !== undefined;
  if (isAnswering) {
    throw new AppError(
      'busy',
      'An answer is still being written. Stop it or wait for its end, then restore. Nothing was changed.',
    );
  }
}

function busyElsewhere(): AppError {
  return new AppError(
    'busy',
    'Something else is changing the conversations, perhaps a terminal. Nothing was changed. Try again.',
  );
}
