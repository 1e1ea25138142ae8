import { z } from 'zod';
import {
  conversationOrigins,
  idSchema,
  type ConversationOrigin,
  type Message,
  type Transcript,
} from './conversations.ts';
import type { Envelope } from './errors.ts';
import { presetChoiceSchema } from './presets.ts';

/** Longest question in UTF-16 units: far beyond the 2,048-token window, small enough to refuse at the edge. */
export const maxQuestionLength = 100_000;

const seedSchema = z.int().min(0).max(0xffff_ffff);

/** What is sent as a question: anything but nothing. */
export const questionSchema = z
  .string()
  .max(maxQuestionLength)
  .refine((text) => text.trim() !== '');

/** Most answers to one question that are asked for at once. */
const maxAnswersAtOnce = 3;

/** `conversationId: null` starts a new conversation. Without a seed a random one is drawn and stored. */
const startSchema = z.strictObject({
  conversationId: idSchema.nullable(),
  text: questionSchema,
  insteadOf: idSchema.optional(),
  isTemporary: z.boolean().optional(),
  presetId: presetChoiceSchema.optional(),
  origin: z.enum(conversationOrigins).optional(),
  seed: seedSchema.optional(),
});

export const generationInputs = {
  'generations:start': startSchema,
  'generations:retry': z.strictObject({
    messageId: idSchema,
    presetId: presetChoiceSchema.optional(),
    repeat: z.boolean().optional(),
    count: z.int().min(1).max(maxAnswersAtOnce).optional(),
  }),
  'generations:continue': z.strictObject({ messageId: idSchema }),
  'generations:stop': z.strictObject({ messageId: idSchema }),
  'generations:preview': z.strictObject({
    conversationId: idSchema.nullable(),
    text: z.string().max(maxQuestionLength),
  }),
};

export interface StartInput {
  conversationId: string | null;
  text: string;
  /** A question of this conversation that is asked in other words: the new one stands beside it, and it stays. */
  insteadOf?: string | undefined;
  /** Makes a new conversation a temporary one. */
  isTemporary?: boolean | undefined;
  /** For this answer only; otherwise that of the conversation, or of the settings. */
  presetId?: string | undefined;
  /** Marks a new conversation; `window` unless said. */
  origin?: ConversationOrigin | undefined;
  seed?: number | undefined;
}

export interface RetryInput {
  /** The answer to write once more, or a question to answer. */
  messageId: string;
  /** As for a new question. */
  presetId?: string | undefined;
  /** Takes the seed and the parameters of that answer instead of new ones: the same model then writes the same. */
  repeat?: boolean | undefined;
  /** How many answers to write, one after the other; the first is shown. One unless said. */
  count?: number | undefined;
}

/**
 * One step of a running answer, identified by the assistant message it fills. `seq` rises by one per event of that
 * answer, so a window that joins late takes the snapshot of `conversations:open` and drops what it already holds.
 */
export type GenerationEvent = { messageId: string; conversationId: string; seq: number } & (
  | { kind: 'queued'; ahead: number }
  | { kind: 'loading'; fraction: number }
  /** Reading the prompt, in tokens; `reused` of `total` were still known and count as done. */
  | { kind: 'reading'; done: number; total: number; reused: number }
  /** Text to append. */
  | { kind: 'text'; text: string }
  /** The final state of the message; nothing follows. */
  | { kind: 'finished'; message: Message }
);

/** How a draft fits the model's window, in tokens of the loaded model. */
export interface DraftPreview {
  /** The earlier turns that would be seen. */
  historyTokens: number;
  draftTokens: number;
  /** Most that both may take together; the rest of the window is kept for the answer. */
  limitTokens: number;
  /** The oldest message that would be seen; null when none of the earlier ones would. */
  firstVisibleMessageId: string | null;
  /** False when the draft alone is too long to be sent. */
  fits: boolean;
}

export interface GenerationsApi {
  /** Saves the question and an empty answer, then asks the model. Resolves when both are on disk. */
  start(input: StartInput): Promise<Envelope<Transcript>>;
  /** New answers beside `messageId`, or to it when it is a question; the old ones stay. */
  retry(input: RetryInput): Promise<Envelope<Transcript>>;
  /** Goes on with a stopped, interrupted, failed or length-limited answer in place. */
  continue(input: { messageId: string }): Promise<Envelope<Transcript>>;
  /** Stops a running or queued answer and keeps its text. Repeating it is harmless. */
  stop(input: { messageId: string }): Promise<Envelope<null>>;
  /**
   * Tells what sending this draft would mean for the window, and lets the model read ahead. Null while no model is
   * loaded, or while it is busy.
   */
  preview(input: { conversationId: string | null; text: string }): Promise<Envelope<DraftPreview | null>>;
  onEvent(listener: (event: GenerationEvent) => void): () => void;
}
