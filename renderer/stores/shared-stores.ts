import { createContext } from 'svelte';
import type { SharedApi } from '../../preload/contract/api.ts';
import type { AnnouncerStore } from './announcer.svelte.ts';
import type { ModelStore } from './model.svelte.ts';
import type { NoticesStore } from './notices.svelte.ts';
import type { PreviewStore } from './preview.svelte.ts';
import type { TranscriptStore } from './transcript.svelte.ts';

/** What every window of the app knows. */
export interface SharedStores {
  readonly api: SharedApi;
  readonly announcer: AnnouncerStore;
  readonly model: ModelStore;
  readonly notices: NoticesStore;
  readonly preview: PreviewStore;
  readonly transcript: TranscriptStore;
}

/** The stores of whichever window it is, for components that may stand in any. */
export const [useSharedStores, provideSharedStores] = createContext<SharedStores>();
