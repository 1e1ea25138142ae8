import { z } from 'zod';
import type { Envelope, ErrorReport } from './errors.ts';

/** Why a backup was made: on schedule, before something that could go wrong, or because the owner wanted one. */
export const backupReasons = ['schedule', 'migration', 'restore', 'owner'] as const;
export type BackupReason = (typeof backupReasons)[number];

/** A verified copy of the database in the backups folder. */
export interface Backup {
  id: string;
  reason: BackupReason;
  createdAt: number;
  sizeBytes: number;
}

/** The backups there are, and how the schedule fares. */
export interface BackupsState {
  /** Newest first. */
  backups: Backup[];
  /** Why the last backup that was due could not be made; null where it could. */
  failure: ErrorReport | null;
}

/** What is in a backup, and what it would change. */
export interface BackupPreview {
  backup: Backup;
  conversations: number;
  messages: number;
  /** The conversations that were spoken in last, newest first. */
  newest: { title: string; updatedAt: number }[];
  /** Conversations of today that are not in it, and conversations in it that are gone today. */
  wouldGo: number;
  wouldReturn: number;
}

/** A backup is named by its file name, which is nothing but letters, digits and dashes. */
const backupIdSchema = z
  .string()
  .max(100)
  .regex(/^[a-z0-9-]+$/);

export const backupInputs = {
  'backups:list': z.undefined(),
  'backups:create': z.undefined(),
  'backups:preview': z.strictObject({ backupId: backupIdSchema }),
  'backups:restore': z.strictObject({ backupId: backupIdSchema }),
  'backups:delete': z.strictObject({ backupId: backupIdSchema }),
  'backups:show-folder': z.undefined(),
};

export interface BackupsApi {
  list(): Promise<Envelope<BackupsState>>;
  create(): Promise<Envelope<Backup>>;
  /** Opens the copy for reading and checks it. Fails with `database-unreadable` when it is damaged. */
  preview(input: { backupId: string }): Promise<Envelope<BackupPreview>>;
  /**
   * Puts the state of a backup in the place of today's, which is kept as a backup of its own: restoring that one takes
   * this back. Answers with it. Fails with `busy` while an answer is being written.
   */
  restore(input: { backupId: string }): Promise<Envelope<Backup>>;
  delete(input: { backupId: string }): Promise<Envelope<null>>;
  showFolder(): Promise<Envelope<null>>;
  onChanged(listener: (state: BackupsState) => void): () => void;
}
