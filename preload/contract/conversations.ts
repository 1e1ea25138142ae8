import { z } from 'zod';
import type { ErrorCode, Envelope } from './errors.ts';
import { presetChoiceSchema, type SamplingParameters } from './presets.ts';

export const idSchema = z.uuid();
const titleSchema = z.string().trim().min(1).max(200);

export const conversationOrigins = ['window', 'quick-ask', 'terminal'] as const;
export type ConversationOrigin = (typeof conversationOrigins)[number];

/** A row of the conversation list. Times are milliseconds since 1970. */
export interface ConversationSummary {
  id: string;
  title: string;
  createdAt: number;
  /** Time of the newest message; the list is ordered by it, newest first. */
  updatedAt: number;
  /** Where its first question was asked. */
  origin: ConversationOrigin;
  /** The preset of its next answers; null follows the settings. */
  presetId: string | null;
}

export type MessageRole = 'prompter' | 'assistant';

/** `generating` is a promise to finish; a row that still says so at start-up becomes `interrupted`. */
export const messageStatuses = ['complete', 'generating', 'stopped', 'interrupted', 'failed'] as const;
export type MessageStatus = (typeof messageStatuses)[number];

export const stopReasons = ['end-of-text', 'marker', 'length', 'stopped', 'interrupted', 'failed'] as const;
export type StopReason = (typeof stopReasons)[number];

/** How an answer came about: stored with it, shown on demand. Token counts are tokens of the model's own tokenizer. */
export interface GenerationFacts {
  modelName: string;
  modelSha256: string | null;
  /** A built-in preset, or the id of one of the owner's. */
  presetId: string;
  parameters: SamplingParameters;
  seed: number;
  promptTokens: number | null;
  /** Prompt tokens that were still in the context from before and were not read again. */
  reusedTokens: number | null;
  replyTokens: number | null;
  /** Time to read the prompt, and to write the reply after its first token. */
  promptMs: number | null;
  replyMs: number | null;
  stopReason: StopReason | null;
  /** The oldest message the model could see for this answer; null while unknown. */
  firstVisibleMessageId: string | null;
  /** Size of the window in which that was the oldest one. */
  windowTokens: number | null;
}

export interface Message {
  id: string;
  conversationId: string;
  parentId: string | null;
  role: MessageRole;
  /** Exactly what was typed or generated: no trimming, no markers. */
  text: string;
  status: MessageStatus;
  errorCode: ErrorCode | null;
  createdAt: number;
  /** Ids of all messages with the same parent, oldest first, this one included. */
  siblingIds: string[];
  generation: GenerationFacts | null;
}

/** The branch of a conversation that is shown: root first, current leaf last. */
export interface Transcript {
  conversation: ConversationSummary;
  messages: Message[];
  /** Set while an answer of this branch is queued or running: events with a higher `seq` continue from here. */
  live: { messageId: string; seq: number } | null;
}

export type ConversationChange =
  | { kind: 'saved'; conversation: ConversationSummary }
  | { kind: 'deleted'; conversationId: string }
  /** Any number of conversations came from a file: whoever shows some reads them again. */
  | { kind: 'imported' };

export const conversationInputs = {
  'conversations:list': z.undefined(),
  'conversations:open': z.strictObject({ conversationId: idSchema }),
  'conversations:rename': z.strictObject({ conversationId: idSchema, title: titleSchema }),
  'conversations:delete': z.strictObject({ conversationId: idSchema }),
  'conversations:restore': z.strictObject({ conversationId: idSchema }),
  'conversations:choose-preset': z.strictObject({ conversationId: idSchema, presetId: presetChoiceSchema.nullable() }),
  'conversations:select-branch': z.strictObject({ conversationId: idSchema, messageId: idSchema }),
};

export interface ConversationsApi {
  /** All conversations that are not deleted, newest first. */
  list(): Promise<Envelope<ConversationSummary[]>>;
  /** The current branch. Fails with `not-found`. */
  open(input: { conversationId: string }): Promise<Envelope<Transcript>>;
  /** Gives a name by hand, which no automatic title replaces. */
  rename(input: { conversationId: string; title: string }): Promise<Envelope<ConversationSummary>>;
  /** Hides the conversation; `restore` brings it back unchanged. A running answer in it is stopped first. */
  delete(input: { conversationId: string }): Promise<Envelope<null>>;
  restore(input: { conversationId: string }): Promise<Envelope<ConversationSummary>>;
  /** Sets the preset of the next answers in this conversation; null follows the settings again. */
  choosePreset(input: { conversationId: string; presetId: string | null }): Promise<Envelope<ConversationSummary>>;
  /** Shows the branch through `messageId`, down to its newest leaf. */
  selectBranch(input: { conversationId: string; messageId: string }): Promise<Envelope<Transcript>>;
  /** Calls `listener` after every change of the list; returns a function that ends this. */
  onChanged(listener: (change: ConversationChange) => void): () => void;
}
