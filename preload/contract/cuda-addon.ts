import { z } from 'zod';
import type { Envelope, ErrorReport } from './errors.ts';

/** How far the add-on is on this machine. */
export type CudaAddonStep =
  /**
   * Nothing can be fetched: there is no such engine for this `system`, no `driver` of NVIDIA's, models run on the
   * `processor` only, or this copy of the app was built without an `archive` to fetch.
   */
  | { kind: 'not-offered'; because: 'system' | 'driver' | 'processor' | 'archive' }
  /** Nothing of it is fetched before the owner says so. */
  | { kind: 'offered' }
  | { kind: 'fetching'; fetchedBytes: number; secondsLeft: number | null }
  /** What was fetched before a stop, a failure or the end of the app is kept. */
  | { kind: 'paused'; fetchedBytes: number }
  | { kind: 'unpacking'; fraction: number }
  /** The engine uses it. */
  | { kind: 'ready' };

/** What is fetched, and from where. */
export interface CudaArchive {
  url: string;
  sizeBytes: number;
  unpackedBytes: number;
}

export interface CudaAddonState {
  step: CudaAddonStep;
  /** Null where this copy of the app was built without one. */
  archive: CudaArchive | null;
  /** Where it lies once it is fetched. */
  folder: string;
  /** Whether the libraries of NVIDIA's CUDA were found, without which the engine cannot use it. */
  hasCudaLibraries: boolean;
  /**
   * What lies there and is not used: one of an `earlier` version of the engine, a `damaged` one, or, where none is offered
   * any more, a part of one.
   */
  unused: 'earlier' | 'damaged' | 'unfinished' | null;
  /** Why the last fetch failed; null where none did. */
  failure: ErrorReport | null;
}

export const cudaAddonInputs = {
  'cuda-addon:state': z.undefined(),
  'cuda-addon:fetch': z.undefined(),
  'cuda-addon:stop': z.undefined(),
  'cuda-addon:remove': z.undefined(),
};

/** llama.cpp's engine for NVIDIA cards, which the app comes without and fetches on request. */
export interface CudaAddonApi {
  /** Looks at the machine and the folder. */
  state(): Promise<Envelope<CudaAddonState>>;
  /** Begins to fetch it, or goes on. How it goes on is told in the state. Fails with `not-found` where it is not offered. */
  fetch(): Promise<Envelope<CudaAddonState>>;
  /** Stops fetching; what is here stays. */
  stop(): Promise<Envelope<CudaAddonState>>;
  /** Deletes it, and what was fetched of it. Fails with `busy` while an answer is being written. */
  remove(): Promise<Envelope<CudaAddonState>>;
  /** Up to four times a second while it is fetched. */
  onChanged(listener: (state: CudaAddonState) => void): () => void;
}
