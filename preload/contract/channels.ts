/** Names of all channels. This file holds no schema, so the preload bundle stays free of zod. */
export const channels = [
  'app:info',
  'app:licences',
  'app:copy-text',
  'app:open-link',
  'conversations:list',
  'conversations:open',
  'conversations:rename',
  'conversations:delete',
  'conversations:restore',
  'conversations:select-branch',
  'generations:start',
  'generations:retry',
  'generations:continue',
  'generations:stop',
  'generations:preview',
  'models:status',
  'models:load',
  'models:state-cache',
  'models:clear-state-cache',
  'library:get',
  'library:inspect-file',
  'library:add-file',
  'library:use',
  'library:verify',
  'library:cancel-reading',
  'library:reveal',
  'library:remove',
  'library:install',
  'library:pause-installation',
  'library:resume-installation',
  'library:cancel-installation',
  'settings:get',
  'settings:change',
] as const;

export type Channel = (typeof channels)[number];

/** Names of all events that main sends to windows. */
export const events = [
  'app:menu-chosen',
  'conversations:changed',
  'generations:advanced',
  'models:changed',
  'library:changed',
  'library:installation-advanced',
  'library:file-read',
  'settings:changed',
] as const;

export type EventName = (typeof events)[number];
