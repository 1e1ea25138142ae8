import type { Folders } from '../../services/folders.ts';
import type { Handlers, Sender } from '../router.ts';

type FolderChannel = Extract<keyof Handlers<Sender>, `folders:${string}`>;

/** What the channels of folders do. */
export function createFolderHandlers<S extends Sender>({
  folders,
}: {
  folders: Folders;
}): Pick<Handlers<S>, FolderChannel> {
  return {
    'folders:list': () => folders.list(),
    'folders:create': ({ name }) => folders.create(name),
    'folders:rename': ({ folderId, name }) => folders.rename(folderId, name),
    'folders:delete': ({ folderId }) => folders.delete(folderId),
  };
}
