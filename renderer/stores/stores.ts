import { createContext } from 'svelte';
import type { AssistantApi } from '../../preload/contract/api.ts';
import { AnnouncerStore } from './announcer.svelte.ts';
import { BackupsStore } from './backups.svelte.ts';
import { ConversationsStore } from './conversations.svelte.ts';
import { CudaAddonStore } from './cuda-addon.svelte.ts';
import { DesktopStore } from './desktop.svelte.ts';
import { DraftsStore } from './drafts.svelte.ts';
import { EditsStore } from './edits.svelte.ts';
import { ExchangeStore } from './exchange.svelte.ts';
import { FoldersStore } from './folders.svelte.ts';
import { LayoutStore } from './layout.svelte.ts';
import { LibraryStore } from './library.svelte.ts';
import { ModelStore } from './model.svelte.ts';
import { NoticesStore } from './notices.svelte.ts';
import { PreviewStore } from './preview.svelte.ts';
import { QueueStore } from './queue.svelte.ts';
import { SearchStore } from './search.svelte.ts';
import { SelectionStore } from './selection.svelte.ts';
import { SettingsStore } from './settings.svelte.ts';
import { provideSharedStores, type SharedStores } from './shared-stores.ts';
import { TemporaryStore } from './temporary.svelte.ts';
import { TranscriptStore } from './transcript.svelte.ts';
import { TrashStore } from './trash.svelte.ts';
import { TreeMapStore } from './tree-map.svelte.ts';
import { UnsentSaver } from './unsent-saver.ts';
import { VersionsStore } from './versions.svelte.ts';
import { UpdatesStore } from './updates.svelte.ts';

/** Everything the main window knows, built once per window. */
export interface Stores extends SharedStores {
  readonly api: AssistantApi;
  readonly announcer: AnnouncerStore;
  readonly backups: BackupsStore;
  readonly conversations: ConversationsStore;
  readonly cudaAddon: CudaAddonStore;
  readonly desktop: DesktopStore;
  readonly drafts: DraftsStore;
  readonly edits: EditsStore;
  readonly exchange: ExchangeStore;
  readonly folders: FoldersStore;
  readonly layout: LayoutStore;
  readonly library: LibraryStore;
  readonly model: ModelStore;
  readonly notices: NoticesStore;
  readonly preview: PreviewStore;
  readonly queue: QueueStore;
  readonly search: SearchStore;
  readonly selection: SelectionStore;
  readonly settings: SettingsStore;
  readonly temporary: TemporaryStore;
  readonly transcript: TranscriptStore;
  readonly trash: TrashStore;
  readonly treeMap: TreeMapStore;
  readonly versions: VersionsStore;
  readonly updates: UpdatesStore;
}

/** Builds the stores over the api of the bridge. Nothing is read before `startStores`. */
export function createStores(api: AssistantApi): Stores {
  const notices = new NoticesStore();
  const announcer = new AnnouncerStore();
  const settings = new SettingsStore(api, notices);
  const unsent = new UnsentSaver(api);
  const edits = new EditsStore(unsent);
  const drafts = new DraftsStore({ api, notices, edits, saver: unsent });
  const transcript = new TranscriptStore(api, notices, announcer);
  const folders = new FoldersStore(api, notices, settings);
  const conversations = new ConversationsStore(api, notices, folders);
  return {
    api,
    announcer,
    backups: new BackupsStore(api, notices, announcer),
    notices,
    settings,
    conversations,
    folders,
    cudaAddon: new CudaAddonStore(api, notices, announcer),
    desktop: new DesktopStore(api, notices),
    drafts,
    edits,
    exchange: new ExchangeStore(api, notices, announcer, settings),
    layout: new LayoutStore(settings),
    library: new LibraryStore(api, notices, announcer),
    model: new ModelStore(api, notices, announcer),
    preview: new PreviewStore(api),
    queue: new QueueStore(api, notices, announcer),
    search: new SearchStore(api),
    selection: new SelectionStore(conversations),
    temporary: new TemporaryStore({ api, drafts, notices, transcript }),
    transcript,
    trash: new TrashStore(api, notices),
    treeMap: new TreeMapStore(api),
    updates: new UpdatesStore(api, notices, announcer),
    versions: new VersionsStore(api, announcer),
  };
}

/** Reads what is there, follows what changes, and reopens the conversation that was shown last. */
export async function startStores(stores: Stores): Promise<() => void> {
  const { notices, settings, conversations, desktop, exchange, folders, library, model, search, transcript } = stores;
  // Nothing on the first page waits for the library and the desktop: they are read beside the rest.
  const stops = [transcript.start(), library.start(), desktop.start(), exchange.start(), search.start()];
  stops.push(stores.backups.start(), stores.drafts.start(), stores.queue.start(), stores.temporary.start());
  stops.push(stores.updates.start(), stores.cudaAddon.start());
  const results = await Promise.allSettled([settings.start(), folders.start(), conversations.start(), model.start()]);
  for (const result of results) {
    if (result.status === 'fulfilled') stops.push(result.value);
    else notices.fail(result.reason);
  }
  const last = settings.value?.lastConversationId ?? null;
  // Something else may already have been chosen while the settings were read, also the first screen.
  if (last !== null && transcript.isUntouched) await transcript.open(last);
  return () => {
    for (const stop of stops) stop();
  };
}

const [useStores, provideOwnStores] = createContext<Stores>();

/** The stores of the main window, for its components. */
export { useStores };

/** Hands the stores down to the components of the main window. */
export function provideStores(stores: Stores): Stores {
  provideSharedStores(stores);
  return provideOwnStores(stores);
}
