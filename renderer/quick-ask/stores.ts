import { createContext } from 'svelte';
import type { QuickAssistantApi } from '../../preload/contract/api.ts';
import { AnnouncerStore } from '../stores/announcer.svelte.ts';
import { ModelStore } from '../stores/model.svelte.ts';
import { NoticesStore } from '../stores/notices.svelte.ts';
import { PreviewStore } from '../stores/preview.svelte.ts';
import { provideSharedStores, type SharedStores } from '../stores/shared-stores.ts';
import { TranscriptStore } from '../stores/transcript.svelte.ts';
import { keepOpenWhileAsking } from './api.ts';
import { QuickAskStore } from './quick-ask.svelte.ts';

/** Everything the quick window knows, built once per window. */
export interface QuickAskStores extends SharedStores {
  readonly quickAsk: QuickAskStore;
}

/** Builds the stores over the api of the bridge. Nothing is read before `startQuickAskStores`. */
export function createQuickAskStores(bridge: QuickAssistantApi): QuickAskStores {
  const notices = new NoticesStore();
  const announcer = new AnnouncerStore();
  const model = new ModelStore(bridge, notices, announcer);
  const transcript = new TranscriptStore(bridge, notices, announcer, 'quick-ask');
  const quickAsk = new QuickAskStore({ api: bridge, model, notices, transcript });
  const api = keepOpenWhileAsking(bridge, () => quickAsk.isPinned);
  return { api, announcer, model, notices, preview: new PreviewStore(bridge), quickAsk, transcript };
}

/** Reads what is there and follows what changes; gives the function that stops following. */
export function startQuickAskStores({ model, notices, quickAsk, transcript }: QuickAskStores): () => void {
  const stops = [transcript.start(), quickAsk.start()];
  const modelStarted = model.start().then(
    (stop) => stops.push(stop),
    (failure: unknown) => {
      notices.fail(failure);
    },
  );
  return () => {
    void modelStarted.then(() => {
      for (const stop of stops) stop();
    });
  };
}

const [useQuickAskStores, provideOwnStores] = createContext<QuickAskStores>();

/** The stores of the quick window, for its components. */
export { useQuickAskStores };

/** Hands the stores down to the components of the quick window, and to those that it shares with the main window. */
export function provideQuickAskStores(stores: QuickAskStores): QuickAskStores {
  provideSharedStores(stores);
  return provideOwnStores(stores);
}
