import type { Envelope } from '../../preload/contract/errors.ts';
import type { UpdatesApi, UpdatesState } from '../../preload/contract/updates.ts';
import { follow } from './fake-library.ts';

type Answer = <T>(method: string, input: unknown, work: () => T) => Promise<Envelope<T>>;

/** Updates as main tells them; tests decide what is found and how far it comes. */
export class FakeUpdates {
  state: UpdatesState = {
    way: 'self',
    releasesUrl: 'https://example.org/releases',
    isAsking: false,
    lookedAt: null,
    step: { kind: 'idle' },
    failure: null,
  };
  readonly api: UpdatesApi;
  readonly #listeners = new Set<(state: UpdatesState) => void>();

  constructor(answer: Answer) {
    const stay = (method: string) => () => answer(`updates.${method}`, undefined, () => this.state);
    this.api = {
      state: stay('state'),
      look: stay('look'),
      fetch: stay('fetch'),
      install: stay('install'),
      cancel: stay('cancel'),
      onChanged: (listener) => follow(this.#listeners, listener),
    };
  }

  change(change: Partial<UpdatesState>): void {
    this.state = { ...this.state, failure: null, ...change };
    for (const listener of this.#listeners) listener(structuredClone(this.state));
  }
}
