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
  folderId: string | null;
  isPinned: boolean;
  isArchived: boolean;
  /** Kept in memory only: it is never listed, and gone when it is left. */
  isTemporary: boolean;
}

/** What the owner thinks of an answer. */
export const ratings = [-1, 1] as const;
export type Rating = (typeof ratings)[number];

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
  /** Of an answer; null while it has none. */
  rating: Rating | null;
  /** Ids of all messages with the same parent, oldest first, this one included. */
  siblingIds: string[];
  generation: GenerationFacts | null;
}

/** Most messages that a transcript brings at once, unless a message further up was asked for. */
export const transcriptPageLength = 100;

/** The branch of a conversation that is shown, or its end where it is long: oldest first, current leaf last. */
export interface Transcript {
  conversation: ConversationSummary;
  messages: Message[];
  /** How many messages of the branch come before the first of `messages`. */
  earlierCount: number;
  /** Set while an answer of this branch is queued or running: events with a higher `seq` continue from here. */
  live: { messageId: string; seq: number } | null;
}

export type ConversationChange =
  | { kind: 'saved'; conversation: ConversationSummary }
  | { kind: 'deleted'; conversationId: string }
  /** Any number of conversations changed at once, by an import or a restored backup: whoever shows some reads them again. */
  | { kind: 'renewed' };

/** The place of a conversation in the list. */
const listPlaceSchema = z.strictObject({ isPinned: z.boolean(), updatedAt: z.int(), id: idSchema });
const someConversationsSchema = z.strictObject({ conversationIds: z.array(idSchema).min(1).max(10_000) });

export interface ListInput {
  isArchived: boolean;
  /** Goes on behind this one; null begins with the first. */
  after: Pick<ConversationSummary, 'isPinned' | 'updatedAt' | 'id'> | null;
  limit: number;
}

/** What is set is changed, in all of the conversations. */
export interface OrganiseInput {
  conversationIds: string[];
  isPinned?: boolean | undefined;
  isArchived?: boolean | undefined;
  folderId?: string | null | undefined;
}

export const conversationInputs = {
  'conversations:list': z.strictObject({
    isArchived: z.boolean(),
    after: listPlaceSchema.nullable(),
    limit: z.int().min(1).max(5000),
  }),
  'conversations:open': z.strictObject({ conversationId: idSchema }),
  'conversations:rename': z.strictObject({ conversationId: idSchema, title: titleSchema }),
  'conversations:earlier': z.strictObject({ conversationId: idSchema, beforeMessageId: idSchema }),
  'conversations:organise': someConversationsSchema.extend({
    isPinned: z.boolean().optional(),
    isArchived: z.boolean().optional(),
    folderId: idSchema.nullable().optional(),
  }),
  'conversations:delete': someConversationsSchema,
  'conversations:restore': someConversationsSchema,
  'conversations:forget': z.strictObject({ conversationId: idSchema }),
  'conversations:keep': z.strictObject({ conversationId: idSchema }),
  'conversations:choose-preset': z.strictObject({ conversationId: idSchema, presetId: presetChoiceSchema.nullable() }),
  'conversations:select-branch': z.strictObject({ conversationId: idSchema, messageId: idSchema }),
};

export interface ConversationsApi {
  /** Conversations that are not deleted, pinned ones first, then newest first. */
  list(input: ListInput): Promise<Envelope<ConversationSummary[]>>;
  /** The end of the current branch. Fails with `not-found`. */
  open(input: { conversationId: string }): Promise<Envelope<Transcript>>;
  /** What comes before `beforeMessageId` on its branch: the last page of it, and how many are before that. */
  earlier(input: {
    conversationId: string;
    beforeMessageId: string;
  }): Promise<Envelope<Pick<Transcript, 'messages' | 'earlierCount'>>>;
  /** Pins, archives or files conversations; those that are gone are passed over. */
  organise(input: OrganiseInput): Promise<Envelope<null>>;
  /** Gives a name by hand, which no automatic title replaces. */
  rename(input: { conversationId: string; title: string }): Promise<Envelope<ConversationSummary>>;
  /** Moves conversations to the trash; `restore` brings them back unchanged. Running answers in them are stopped first. */
  delete(input: { conversationIds: string[] }): Promise<Envelope<null>>;
  restore(input: { conversationIds: string[] }): Promise<Envelope<null>>;
  /** Lets go of a temporary conversation: nothing of it is left. Any other one stays as it is. */
  forget(input: { conversationId: string }): Promise<Envelope<null>>;
  /** Moves a temporary conversation to the disk, where it is like any other. */
  keep(input: { conversationId: string }): Promise<Envelope<ConversationSummary>>;
  /** Sets the preset of the next answers in this conversation; null follows the settings again. */
  choosePreset(input: { conversationId: string; presetId: string | null }): Promise<Envelope<ConversationSummary>>;
  /**
   * Shows the branch through `messageId`: the one that is shown, or else down to its newest leaf. The transcript begins
   * above `messageId`.
   */
  selectBranch(input: { conversationId: string; messageId: string }): Promise<Envelope<Transcript>>;
  /** Calls `listener` after every change of the list; returns a function that ends this. */
  onChanged(listener: (change: ConversationChange) => void): () => void;
}
