import type { z } from 'zod';
import { appInputs, type AppApi, type AppOpening, type MenuCommand } from './app.ts';
import { backupInputs, type BackupsApi, type BackupsState } from './backups.ts';
import type { Channel, EventName } from './channels.ts';
import { conversationInputs, type ConversationChange, type ConversationsApi } from './conversations.ts';
import { cudaAddonInputs, type CudaAddonApi, type CudaAddonState } from './cuda-addon.ts';
import { desktopInputs, type DesktopApi, type DesktopState } from './desktop.ts';
import { draftInputs, type DraftsApi } from './drafts.ts';
import type { Envelope } from './errors.ts';
import { exchangeInputs, type ExchangeApi, type ExchangeProgress } from './exchange.ts';
import { folderInputs, type Folder, type FoldersApi } from './folders.ts';
import { generationInputs, type GenerationEvent, type GenerationsApi } from './generations.ts';
import { libraryInputs, type Installation, type Library, type LibraryApi } from './library.ts';
import { messageInputs, type MessagesApi } from './messages.ts';
import { modelInputs, type ModelsApi, type ModelStatus } from './models.ts';
import { queueInputs, type QuestionQueue, type QueueApi } from './queue.ts';
import { quickAskInputs, type QuickAskApi, type QuickAskOpening } from './quick-ask.ts';
import { searchInputs, type SearchApi } from './search.ts';
import { settingsInputs, type Settings, type SettingsApi } from './settings.ts';
import { trashInputs, type TrashApi } from './trash.ts';
import { updateInputs, type UpdatesApi, type UpdatesState } from './updates.ts';

/** What the main window finds at `window.assistant`. */
export interface AssistantApi {
  app: AppApi;
  conversations: ConversationsApi;
  generations: GenerationsApi;
  messages: MessagesApi;
  queue: QueueApi;
  drafts: DraftsApi;
  folders: FoldersApi;
  search: SearchApi;
  trash: TrashApi;
  backups: BackupsApi;
  models: ModelsApi;
  library: LibraryApi;
  exchange: ExchangeApi;
  desktop: DesktopApi;
  quickAsk: QuickAskApi;
  settings: SettingsApi;
  updates: UpdatesApi;
  cudaAddon: CudaAddonApi;
}

/** The methods that both windows have: what they share in stores and components uses no others. */
export interface SharedApi {
  app: Pick<AppApi, 'copyText' | 'openLink'>;
  conversations: Pick<ConversationsApi, 'open' | 'earlier' | 'selectBranch' | 'onChanged'>;
  generations: GenerationsApi;
  models: Pick<ModelsApi, 'status' | 'load' | 'onChanged'>;
}

/** What the quick window finds at `window.quickAssistant`. */
export interface QuickAssistantApi extends SharedApi {
  quickAsk: Omit<QuickAskApi, 'show'>;
}

