import { writeSync } from 'node:fs';
import { createBackupRunner } from '../../main/database/backup-client.ts';
import { backupsFolderOf } from '../../main/database/backup-names.ts';
import { openDatabaseClient } from '../../main/database/client.ts';
import { createBackups } from '../../main/services/backups.ts';
import { createSettings } from '../../main/services/settings.ts';

/**
 * A process made to be killed: restores one backup. Arguments: path of the database, id of the backup. Says `ready` when
 * it begins, and `done` when the restore was answered for.
 */
const [databasePath, backupId] = process.argv.slice(2);
if (databasePath === undefined || backupId === undefined) throw new Error('usage: backup-restore-loop PATH BACKUP_ID');

const workerUrl = new URL('../../main/database/worker.ts', import.meta.url);
const database = await openDatabaseClient({ databasePath, workerUrl });
const settings = await createSettings(database);
const backups = createBackups({
  ...{ database, databasePath, settings },
  folder: backupsFolderOf(databasePath),
  runTask: createBackupRunner(workerUrl),
  isAnswering: () => false,
  afterRestore: () => settings.reload(),
  now: Date.now,
});
// Written at once, not through a stream: nothing may be said later than it seems.
writeSync(1, 'ready\n');
await backups.restore(backupId);
writeSync(1, 'done\n');
setInterval(() => undefined, 60_000); // Until it is killed.
