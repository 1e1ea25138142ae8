import type {
  ConversationOrigin,
  ConversationSummary,
  GenerationFacts,
  Message,
  MessageStatus,
} from '../../preload/contract/conversations.ts';
import type { ErrorCode, ErrorReport } from '../../preload/contract/errors.ts';
import type { MergeReport } from '../../preload/contract/exchange.ts';
import type { ConversionType, ModelFacts } from '../../preload/contract/library.ts';
import type { Settings } from '../../preload/contract/settings.ts';

/** A question and the empty answer that waits for it, written in one transaction. Times in ms since 1970. */
export interface NewTurn {
  /** An existing conversation, or the id of a new one. */
  conversationId: string;
  newConversation: NewConversation | null;
  questionId: string;
  parentId: string | null;
  text: string;
  answerId: string;
  facts: NewAnswerFacts;
  now: number;
}

/** What is known of a conversation with its first question. */
export interface NewConversation {
  /** Counts as automatic. */
  title: string;
  origin: ConversationOrigin;
}

/** One more answer to the question `parentId`. */
export interface NewReply {
  conversationId: string;
  parentId: string;
  answerId: string;
  facts: NewAnswerFacts;
  now: number;
}

/** What is known of an answer before its first token. */
export type NewAnswerFacts = Pick<GenerationFacts, 'modelName' | 'modelSha256' | 'presetId' | 'parameters' | 'seed'>;

/** The last word on an answer. Facts that are left out keep what is stored; null means unknown. */
export interface AnswerOutcome {
  messageId: string;
  text: string;
  status: Exclude<MessageStatus, 'generating'>;
  errorCode: ErrorCode | null;
  facts: Partial<GenerationFacts>;
  now: number;
}

/** SHA-256 of a model file, valid as long as size and modification time are what they were. */
export interface ModelFileRecord {
  path: string;
  sizeBytes: number;
  modifiedMs: number;
  sha256: string;
}

/** A model of the library. The bundled guide is not among them. */
export interface ModelRecord {
  id: string;
  path: string;
  source: 'catalogue' | 'file';
  catalogueId: string | null;
  /** Whether the file lies in the app's own folder. */
  isManaged: boolean;
  facts: ModelFacts;
  /** What the file must be; null while it was never read as a whole. */
  sha256: string | null;
  verifiedAt: number | null;
  addedAt: number;
}

/** A model on its way: what was ordered. How far it is, its folder tells. */
export interface InstallationRecord {
  id: string;
  catalogueId: string;
  type: ConversionType;
  createdAt: number;
}

/** What a message brought along that the app has no place of its own for, by the names of the format it came in. */
export interface ImportedFields {
  message: Record<string, unknown>;
  /** Of the tree that begins with this message. */
  tree: Record<string, unknown> | null;
}

/** A message with all that is stored of it. */
export type StoredMessage = Omit<Message, 'conversationId' | 'siblingIds'> & { imported: ImportedFields | null };

/** A conversation with all that is stored of it: every branch, in the order it was written, parents before children. */
export interface StoredConversation extends ConversationSummary {
  titleByHand: boolean;
  currentLeafId: string | null;
  messages: StoredMessage[];
}

/**
 * Everything that can be asked of the database. The worker runs these synchronously on its one connection; the client
 * offers the same names as promises. Operations that name a conversation or message fail with `not-found`.
 */
export interface DatabaseOperations {
  listConversations(): ConversationSummary[];
  getConversation(conversationId: string): ConversationSummary;
  renameConversation(conversationId: string, title: string): ConversationSummary;
  /** Sets the preset of its next answers; null follows the settings. */
  chooseConversationPreset(conversationId: string, presetId: string | null): ConversationSummary;
  /** Hides it from every other operation but `restoreConversation`; an unfinished answer becomes `interrupted`. */
  deleteConversation(conversationId: string, now: number): void;
  restoreConversation(conversationId: string): ConversationSummary;
  /** Removes for good what was deleted before `deletedBefore`; returns how many conversations. */
  purgeDeleted(deletedBefore: number): number;

  /** The current branch, root first; empty for a conversation without messages. */
  getBranch(conversationId: string): Message[];
  /** The messages from the root down to `messageId`. */
  getPath(messageId: string): Message[];
  getMessage(messageId: string): Message;
  /** Makes the newest leaf below `messageId` the current one. */
  selectBranch(conversationId: string, messageId: string): void;

  startTurn(turn: NewTurn): void;
  startReply(reply: NewReply): void;
  /** Sets an ended answer back to `generating` to go on with its text. Fails with `busy` while it is being written. */
  resumeAnswer(messageId: string): void;
  /** Replaces the text of a running answer; does nothing once the answer has ended. */
  saveAnswerText(messageId: string, text: string): void;
  /** Ends a running answer. Fails with `invalid-input` when it has ended already: the first ending stands. */
  finishAnswer(outcome: AnswerOutcome): Message;
  /**
   * Turns answers left `generating` by a crash into `interrupted`; returns how many. Does nothing while another process
   * has the database open, for it may be writing them.
   */
  interruptUnfinished(): number;

  /** Stored settings over the defaults; unreadable values fall back to their default. */
  getSettings(): Settings;
  changeSettings(patch: Partial<Settings>): Settings;

  findModelFile(path: string): ModelFileRecord | null;
  saveModelFile(record: ModelFileRecord): void;

  listModels(): ModelRecord[];
  getModel(modelId: string): ModelRecord;
  /** Adds a model or replaces what is known of it; a path is in the library once. */
  saveModel(record: ModelRecord): void;
  deleteModel(modelId: string): void;
  /** Tokens per second of the model's last answers, or null. */
  measuredSpeed(sha256: string): number | null;
  listInstallations(): InstallationRecord[];
  /** Does nothing when this model is already on its way in this type. */
  saveInstallation(record: InstallationRecord): void;
  deleteInstallation(installationId: string): void;

  /** Ids of all conversations that are not deleted, oldest first. */
  listExportable(): string[];
  /** The first of these conversations, as many as make a page; `read` tells how many ids that took, gone ones included. */
  readConversations(conversationIds: readonly string[]): { conversations: StoredConversation[]; read: number };
  /** Lays conversations aside for `mergeStaged`, on disk and outside the conversations of the owner. */
  stageImport(conversations: readonly StoredConversation[]): void;
  /** Adds all that was laid aside in one transaction, or finds out what that would do. What is there stays as it is. */
  mergeStaged(isDryRun: boolean): MergeReport;
  dropStaged(): void;
}

export type OperationName = keyof DatabaseOperations;

/** The same operations behind the worker: promises, plus an end. Rejections are `AppError`s. */
export type DatabaseClient = {
  [K in OperationName]: (...args: Parameters<DatabaseOperations[K]>) => Promise<ReturnType<DatabaseOperations[K]>>;
} & {
  /** Checkpoints, closes the file and ends the worker. Later calls reject. */
  close(): Promise<void>;
};

export interface WorkerRequest {
  id: number;
  operation: OperationName | 'close';
  args: unknown[];
}

export type WorkerReply = { id: number; ok: true; value: unknown } | { id: number; ok: false; error: ErrorReport };

/** The first message of a worker: the file is open and migrated, or why not. */
export type WorkerGreeting = { opened: true } | { opened: false; error: ErrorReport };

export interface WorkerOptions {
  /** Absolute path of the database file; its folder exists. */
  databasePath: string;
}
