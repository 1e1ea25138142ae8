import { z } from 'zod';
import { idSchema } from './conversations.ts';
import type { Envelope } from './errors.ts';
import { maxQuestionLength } from './generations.ts';

/** What was typed and not sent. */
export interface Draft {
  /** Null belongs to the conversation that does not exist yet. */
  conversationId: string | null;
  /** The question that it says in other words, where it stands; without, it stands in the text box. */
  insteadOf?: string | undefined;
  text: string;
}

export const draftInputs = {
  'drafts:list': z.undefined(),
  'drafts:save': z.strictObject({
    conversationId: idSchema.nullable(),
    insteadOf: idSchema.optional(),
    text: z.string().max(10 * maxQuestionLength),
  }),
};

/** Unsent text of the main window, kept over switching, crash and restart. */
export interface DraftsApi {
  list(): Promise<Envelope<Draft[]>>;
  /** Empty text removes the draft. Those of temporary conversations stay in memory. */
  save(input: Draft): Promise<Envelope<null>>;
}
