import type { CudaAddonApi, CudaAddonState } from '../../preload/contract/cuda-addon.ts';
import type { Envelope } from '../../preload/contract/errors.ts';
import { follow } from './fake-library.ts';

type Answer = <T>(method: string, input: unknown, work: () => T) => Promise<Envelope<T>>;

/** The engine for NVIDIA cards as main tells of it; there is no card unless a test changes that. */
export class FakeCudaAddon {
  state: CudaAddonState = {
    step: { kind: 'not-offered', because: 'driver' },
    archive: {
      url: 'https://releases.example.org/v0.1.0/cuda.tar.gz',
      sizeBytes: 320_000_000,
      unpackedBytes: 564_000_000,
    },
    folder: '/data/addons/cuda-3.22.1',
    hasCudaLibraries: true,
    unused: null,
    failure: null,
  };
  readonly api: CudaAddonApi;
  readonly #listeners = new Set<(state: CudaAddonState) => void>();

  constructor(answer: Answer) {
    const stay = (method: string) => () => answer(`cudaAddon.${method}`, undefined, () => this.state);
    this.api = {
      state: stay('state'),
      fetch: stay('fetch'),
      stop: stay('stop'),
      remove: stay('remove'),
      onChanged: (listener) => follow(this.#listeners, listener),
    };
  }

  change(change: Partial<CudaAddonState>): void {
    this.state = { ...this.state, failure: null, ...change };
    for (const listener of this.#listeners) listener(structuredClone(this.state));
  }
}
