import type { Backups } from '../../services/backups.ts';
import type { Handlers, Sender } from '../router.ts';

type BackupChannel = Extract<keyof Handlers<Sender>, `backups:${string}`>;

/**
 * What the channels of backups do.
 *
 * @param openFolder shows a folder in the system's file manager
 */
export function createBackupHandlers<S extends Sender>(
  { backups }: { backups: Backups },
  openFolder: (path: string) => Promise<unknown>,
): Pick<Handlers<S>, BackupChannel> {
  return {
    'backups:list': () => backups.list(),
    'backups:create': () => backups.create(),
    'backups:preview': ({ backupId }) => backups.preview(backupId),
    'backups:restore': ({ backupId }) => backups.restore(backupId),
    'backups:delete': ({ backupId }) => backups.delete(backupId),
    'backups:show-folder': async () => {
      await openFolder(await backups.openFolder());
      return null;
    },
  };
}
