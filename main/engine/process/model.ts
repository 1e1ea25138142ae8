import type { SamplingParameters } from '../../../preload/contract/presets.ts';
import type { LoadedModel } from '../protocol.ts';
import type { Token, Vocabulary } from './prompt.ts';
import type { Candidate } from './sampling.ts';

/** A loaded model with one context of one sequence: all that the engine needs of llama.cpp. */
export interface EngineModel {
  readonly facts: LoadedModel;
  readonly vocabulary: Vocabulary;
  /** Size of the state of one token (keys and values of all layers). */
  readonly stateBytesPerToken: number;
  /** Names library and settings that a saved state depends on, besides the model file itself. */
  readonly stateFormat: string;
  /** The tokens whose state is in the context, oldest first. */
  held(): readonly Token[];
  /** Forgets everything behind the first `count` tokens. */
  keep(count: number): Promise<void>;
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
  /** @throws Error when the file is not a state of this model; the context is empty then. */
  restoreState(path: string): Promise<void>;
  dispose(): Promise<void>;
}

export interface LoadOptions {
  modelPath: string;
  contextTokens: number;
  onProgress: (fraction: number) => void;
}

/** @throws AppError with a `model-*` code or `out-of-memory` */
export type LoadModel = (options: LoadOptions) => Promise<EngineModel>;
