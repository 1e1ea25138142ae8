import { z } from 'zod';
import { conversationOrigins, idSchema, type ConversationOrigin, type MessageRole } from './conversations.ts';
import type { Envelope } from './errors.ts';

const filtersSchema = z.strictObject({
  fromMs: z.int().optional(),
  untilMs: z.int().optional(),
  modelName: z.string().max(500).optional(),
  isRated: z.boolean().optional(),
  origin: z.enum(conversationOrigins).optional(),
  isPinned: z.boolean().optional(),
  isArchived: z.boolean().optional(),
  folderId: idSchema.optional(),
});

/** All that are set have to hold. Times are ms since 1970, of the message or, for a title, of the conversation. */
export interface SearchFilters {
  fromMs?: number | undefined;
  untilMs?: number | undefined;
  /** Answers of this model, and what was asked in conversations with them. */
  modelName?: string | undefined;
  isRated?: boolean | undefined;
  origin?: ConversationOrigin | undefined;
  isPinned?: boolean | undefined;
  /** Archived conversations are searched as well unless this says otherwise. */
  isArchived?: boolean | undefined;
  folderId?: string | undefined;
}

/** Where the next page begins; opaque to windows. */
const cursorSchema = z.string().max(200);

export interface SearchInput {
  /** Words and parts of words, all of which have to be there; in quotes, as they stand. Case and accents do not count. */
  query: string;
  filters: SearchFilters;
  /** Null begins with the newest. */
  cursor: string | null;
  limit: number;
}

/** A conversation whose title matches, or a message on any of its branches. */
export interface SearchHit {
  conversationId: string;
  title: string;
  origin: ConversationOrigin;
  isArchived: boolean;
  /** Null when it is the title that matches. */
  messageId: string | null;
  role: MessageRole | null;
  /** Of the message, or when the conversation was last spoken in. */
  at: number;
  /** What stands around the first match, in pieces: those that match, and those between. */
  snippet: { text: string; isMatch: boolean }[];
}

/** Newest hits first, titles before messages. A page may be empty although more comes: the work for one is bounded. */
export interface SearchPage {
  hits: SearchHit[];
  /** Null when there is no more. */
  next: string | null;
}

export const searchInputs = {
  'search:find': z.strictObject({
    query: z.string().max(500),
    filters: filtersSchema,
    cursor: cursorSchema.nullable(),
    limit: z.int().min(1).max(100),
  }),
  'search:model-names': z.undefined(),
};

export interface SearchApi {
  find(input: SearchInput): Promise<Envelope<SearchPage>>;
  /** Names of all models that wrote an answer, for the filter. */
  modelNames(): Promise<Envelope<string[]>>;
}
