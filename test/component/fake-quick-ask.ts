import type { Envelope } from '../../preload/contract/errors.ts';
import type { QuickAskApi, QuickAskOpening, QuickAskState } from '../../preload/contract/quick-ask.ts';
import { follow } from './fake-library.ts';

type Answer = <T>(method: string, input: unknown, work: () => T) => Promise<Envelope<T>>;

/** The quick window as main keeps it; what a window asks for is only recorded. */
export class FakeQuickAsk {
  state: QuickAskState = { draft: '', conversationId: null, isPinned: false };
  readonly api: QuickAskApi;
  readonly #listeners = new Set<(opening: QuickAskOpening) => void>();

  constructor(answer: Answer) {
    const record = (method: string, input?: unknown): Promise<Envelope<null>> =>
      answer(`quickAsk.${method}`, input, () => null);
    this.api = {
      state: () => answer('quickAsk.state', undefined, () => this.state),
      show: () => record('show'),
      hide: () => record('hide'),
      setPinned: (input) => record('setPinned', input),
      setHeight: (input) => record('setHeight', input),
      saveDraft: (input) => record('saveDraft', input),
      setConversation: (input) => record('setConversation', input),
      continueInMain: (input) => record('continueInMain', input),
      openPage: (input) => record('openPage', input),
      onOpened: (listener) => follow(this.#listeners, listener),
    };
  }

  /** Main shows the window. */
  open(opening: Partial<QuickAskOpening> = {}): void {
    const whole = { text: null, isQuestion: false, clipboardText: null, ...opening };
    for (const listener of this.#listeners) listener(whole);
  }
}
