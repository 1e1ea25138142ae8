import type { z } from 'zod';
import { appInputs, type AppApi, type MenuCommand } from './app.ts';
import type { Channel, EventName } from './channels.ts';
import { conversationInputs, type ConversationChange, type ConversationsApi } from './conversations.ts';
import type { Envelope } from './errors.ts';
import { generationInputs, type GenerationEvent, type GenerationsApi } from './generations.ts';
import { modelInputs, type ModelsApi, type ModelStatus } from './models.ts';
import { settingsInputs, type Settings, type SettingsApi } from './settings.ts';

/** What the main window finds at `window.assistant`. */
export interface AssistantApi {
  app: AppApi;
  conversations: ConversationsApi;
  generations: GenerationsApi;
  models: ModelsApi;
  settings: SettingsApi;
}

/** The schema of every channel's one argument. A channel without one is a compile error. */
export const inputSchemas = {
  ...appInputs,
  ...conversationInputs,
  ...generationInputs,
  ...modelInputs,
  ...settingsInputs,
} satisfies Record<Channel, z.ZodType>;

export type Input<C extends Channel> = z.infer<(typeof inputSchemas)[C]>;

type ValueOf<F extends (...args: never[]) => Promise<Envelope<unknown>>> =
  Awaited<ReturnType<F>> extends Envelope<infer V> ? V : never;

/** What each channel answers with when it succeeds, taken from the areas' interfaces. */
export interface Outputs {
  'app:info': ValueOf<AppApi['info']>;
  'app:licences': ValueOf<AppApi['licences']>;
  'app:copy-text': ValueOf<AppApi['copyText']>;
  'app:open-link': ValueOf<AppApi['openLink']>;
  'conversations:list': ValueOf<ConversationsApi['list']>;
  'conversations:open': ValueOf<ConversationsApi['open']>;
  'conversations:rename': ValueOf<ConversationsApi['rename']>;
  'conversations:delete': ValueOf<ConversationsApi['delete']>;
  'conversations:restore': ValueOf<ConversationsApi['restore']>;
  'conversations:select-branch': ValueOf<ConversationsApi['selectBranch']>;
  'generations:start': ValueOf<GenerationsApi['start']>;
  'generations:retry': ValueOf<GenerationsApi['retry']>;
  'generations:continue': ValueOf<GenerationsApi['continue']>;
  'generations:stop': ValueOf<GenerationsApi['stop']>;
  'generations:preview': ValueOf<GenerationsApi['preview']>;
  'models:status': ValueOf<ModelsApi['status']>;
  'models:choose-file': ValueOf<ModelsApi['chooseFile']>;
  'models:use-guide': ValueOf<ModelsApi['useGuide']>;
  'models:load': ValueOf<ModelsApi['load']>;
  'models:state-cache': ValueOf<ModelsApi['stateCache']>;
  'models:clear-state-cache': ValueOf<ModelsApi['clearStateCache']>;
  'settings:get': ValueOf<SettingsApi['get']>;
  'settings:change': ValueOf<SettingsApi['change']>;
}

/** What each event carries. */
export interface Events extends Record<EventName, unknown> {
  'app:menu-chosen': MenuCommand;
  'conversations:changed': ConversationChange;
  'generations:advanced': GenerationEvent;
  'models:changed': ModelStatus;
  'settings:changed': Settings;
}
