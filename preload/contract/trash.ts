import { z } from 'zod';
import { idSchema } from './conversations.ts';
import type { Envelope } from './errors.ts';

export const trashKinds = ['conversation', 'branch'] as const;
export type TrashKind = (typeof trashKinds)[number];

/** Days that something stays in the trash. */
export const trashDays = 30;

/** Something that was deleted and can come back. */
export interface TrashEntry {
  kind: TrashKind;
  /** Of the conversation, or of the message that the branch begins with. */
  id: string;
  conversationId: string;
  /** Title of the conversation. */
  title: string;
  /** The beginning of the branch's first message, on one line; null for a conversation. */
  excerpt: string | null;
  messages: number;
  deletedAt: number;
  /** When it is erased by itself. */
  expiresAt: number;
}

const entrySchema = z.strictObject({ kind: z.enum(trashKinds), id: idSchema });

export const trashInputs = {
  'trash:list': z.undefined(),
  'trash:restore': z.strictObject({ entries: z.array(entrySchema).min(1).max(10_000) }),
  'trash:erase': z.strictObject({
    entries: z.array(entrySchema).min(1).max(10_000).nullable(),
    alsoInBackups: z.boolean(),
  }),
};

/** What erasing did. */
export interface EraseReport {
  conversations: number;
  branches: number;
  /** A trace may be left while another process reads the database or the disk is full; later it is removed by itself. */
  hasTraces: boolean;
  /** Backups that were cleaned of it, and those that still hold it because they could not be cleaned. */
  backupsCleaned: number;
  backupsLeft: number;
}

export interface TrashApi {
  /** Newest first. */
  list(): Promise<Envelope<TrashEntry[]>>;
  restore(input: { entries: { kind: TrashKind; id: string }[] }): Promise<Envelope<null>>;
  /**
   * Erases for good, null everything in the trash: no byte of the text is left in the database, its log, the index and
   * the saved states, nor in the backups when those are to be cleaned as well.
   */
  erase(input: {
    entries: { kind: TrashKind; id: string }[] | null;
    alsoInBackups: boolean;
  }): Promise<Envelope<EraseReport>>;
}
