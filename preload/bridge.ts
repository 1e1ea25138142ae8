import { ipcRenderer, webUtils } from 'electron';
import type { AssistantApi, Events } from './contract/api.ts';
import type { Channel, EventName } from './contract/channels.ts';

/**
 * The only two ways out of a window. Both take channel names as types, so a name that the contract does not know is a
 * compile error and no page can reach another channel.
 */
function invoke(channel: Channel, input?: unknown): Promise<never> {
  return ipcRenderer.invoke(channel, input) as Promise<never>;
}

/** Passes the payload alone: Electron's event object would hand the page a way to send messages itself. */
function subscribe<E extends EventName>(event: E, listener: (payload: Events[E]) => void): () => void {
  const forward = (_event: unknown, payload: Events[E]): void => listener(payload);
  ipcRenderer.on(event, forward);
  return () => {
    ipcRenderer.removeListener(event, forward);
  };
}

/** The api of the main window, one explicit method per channel. */
export const assistantApi = {
  app: {
    info: () => invoke('app:info'),
    licences: () => invoke('app:licences'),
    copyText: (input) => invoke('app:copy-text', input),
    openLink: (input) => invoke('app:open-link', input),
    onOpened: (listener) => subscribe('app:opened', listener),
    onMenuCommand: (listener) => subscribe('app:menu-chosen', listener),
  },
  conversations: {
    list: (input) => invoke('conversations:list', input),
    open: (input) => invoke('conversations:open', input),
    earlier: (input) => invoke('conversations:earlier', input),
    organise: (input) => invoke('conversations:organise', input),
    rename: (input) => invoke('conversations:rename', input),
    delete: (input) => invoke('conversations:delete', input),
    restore: (input) => invoke('conversations:restore', input),
    forget: (input) => invoke('conversations:forget', input),
    keep: (input) => invoke('conversations:keep', input),
    selectBranch: (input) => invoke('conversations:select-branch', input),
    choosePreset: (input) => invoke('conversations:choose-preset', input),
    onChanged: (listener) => subscribe('conversations:changed', listener),
  },
  generations: {
    start: (input) => invoke('generations:start', input),
    retry: (input) => invoke('generations:retry', input),
    continue: (input) => invoke('generations:continue', input),
    stop: (input) => invoke('generations:stop', input),
    preview: (input) => invoke('generations:preview', input),
    onEvent: (listener) => subscribe('generations:advanced', listener),
  },
  messages: {
    tree: (input) => invoke('messages:tree', input),
    versions: (input) => invoke('messages:versions', input),
    rate: (input) => invoke('messages:rate', input),
    deleteBranch: (input) => invoke('messages:delete-branch', input),
    restoreBranch: (input) => invoke('messages:restore-branch', input),
    fork: (input) => invoke('messages:fork', input),
    copyLink: (input) => invoke('messages:copy-link', input),
  },
  queue: {
    get: (input) => invoke('queue:get', input),
    add: (input) => invoke('queue:add', input),
    change: (input) => invoke('queue:change', input),
    move: (input) => invoke('queue:move', input),
    remove: (input) => invoke('queue:remove', input),
    resume: (input) => invoke('queue:resume', input),
    onChanged: (listener) => subscribe('queue:changed', listener),
  },
  drafts: {
    list: () => invoke('drafts:list'),
    save: (input) => invoke('drafts:save', input),
  },
  folders: {
    list: () => invoke('folders:list'),
    create: (input) => invoke('folders:create', input),
    rename: (input) => invoke('folders:rename', input),
    delete: (input) => invoke('folders:delete', input),
    onChanged: (listener) => subscribe('folders:changed', listener),
  },
  search: {
    find: (input) => invoke('search:find', input),
    modelNames: () => invoke('search:model-names'),
  },
  trash: {
    list: () => invoke('trash:list'),
    restore: (input) => invoke('trash:restore', input),
    erase: (input) => invoke('trash:erase', input),
  },
  backups: {
    list: () => invoke('backups:list'),
    create: () => invoke('backups:create'),
    preview: (input) => invoke('backups:preview', input),
    restore: (input) => invoke('backups:restore', input),
    delete: (input) => invoke('backups:delete', input),
    showFolder: () => invoke('backups:show-folder'),
    onChanged: (listener) => subscribe('backups:changed', listener),
  },
  models: {
    status: () => invoke('models:status'),
    load: (input) => invoke('models:load', input),
    stateCache: () => invoke('models:state-cache'),
    clearStateCache: () => invoke('models:clear-state-cache'),
    onChanged: (listener) => subscribe('models:changed', listener),
  },
  library: {
    get: () => invoke('library:get'),
    inspectFile: (input) => invoke('library:inspect-file', input),
    addFile: (input) => invoke('library:add-file', input),
    pathOfDropped: (file) => webUtils.getPathForFile(file),
    use: (input) => invoke('library:use', input),
    verify: (input) => invoke('library:verify', input),
    cancelReading: (input) => invoke('library:cancel-reading', input),
    reveal: (input) => invoke('library:reveal', input),
    remove: (input) => invoke('library:remove', input),
    install: (input) => invoke('library:install', input),
    pauseInstallation: (input) => invoke('library:pause-installation', input),
    resumeInstallation: (input) => invoke('library:resume-installation', input),
    cancelInstallation: (input) => invoke('library:cancel-installation', input),
    onChanged: (listener) => subscribe('library:changed', listener),
    onInstallationAdvanced: (listener) => subscribe('library:installation-advanced', listener),
    onFileRead: (listener) => subscribe('library:file-read', listener),
  },
  exchange: {
    export: (input) => invoke('exchange:export', input),
    print: (input) => invoke('exchange:print', input),
    copy: (input) => invoke('exchange:copy', input),
    inspect: (input) => invoke('exchange:inspect', input),
    import: (input) => invoke('exchange:import', input),
    cancel: () => invoke('exchange:cancel'),
    onAdvanced: (listener) => subscribe('exchange:advanced', listener),
  },
  desktop: {
    state: () => invoke('desktop:state'),
    setShortcut: (input) => invoke('desktop:set-shortcut', input),
    testShortcut: (input) => invoke('desktop:test-shortcut', input),
    suspendShortcut: (input) => invoke('desktop:suspend-shortcut', input),
    onChanged: (listener) => subscribe('desktop:changed', listener),
  },
  quickAsk: {
    state: () => invoke('quick-ask:state'),
    show: () => invoke('quick-ask:show'),
    hide: () => invoke('quick-ask:hide'),
    setPinned: (input) => invoke('quick-ask:set-pinned', input),
    setHeight: (input) => invoke('quick-ask:set-height', input),
    saveDraft: (input) => invoke('quick-ask:save-draft', input),
    setConversation: (input) => invoke('quick-ask:set-conversation', input),
    continueInMain: (input) => invoke('quick-ask:continue-in-main', input),
    openPage: (input) => invoke('quick-ask:open-page', input),
    onOpened: (listener) => subscribe('quick-ask:opened', listener),
  },
  settings: {
    get: () => invoke('settings:get'),
    change: (input) => invoke('settings:change', input),
    onChanged: (listener) => subscribe('settings:changed', listener),
  },
  updates: {
    state: () => invoke('updates:state'),
    look: () => invoke('updates:look'),
    fetch: () => invoke('updates:fetch'),
    install: () => invoke('updates:install'),
    cancel: () => invoke('updates:cancel'),
    onChanged: (listener) => subscribe('updates:changed', listener),
  },
  cudaAddon: {
    state: () => invoke('cuda-addon:state'),
    fetch: () => invoke('cuda-addon:fetch'),
    stop: () => invoke('cuda-addon:stop'),
    remove: () => invoke('cuda-addon:remove'),
    onChanged: (listener) => subscribe('cuda-addon:changed', listener),
  },
} satisfies AssistantApi;
