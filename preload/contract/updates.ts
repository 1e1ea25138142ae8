import { z } from 'zod';
import type { Envelope, ErrorReport } from './errors.ts';

/**
 * How this copy of the app is brought up to date: by itself, or by its owner in the way it came, as a package of the
 * system, as a folder that was unpacked, or as sources.
 */
export type UpdateWay = 'self' | 'package' | 'folder' | 'sources';

/** How far an update has come. */
export type UpdateStep =
  /** Nobody looked since the app started, or the last look failed. */
  | { kind: 'idle' }
  | { kind: 'looking' }
  /** There is nothing newer than this version. */
  | { kind: 'newest' }
  /** Nothing of it is fetched before the owner says so. */
  | { kind: 'available'; version: string; sizeBytes: number | null }
  | { kind: 'fetching'; version: string; sizeBytes: number | null; doneBytes: number }
  /** It is installed when the app quits. */
  | { kind: 'fetched'; version: string }
  /** It is installed as soon as no answer is being written any more. */
  | { kind: 'waiting'; version: string };

export interface UpdatesState {
  way: UpdateWay;
  /** The page of all versions. */
  releasesUrl: string;
  /** Whether the owner is to be asked whether the app may look for updates. */
  isAsking: boolean;
  /** When somebody looked last; null before. */
  lookedAt: number | null;
  step: UpdateStep;
  /** Why the last look, fetch or installation failed; null where none did. */
  failure: ErrorReport | null;
}

export const updateInputs = {
  'updates:state': z.undefined(),
  'updates:look': z.undefined(),
  'updates:fetch': z.undefined(),
  'updates:install': z.undefined(),
  'updates:cancel': z.undefined(),
};

/** Newer versions of the app. That it may look by itself is a setting, `lookForUpdates`. */
export interface UpdatesApi {
  state(): Promise<Envelope<UpdatesState>>;
  /** Asks the page of releases now. A failure is told in the state. */
  look(): Promise<Envelope<UpdatesState>>;
  /** Begins to fetch what was found. How it goes on is told in the state. */
  fetch(): Promise<Envelope<UpdatesState>>;
  /** Restarts the app with the fetched version, after the answers that are being written and the questions that wait. */
  install(): Promise<Envelope<UpdatesState>>;
  /** Ends fetching, or waiting for the answers: what was fetched stays and is installed when the app quits. */
  cancel(): Promise<Envelope<UpdatesState>>;
  onChanged(listener: (state: UpdatesState) => void): () => void;
}
