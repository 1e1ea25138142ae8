import { contextBridge, ipcRenderer } from 'electron';
import type { RecoveryApi, RecoveryChannel } from './contract/recovery.ts';

/** As in `bridge.ts`, for the channels that this window has and no other. */
function invoke(channel: RecoveryChannel, input?: unknown): Promise<never> {
  return ipcRenderer.invoke(channel, input) as Promise<never>;
}

const recoveryApi: RecoveryApi = {
  state: () => invoke('recovery:state'),
  tryAgain: () => invoke('recovery:try-again'),
  openAsIs: () => invoke('recovery:open-as-is'),
  salvage: () => invoke('recovery:salvage'),
  cancel: () => invoke('recovery:cancel'),
  restore: (input) => invoke('recovery:restore', input),
  startEmpty: () => invoke('recovery:start-empty'),
  goOn: () => invoke('recovery:go-on'),
  showFolder: () => invoke('recovery:show-folder'),
  quit: () => invoke('recovery:quit'),
};

contextBridge.exposeInMainWorld('recovery', recoveryApi);
