import type { Core } from '../core.ts';
import type { ElectronTransport } from './electron-transport.ts';

/** Tells all windows what changes. */
export function broadcastChanges(core: Core, ipc: ElectronTransport): void {
  core.conversations.onChanged((change) => {
    ipc.broadcast('conversations:changed', change);
  });
  core.onGenerationEvent((event) => {
    ipc.broadcast('generations:advanced', event);
  });
  core.folders.onChanged((folders) => {
    ipc.broadcast('folders:changed', folders);
  });
  core.queue.onChanged((queue) => {
    ipc.broadcast('queue:changed', queue);
  });
  core.backups.onChanged((state) => {
    ipc.broadcast('backups:changed', state);
  });
  core.models.onChanged((status) => {
    ipc.broadcast('models:changed', status);
  });
  core.libraryEvents.changed.on((library) => {
    ipc.broadcast('library:changed', library);
  });
  core.libraryEvents.advanced.on((installation) => {
    ipc.broadcast('library:installation-advanced', installation);
  });
  core.libraryEvents.fileRead.on((progress) => {
    ipc.broadcast('library:file-read', progress);
  });
  core.cudaAddon.onChanged((state) => {
    ipc.broadcast('cuda-addon:changed', state);
  });
  core.settings.onChanged((settings) => {
    ipc.broadcast('settings:changed', settings);
  });
}
