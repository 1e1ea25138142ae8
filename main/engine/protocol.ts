import type { StopReason } from '../../preload/contract/conversations.ts';
import type { ErrorReport } from '../../preload/contract/errors.ts';
import type { ModelFacts, PromptFormat } from '../../preload/contract/library.ts';
import type { SamplingParameters } from '../../preload/contract/presets.ts';
import type { DeviceStep } from '../../preload/contract/settings.ts';

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
  /** Identity of the file's content; what is cached of a model is only ever used with the same one. */
  modelSha256: string | null;
  /** How its prompts are built; null looks for Open-Assistant's turn marks and refuses a file without them. */
  promptFormat: PromptFormat | null;
  contextTokens: number;
  device: DeviceStep;
  /** Load it even when it seems not to fit into memory. */
  ignoreMemory: boolean;
  /** A folder for saved states and calibrations, and the most that states may take; null switches them off. */
  cache: { folder: string; stateLimitBytes: number } | null;
}

export interface GenerateRequest {
  kind: 'generate';
  id: number;
  /** Names the saved state that may serve this conversation again. */
  conversationId: string;
  /** Nothing of this conversation may be written to disk. */
  isTemporary?: boolean | undefined;
  /** Root first, a prompter turn last. */
  turns: Turn[];
  /** The turn id that the answer will have in later requests. */
  answerId: string;
  /** Text that the answer already has and is continued from; empty for a new answer. */
  answerSoFar: string;
  parameters: SamplingParameters;
  seed: number;
}

/** Asks how much of the window a draft would take, and which turns would still be seen. */
export interface MeasureRequest {
  kind: 'measure';
  id: number;
  turns: Turn[];
  draft: string;
}

/** Reads ahead what a question in this conversation will begin with. Given up as soon as anything else is asked. */
export interface PrepareRequest {
  kind: 'prepare';
  id: number;
  conversationId: string;
  /** As for an answer. */
  isTemporary?: boolean | undefined;
  turns: Turn[];
  draft: string;
}

/** How a draft fits the window, in tokens. */
export interface WindowMeasure {
  /** What stands before the draft: the beginning of every prompt, and the turns that would be seen. */
  historyTokens: number;
  /** The draft with its marks and the opening of its answer; 0 when it is empty. */
  draftTokens: number;
  /** Most that history and draft may take together; the rest is kept for the reply. */
  limitTokens: number;
  /** The oldest turn that would be seen; null when that is the draft. */
  firstVisibleTurnId: string | null;
  /** False when the draft alone is too long. */
  fits: boolean;
}

export type EngineRequest =
  | LoadRequest
  | GenerateRequest
  | MeasureRequest
  | PrepareRequest
  | { kind: 'cancel'; id: number }
  /** What is held and saved of these conversations must not be on disk from now on: their text was erased. */
  | { kind: 'forget'; id: number; conversationIds: readonly string[] }
  /** Saves what is worth saving, frees the model, and exits. */
  | { kind: 'shut-down'; id: number };

export interface LoadedModel {
  name: string;
  quantization: string | null;
  sizeBytes: number;
  contextTokens: number;
  /** Most threads that decode. */
  threads: number;
  /** Layers on the GPU, and its name; null on the processor. */
  gpu: { name: string; layers: number; totalLayers: number } | null;
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
  /** Where the model is about to be loaded; null is the processor. */
  | { kind: 'device'; id: number; gpu: string | null }
  | { kind: 'load-progress'; id: number; fraction: number }
  | { kind: 'loaded'; id: number; model: LoadedModel }
  | { kind: 'reading'; id: number; done: number; total: number; reused: number }
  | { kind: 'text'; id: number; text: string }
  /** The end of an answer; `usage` is null when it was cancelled before anything was read. */
  | { kind: 'generated'; id: number; stopReason: StopReason; usage: GenerationUsage | null }
  | { kind: 'measured'; id: number; measure: WindowMeasure }
  | { kind: 'failed'; id: number; error: ErrorReport };

/** What the inspection of a file sends, once or twice. */
export type InspectionReport =
  /** All but the prompt format, sent before the chat template is run. */
  | { kind: 'so-far'; facts: ModelFacts }
  | { kind: 'inspected'; facts: ModelFacts }
  | { kind: 'refused'; error: ErrorReport };

/** Reply budget and window of the model family, in tokens (`gptneox.context_length` of Pythia). */
export const modelContextTokens = 2048;

export const heartbeatIntervalMs = 1000;