/** The schema of every channel's one argument. A channel without one is a compile error. */
export const inputSchemas = {
  ...appInputs,
  ...conversationInputs,
  ...generationInputs,
  ...messageInputs,
  ...queueInputs,
  ...draftInputs,
  ...folderInputs,
  ...searchInputs,
  ...trashInputs,
  ...backupInputs,
  ...modelInputs,
  ...libraryInputs,
  ...exchangeInputs,
  ...desktopInputs,
  ...quickAskInputs,
  ...settingsInputs,
  ...updateInputs,
  ...cudaAddonInputs,
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
  'conversations:earlier': ValueOf<ConversationsApi['earlier']>;
  'conversations:organise': ValueOf<ConversationsApi['organise']>;
  'conversations:rename': ValueOf<ConversationsApi['rename']>;
  'conversations:delete': ValueOf<ConversationsApi['delete']>;
  'conversations:restore': ValueOf<ConversationsApi['restore']>;
  'conversations:select-branch': ValueOf<ConversationsApi['selectBranch']>;
  'conversations:forget': ValueOf<ConversationsApi['forget']>;
  'conversations:keep': ValueOf<ConversationsApi['keep']>;
  'conversations:choose-preset': ValueOf<ConversationsApi['choosePreset']>;
  'generations:start': ValueOf<GenerationsApi['start']>;
  'generations:retry': ValueOf<GenerationsApi['retry']>;
  'generations:continue': ValueOf<GenerationsApi['continue']>;
  'generations:stop': ValueOf<GenerationsApi['stop']>;
  'generations:preview': ValueOf<GenerationsApi['preview']>;
  'messages:tree': ValueOf<MessagesApi['tree']>;
  'messages:versions': ValueOf<MessagesApi['versions']>;
  'messages:rate': ValueOf<MessagesApi['rate']>;
  'messages:delete-branch': ValueOf<MessagesApi['deleteBranch']>;
  'messages:restore-branch': ValueOf<MessagesApi['restoreBranch']>;
  'messages:fork': ValueOf<MessagesApi['fork']>;
  'messages:copy-link': ValueOf<MessagesApi['copyLink']>;
  'queue:get': ValueOf<QueueApi['get']>;
  'queue:add': ValueOf<QueueApi['add']>;
  'queue:change': ValueOf<QueueApi['change']>;
  'queue:move': ValueOf<QueueApi['move']>;
  'queue:remove': ValueOf<QueueApi['remove']>;
  'queue:resume': ValueOf<QueueApi['resume']>;
  'drafts:list': ValueOf<DraftsApi['list']>;
  'drafts:save': ValueOf<DraftsApi['save']>;
  'folders:list': ValueOf<FoldersApi['list']>;
  'folders:create': ValueOf<FoldersApi['create']>;
  'folders:rename': ValueOf<FoldersApi['rename']>;
  'folders:delete': ValueOf<FoldersApi['delete']>;
  'search:find': ValueOf<SearchApi['find']>;
  'search:model-names': ValueOf<SearchApi['modelNames']>;
  'trash:list': ValueOf<TrashApi['list']>;
  'trash:restore': ValueOf<TrashApi['restore']>;
  'trash:erase': ValueOf<TrashApi['erase']>;
  'backups:list': ValueOf<BackupsApi['list']>;
  'backups:create': ValueOf<BackupsApi['create']>;
  'backups:preview': ValueOf<BackupsApi['preview']>;
  'backups:restore': ValueOf<BackupsApi['restore']>;
  'backups:delete': ValueOf<BackupsApi['delete']>;
  'backups:show-folder': ValueOf<BackupsApi['showFolder']>;
  'models:status': ValueOf<ModelsApi['status']>;
  'models:load': ValueOf<ModelsApi['load']>;
  'models:state-cache': ValueOf<ModelsApi['stateCache']>;
  'models:clear-state-cache': ValueOf<ModelsApi['clearStateCache']>;
  'library:get': ValueOf<LibraryApi['get']>;
  'library:inspect-file': ValueOf<LibraryApi['inspectFile']>;
  'library:add-file': ValueOf<LibraryApi['addFile']>;
  'library:use': ValueOf<LibraryApi['use']>;
  'library:verify': ValueOf<LibraryApi['verify']>;
  'library:cancel-reading': ValueOf<LibraryApi['cancelReading']>;
  'library:reveal': ValueOf<LibraryApi['reveal']>;
  'library:remove': ValueOf<LibraryApi['remove']>;
  'library:install': ValueOf<LibraryApi['install']>;
  'library:pause-installation': ValueOf<LibraryApi['pauseInstallation']>;
  'library:resume-installation': ValueOf<LibraryApi['resumeInstallation']>;
  'library:cancel-installation': ValueOf<LibraryApi['cancelInstallation']>;
  'exchange:export': ValueOf<ExchangeApi['export']>;
  'exchange:print': ValueOf<ExchangeApi['print']>;
  'exchange:copy': ValueOf<ExchangeApi['copy']>;
  'exchange:inspect': ValueOf<ExchangeApi['inspect']>;
  'exchange:import': ValueOf<ExchangeApi['import']>;
  'exchange:cancel': ValueOf<ExchangeApi['cancel']>;
  'desktop:state': ValueOf<DesktopApi['state']>;
  'desktop:set-shortcut': ValueOf<DesktopApi['setShortcut']>;
  'desktop:test-shortcut': ValueOf<DesktopApi['testShortcut']>;
  'desktop:suspend-shortcut': ValueOf<DesktopApi['suspendShortcut']>;
  'quick-ask:state': ValueOf<QuickAskApi['state']>;
  'quick-ask:show': ValueOf<QuickAskApi['show']>;
  'quick-ask:hide': ValueOf<QuickAskApi['hide']>;
  'quick-ask:set-pinned': ValueOf<QuickAskApi['setPinned']>;
  'quick-ask:set-height': ValueOf<QuickAskApi['setHeight']>;
  'quick-ask:save-draft': ValueOf<QuickAskApi['saveDraft']>;
  'quick-ask:set-conversation': ValueOf<QuickAskApi['setConversation']>;
  'quick-ask:continue-in-main': ValueOf<QuickAskApi['continueInMain']>;
  'quick-ask:open-page': ValueOf<QuickAskApi['openPage']>;
  'settings:get': ValueOf<SettingsApi['get']>;
  'settings:change': ValueOf<SettingsApi['change']>;
  'updates:state': ValueOf<UpdatesApi['state']>;
  'updates:look': ValueOf<UpdatesApi['look']>;
  'updates:fetch': ValueOf<UpdatesApi['fetch']>;
  'updates:install': ValueOf<UpdatesApi['install']>;
  'updates:cancel': ValueOf<UpdatesApi['cancel']>;
  'cuda-addon:state': ValueOf<CudaAddonApi['state']>;
  'cuda-addon:fetch': ValueOf<CudaAddonApi['fetch']>;
  'cuda-addon:stop': ValueOf<CudaAddonApi['stop']>;
  'cuda-addon:remove': ValueOf<CudaAddonApi['remove']>;
}

/** What each event carries. */
export interface Events extends Record<EventName, unknown> {
  'app:menu-chosen': MenuCommand;
  'app:opened': AppOpening;
  'desktop:changed': DesktopState;
  'quick-ask:opened': QuickAskOpening;
  'conversations:changed': ConversationChange;
  'generations:advanced': GenerationEvent;
  'queue:changed': QuestionQueue;
  'folders:changed': Folder[];
  'backups:changed': BackupsState;
  'models:changed': ModelStatus;
  'library:changed': Library;
  'library:installation-advanced': Installation;
  'library:file-read': { of: string; fraction: number | null };
  'exchange:advanced': ExchangeProgress;
  'settings:changed': Settings;
  'updates:changed': UpdatesState;
  'cuda-addon:changed': CudaAddonState;
}
