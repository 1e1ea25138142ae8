import { z } from 'zod';
import { idSchema } from './conversations.ts';
import type { Envelope } from './errors.ts';
import type { SkipReason } from './skip-reasons.ts';

/** Forms in which conversations leave. `json` holds everything there is; `oasst` are Open-Assistant's message trees. */
export const exportFormats = ['md', 'html', 'pdf', 'txt', 'json', 'oasst'] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** What leaves of a conversation: the branch that is shown, or all of them. */
export const branchChoices = ['active', 'all'] as const;
export type Branches = (typeof branchChoices)[number];

/** What was exported. */
export interface ExportOutcome {
  /** The name of the file that was written, or of the folder that the files lie in. */
  name: string;
  isFolder: boolean;
  files: number;
  conversations: number;
  messages: number;
}

/** How far a job has come. */
export interface ExchangeProgress {
  /** 0 to 1. */
  fraction: number;
  /** Conversations, where they are counted: not while a file is read. */
  counts: { done: number; total: number } | null;
}

/** What an import did to the conversations, or would do. */
export interface MergeReport {
  /** `extended` got messages; `restored` had been deleted, and counts as `extended` or `known` as well. */
  conversations: { new: number; extended: number; known: number; restored: number };
  /** `branched` ones are known with other words: they were added beside those, under an id of their own. */
  messages: { new: number; known: number; branched: number };
}

export interface Skipped {
  reason: SkipReason;
  count: number;
  /** The first record of the file that it happened in, counted from 1. */
  firstRecord: number;
}

/** What an import had to leave out or to change, by number. */
export interface Losses {
  skipped: Skipped[];
  /** Questions whose parent is not in the file; they were kept as first questions. */
  orphans: number;
  /** Answers that were kept without the facts of how they came about. */
  withoutFacts: number;
  /** Messages that were kept without what they brought along, because it was too much. */
  withoutFields: number;
}

/** The forms that a file can have. */
export type ImportFormat =
  | 'oasst-desktop'
  | 'oasst-trees'
  | 'oasst-messages'
  | 'chatgpt'
  | 'claude'
  | 'jan'
  | 'lm-studio'
  | 'gpt4all'
  | 'open-webui';

export interface ImportReport extends MergeReport, Losses {
  isDryRun: boolean;
  format: ImportFormat;
}

/** What is copied as Markdown: one message, the branch down to it, or the conversation as it is shown. */
export const copyScopes = ['message', 'branch', 'conversation'] as const;
export type CopyScope = (typeof copyScopes)[number];

/** A file or folder that was looked at and waits for a decision. Main knows where it lies; a window knows its id. */
export interface InspectedImport {
  id: string;
  fileName: string;
  /** What an import would do. */
  report: ImportReport;
}

export const exchangeInputs = {
  'exchange:export': z.strictObject({
    conversationIds: z.array(idSchema).min(1).max(10_000).nullable(),
    format: z.enum(exportFormats),
    branches: z.enum(branchChoices),
  }),
  'exchange:print': z.strictObject({ conversationId: idSchema, branches: z.enum(branchChoices) }),
  'exchange:copy': z.strictObject({ scope: z.enum(copyScopes), id: idSchema }),
  'exchange:inspect': z.strictObject({ isFolder: z.boolean() }),
  'exchange:import': z.strictObject({ id: idSchema }),
  'exchange:cancel': z.undefined(),
};

/** Conversations on their way out and in, one job at a time: another one, printing included, fails with `busy` meanwhile. */
export interface ExchangeApi {
  /** Asks where to and exports there; null exports every conversation. Answers null when the owner chose no place. */
  export(input: {
    conversationIds: string[] | null;
    format: ExportFormat;
    branches: Branches;
  }): Promise<Envelope<ExportOutcome | null>>;
  /** Opens the system's print dialog for a conversation. */
  print(input: { conversationId: string; branches: Branches }): Promise<Envelope<null>>;
  /** Puts Markdown on the clipboard; `id` names a message, or the conversation. */
  copy(input: { scope: CopyScope; id: string }): Promise<Envelope<null>>;
  /** Lets the owner pick a file, or a folder, and finds out what an import of it would do. Null when none was picked. */
  inspect(input: { isFolder: boolean }): Promise<Envelope<InspectedImport | null>>;
  /** Imports the file that was looked at last, all of it or nothing. Fails with `not-found` for any other. */
  import(input: { id: string }): Promise<Envelope<ImportReport>>;
  /** Ends the job that is under way; it fails with `cancelled`. */
  cancel(): Promise<Envelope<null>>;
  /** How far the job has come, at most four times a second. */
  onAdvanced(listener: (progress: ExchangeProgress) => void): () => void;
}
