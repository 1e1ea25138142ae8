import type { SamplingParameters } from '../../../preload/contract/presets.ts';
import type { LoadedModel, LoadRequest } from '../protocol.ts';
import type { Token, Vocabulary } from './prompt.ts';
import type { Candidate } from './sampling.ts';

/** One line of thought of a loaded model: tokens that have been read, in order, and what they left behind. */
export interface EngineSequence {
  /** The tokens whose state is held, oldest first. */
  held(): readonly Token[];
  /** Forgets everything behind the first `count` tokens. */
  keep(count: number): Promise<void>;
  /**
   * Forgets `count` tokens behind the first `kept` (at least one: llama.cpp's wrapper reads everything again when the
   * very first one is erased) and moves the others up. These keep what they took from the forgotten ones when they were
   * read, so they are close to, but not the same as, freshly read ones.
   */
  forget(kept: number, count: number): Promise<void>;
  /** Reads tokens without asking for a next one. */
  read(tokens: Token[]): Promise<void>;
  /**
   * Reads `tokens` and then yields, for each place of the reply, what may come next (after penalty, temperature and
   * top-k; most probable first). The caller answers with the token it chose, which is read before the next yield.
   *
   * @param penalised tokens under repetition penalty, asked for before each place
   */
  continueFrom(
    tokens: Token[],
    parameters: SamplingParameters,
    penalised: () => Token[],
  ): AsyncGenerator<Candidate[], void, Token>;
  saveState(path: string): Promise<void>;
  /** @throws Error when the file is not a state of this model; the sequence is empty then. */
  restoreState(path: string): Promise<void>;
}

/** A loaded model: all that the engine needs of llama.cpp. */
export interface EngineModel {
  readonly facts: LoadedModel;
  readonly vocabulary: Vocabulary;
  /** Size of the state of one token (keys and values of all layers). */
  readonly stateBytesPerToken: number;
  /** Names library and settings that a saved state depends on, besides the model file itself. */
  readonly stateFormat: string;
  /** At least one. More of them remember more conversations at once. */
  readonly sequences: readonly EngineSequence[];
  dispose(): Promise<void>;
}

export type LoadOptions = Omit<LoadRequest, 'kind' | 'id'> & {
  onProgress: (fraction: number) => void;
  /** Told before the risky part begins; null is the processor. */
  onDevice: (gpu: string | null) => void;
};

/** @throws AppError with a `model-*` code or `out-of-memory` */
export type LoadModel = (options: LoadOptions) => Promise<EngineModel>;
