import { z } from 'zod';
import type { Backup } from './backups.ts';
import type { Envelope } from './errors.ts';

/** Names of the channels of the recovery window, which the other windows do not have. */
export const recoveryChannels = [
  'recovery:state',
  'recovery:try-again',
  'recovery:open-as-is',
  'recovery:salvage',
  'recovery:cancel',
  'recovery:restore',
  'recovery:start-empty',
  'recovery:go-on',
  'recovery:show-folder',
  'recovery:quit',
] as const;
export type RecoveryChannel = (typeof recoveryChannels)[number];

/** Why the conversations cannot be opened. */
export const recoveryProblems = [
  'damaged',
  'missing',
  'empty',
  'log-missing',
  'newer',
  'readonly',
  'disk-full',
] as const;
export type RecoveryProblem = (typeof recoveryProblems)[number];

/** What came of reading a damaged database. */
export interface SalvageReport {
  conversations: number;
  messages: number;
  /** Messages that others hang from and that could not be read; something in their places says so. */
  missingMessages: number;
  /** Rows of any kind that were found and could not be read. */
  unreadableRows: number;
}

/** What was done with the conversations. */
export type RecoveryOutcome =
  { kind: 'salvaged'; report: SalvageReport } | { kind: 'restored'; backup: Backup } | { kind: 'emptied' };

export interface RecoveryState {
  /** Rises with every attempt to open the conversations that failed. */
  attempt: number;
  problem: RecoveryProblem;
  /** One plain sentence, and what SQLite or the system said. */
  message: string;
  cause: string;
  databasePath: string;
  /** Newest first. */
  backups: Backup[];
  /** How far the work under way is; null while there is none. */
  fraction: number | null;
  /** What was done, and where the files of before are kept; null until then. */
  done: { outcome: RecoveryOutcome; keptFolder: string } | null;
}

export const recoveryInputs = {
  'recovery:state': z.undefined(),
  'recovery:try-again': z.undefined(),
  'recovery:open-as-is': z.undefined(),
  'recovery:salvage': z.undefined(),
  'recovery:cancel': z.undefined(),
  'recovery:restore': z.strictObject({
    backupId: z
      .string()
      .max(100)
      .regex(/^[a-z0-9-]+$/),
  }),
  'recovery:start-empty': z.undefined(),
  'recovery:go-on': z.undefined(),
  'recovery:show-folder': z.undefined(),
  'recovery:quit': z.undefined(),
} satisfies Record<RecoveryChannel, z.ZodType>;

/** What the recovery window can do. Nothing deletes anything. */
export interface RecoveryApi {
  state(): Promise<Envelope<RecoveryState>>;
  /** Opens the conversations once more; the window goes when they open, and says why when they do not. */
  tryAgain(): Promise<Envelope<null>>;
  /** Opens them in spite of what was found. */
  openAsIs(): Promise<Envelope<null>>;
  /** Reads what can be read into a new file and puts it in the place of the damaged one, which is kept. */
  salvage(): Promise<Envelope<RecoveryState>>;
  /** Ends a salvage; nothing is changed then. */
  cancel(): Promise<Envelope<null>>;
  restore(input: { backupId: string }): Promise<Envelope<RecoveryState>>;
  startEmpty(): Promise<Envelope<RecoveryState>>;
  /** Leaves the window for the app, after something was done. */
  goOn(): Promise<Envelope<null>>;
  showFolder(): Promise<Envelope<null>>;
  quit(): Promise<Envelope<null>>;
}
