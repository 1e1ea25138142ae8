import { z } from 'zod';
import type { Envelope, ErrorReport } from './errors.ts';

/** The model in use, as windows show it. `details` of an error are worded in `error.message`. */
export interface ModelStatus {
  state: 'unloaded' | 'loading' | 'ready' | 'failed';
  /** `general.name` of the file, or the file's name when it has none. */
  name: string;
  fileName: string;
  sizeBytes: number | null;
  /** Such as `Q4_K_M`; null while unknown. */
  quantization: string | null;
  /** True for the small model that ships with the app. */
  isGuide: boolean;
  /** 0 to 1 while loading. */
  loadFraction: number | null;
  contextTokens: number | null;
  threads: number | null;
  /** The GPU that holds some or all layers; null on the processor or while unknown. */
  gpu: { name: string; layers: number; totalLayers: number } | null;
  error: ErrorReport | null;
}

export const modelInputs = {
  'models:status': z.undefined(),
  'models:load': z.strictObject({ ignoreMemory: z.boolean() }).optional(),
  'models:state-cache': z.undefined(),
  'models:clear-state-cache': z.undefined(),
};

export interface ModelsApi {
  status(): Promise<Envelope<ModelStatus>>;
  /**
   * Loads the chosen model now, so that the first answer need not wait for it. `ignoreMemory` loads it even when it
   * seems not to fit.
   */
  load(input?: { ignoreMemory: boolean }): Promise<Envelope<ModelStatus>>;
  /** What the saved states of conversations take on disk. */
  stateCache(): Promise<Envelope<{ sizeBytes: number }>>;
  /** Deletes all saved states: conversations stay, their next answer reads them again. */
  clearStateCache(): Promise<Envelope<{ sizeBytes: number }>>;
  onChanged(listener: (status: ModelStatus) => void): () => void;
}
