import type { StopReason } from '../../preload/contract/conversations.ts';
import type { ErrorReport } from '../../preload/contract/errors.ts';
import type { SamplingParameters } from '../../preload/contract/presets.ts';

/**
 * What main and the engine process say to each other, as JSON over the child's IPC channel. The engine holds no truth:
 * every request carries all it needs, and whatever the engine keeps between requests is only there to save work.
 */

/** One finished turn of a conversation, text exactly as typed or generated. */
export interface Turn {
  id: string;
  role: 'prompter' | 'assistant';
  text: string;
}

export interface LoadRequest {
  kind: 'load';
  id: number;
  modelPath: string;
  /** Identity of the file's content; saved states are only ever used with the same one. Null switches them off. */
  modelSha256: string | null;
  contextTokens: number;
  stateCache: { folder: string; limitBytes: number } | null;
}

export interface GenerateRequest {
  kind: 'generate';
  id: number;
  /** Names the saved state that may serve this conversation again. */
  conversationId: string;
  /** Root first, a prompter turn last. */
  turns: Turn[];
  /** The turn id that the answer will have in later requests. */
  answerId: string;
  /** Text that the answer already has and is continued from; empty for a new answer. */
  answerSoFar: string;
  parameters: SamplingParameters;
  seed: number;
}

export type EngineRequest =
  | LoadRequest
  | GenerateRequest
  | { kind: 'cancel'; id: number }
  /** Saves what is worth saving, frees the model, and exits. */
  | { kind: 'shut-down'; id: number };

export interface LoadedModel {
  name: string;
  quantization: string | null;
  sizeBytes: number;
  contextTokens: number;
  threads: number;
}

export interface GenerationUsage {
  promptTokens: number;
  /** Prompt tokens found in the context, or restored from disk, instead of being read. */
  reusedTokens: number;
  replyTokens: number;
  promptMs: number;
  replyMs: number;
  /** Id of the oldest turn that was in the window. */
  firstVisibleTurnId: string;
}

export type EngineEvent =
  /** Sent every second while the process is able to run at all. */
  | { kind: 'heartbeat' }
  | { kind: 'load-progress'; id: number; fraction: number }
  | { kind: 'loaded'; id: number; model: LoadedModel }
  | { kind: 'reading'; id: number; done: number; total: number; reused: number }
  | { kind: 'text'; id: number; text: string }
  /** The end of an answer; `usage` is null when it was cancelled before anything was read. */
  | { kind: 'generated'; id: number; stopReason: StopReason; usage: GenerationUsage | null }
  | { kind: 'failed'; id: number; error: ErrorReport };

/** Reply budget and window of the model family, in tokens (`gptneox.context_length` of Pythia). */
export const modelContextTokens = 2048;

export const heartbeatIntervalMs = 1000;
