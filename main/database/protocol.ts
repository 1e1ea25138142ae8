import type {
  ConversationOrigin,
  ConversationSummary,
  GenerationFacts,
  ListInput,
  Message,
  MessageStatus,
  OrganiseInput,
  Rating,
  Transcript,
} from '../../preload/contract/conversations.ts';
import type { Draft } from '../../preload/contract/drafts.ts';
import type { ErrorCode, ErrorReport } from '../../preload/contract/errors.ts';
import type { MergeReport } from '../../preload/contract/exchange.ts';
import type { Folder } from '../../preload/contract/folders.ts';
import type { ConversationTree } from '../../preload/contract/messages.ts';
import type { QueuedQuestion } from '../../preload/contract/queue.ts';
import type { SearchInput, SearchPage } from '../../preload/contract/search.ts';
import type { Settings } from '../../preload/contract/settings.ts';
import type { TrashEntry } from '../../preload/contract/trash.ts';
import type { InstallationRecord, ModelFileRecord, ModelRecord } from './model-records.ts';

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
  /** The waiting question that this one was: it leaves the queue in the same step, or nothing is written. */
  queuedId?: string | undefined;
}

/** What is known of a conversation with its first question. */
export interface NewConversation {
  /** Counts as automatic. */
  title: string;
  origin: ConversationOrigin;
  /** Keeps it, and all that comes to it, in memory only. */
  isTemporary?: boolean | undefined;
}

/** A question that begins to wait. */
export interface NewQueuedQuestion {
  id: string;
  conversationId: string;
  text: string;
  now: number;
}

/** One or more answers to the question `parentId`. */
export interface NewReplies {
  conversationId: string;
  parentId: string;
  /** In the order in which they are to be written; the first is shown. */
  answers: readonly NewAnswer[];
  now: number;
}

/** An answer before its first token. */
export interface NewAnswer {
  answerId: string;
  facts: NewAnswerFacts;
}

/** What is known of an answer before its first token. */
export type NewAnswerFacts = Pick<GenerationFacts, 'modelName' | 'modelSha256' | 'presetId' | 'parameters' | 'seed'>;

/** A stretch of a branch. */
export type BranchPart = Pick<Transcript, 'messages' | 'earlierCount'>;

/** What a model reads of a message, and what is known of how it came about. */
export type HistoryMessage = Pick<Message, 'id' | 'role' | 'text' | 'generation'>;

/** The last word on an answer. Facts that are left out keep what is stored; null means unknown. */
export interface AnswerOutcome {
  messageId: string;
  text: string;
  status: Exclude<MessageStatus, 'generating'>;
  errorCode: ErrorCode | null;
  facts: Partial<GenerationFacts>;
  now: number;
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
export interface StoredConversation extends Omit<ConversationSummary, 'folderId' | 'isTemporary'> {
  folder: Folder | null;
  titleByHand: boolean;
  currentLeafId: string | null;
  messages: StoredMessage[];
}

/** What was erased: conversations, and branches by their first message. */
export interface Erased {
  conversationIds: string[];
  branches: { messageId: string; conversationId: string }[];
}

/** Something in the trash. */
export type TrashedItem = Omit<TrashEntry, 'expiresAt'>;
export type TrashReference = Pick<TrashEntry, 'kind' | 'id'>;

/**
 * Everything that can be asked of the database. The worker runs these synchronously on its one connection; the client
 * offers the same names as promises. Operations that name a conversation or message fail with `not-found`.
 */
export interface DatabaseOperations {
  /** Those that are not deleted, pinned ones first, then newest first. */
  listConversations(input: ListInput): ConversationSummary[];
  /** Those that were spoken in last, pinned or not; none of the archive. */
  newestConversations(limit: number): ConversationSummary[];
  /** Those of these that are there and not deleted, in no particular order. */
  findConversations(conversationIds: readonly string[]): ConversationSummary[];
  getConversation(conversationId: string): ConversationSummary;
  renameConversation(conversationId: string, title: string): ConversationSummary;
  /** Sets the preset of its next answers; null follows the settings. */
  chooseConversationPreset(conversationId: string, presetId: string | null): ConversationSummary;
  /** Pins, archives or files conversations; those that are gone are passed over, a folder that is gone is `not-found`. */
  organiseConversations(input: OrganiseInput): void;
  /**
   * Moves them to the trash, where every operation but those of the trash passes them over; unfinished answers become
   * `interrupted`. Those that are gone are passed over; `not-found` when all of them are.
   */
  deleteConversations(conversationIds: readonly string[], now: number): void;
  /** Brings them back; those that are not deleted stay as they are. `not-found` when all of them are gone. */
  restoreConversations(conversationIds: readonly string[]): void;

  listFolders(): Folder[];
  /** Fails with `invalid-input` when another folder has this name. */
  createFolder(folder: Folder): void;
  renameFolder(folderId: string, name: string): Folder;
  /** Returns the conversations that lay in it, and now lie in none. */
  deleteFolder(folderId: string): string[];

  /** Deleted conversations, and deleted branches of conversations that are not deleted; newest first. */
  listTrash(): TrashedItem[];
  /** Brings back what is still in the trash, all of it in one step; returns the conversations that changed by it. */
  restoreTrash(entries: readonly TrashReference[]): string[];
  /** Deletes what is in the trash for good; `scrubErased` then removes what is left of it in the file. */
  eraseTrash(entries: readonly TrashReference[]): Erased;
  /** The same for the first of what was deleted before `deletedBefore`; to be called until it finds nothing more. */
  purgeDeleted(deletedBefore: number): Erased;
  /**
   * Rewrites the file after something was erased, and empties its log; does nothing otherwise. False while another
   * process holds on to what was there before: it has to be done again then, also in a later session.
   */
  scrubErased(): boolean;
  /** Makes the indexes of texts anew from what they index. */
  rebuildTextIndexes(): void;

  /**
   * The last `limit` messages of the branch that is shown. More of them where `throughId` lies further up, which then
   * comes with some of what is above it, or an answer that is being written.
   */
  getBranchEnd(conversationId: string, limit: number, throughId: string | null): BranchPart;
  /** The `limit` messages that come before `messageId` on its branch. */
  getEarlier(conversationId: string, messageId: string, limit: number): BranchPart;
  /** The end of the path down to `messageId`, as far up as a window of this size can reach. */
  getHistory(messageId: string, windowTokens: number): HistoryMessage[];
  /** The last message of the branch that is shown; null for a conversation without messages. */
  getCurrentLeaf(conversationId: string): Pick<Message, 'id' | 'role'> | null;
  getMessage(messageId: string): Message;
  /** All messages with the parent of this one, oldest first. */
  getSiblings(messageId: string): Message[];
  getTree(conversationId: string): ConversationTree;
  /** Makes the newest leaf below `messageId` the current one. */
  selectBranch(conversationId: string, messageId: string): void;
  /** Answers that are being written at `messageId` or below it. */
  listUnfinishedBelow(messageId: string): string[];
  /**
   * Hides a message and all that hangs below it from every operation but `restoreBranch`. Fails with `invalid-input`
   * when nothing would be left to show.
   */
  deleteBranch(messageId: string, now: number): void;
  /** Brings the branch that was deleted at `messageId` back and shows it; returns the id of its conversation. */
  restoreBranch(messageId: string): string;
  /** Copies the path down to `messageId` into a new conversation of this id. */
  forkBranch(messageId: string, conversationId: string, now: number): ConversationSummary;
  /** Says what the owner thinks of an answer; null takes it back. */
  rateAnswer(messageId: string, rating: Rating | null): void;

  startTurn(turn: NewTurn): void;
  startReplies(replies: NewReplies): void;
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

  /** All drafts but those of conversations in the trash. */
  listDrafts(): Draft[];
  /** Empty text removes the draft. */
  saveDraft(draft: Draft): void;

  /** The questions that wait in a conversation, next one first. */
  getQueue(conversationId: string): QueuedQuestion[];
  addQueuedQuestion(question: NewQueuedQuestion): void;
  /** Fails with `not-found` once the question no longer waits. */
  changeQueuedQuestion(conversationId: string, questionId: string, text: string): void;
  moveQueuedQuestion(conversationId: string, questionId: string, toIndex: number): void;
  /** Does nothing once the question no longer waits. */
  removeQueuedQuestion(conversationId: string, questionId: string): void;

  /** Ids of the conversations that are kept in memory only. */
  listTemporary(): string[];
  /** Removes a temporary conversation; any other one stays as it is. */
  forgetTemporary(conversationId: string): void;
  /** Moves a temporary conversation to the disk; any other one stays as it is. */
  keepTemporary(conversationId: string): void;
  /** Adds a conversation as it was stored elsewhere; what is there of it stays as it is. */
  addConversation(conversation: StoredConversation): void;

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

  /** A page of the titles and messages that match. Its work is bounded. Fails with `invalid-input` for a wrong cursor. */
  findText(input: SearchInput): SearchPage;
  /** Names of all models that wrote an answer. */
  listAnswerModels(): string[];

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
  /** Puts a prepared copy in the place of what the database holds. Calls made meanwhile are answered afterwards. */
  restorePrepared(input: PreparedRestore): Promise<void>;
  /** Checkpoints, closes the file and ends the worker. Later calls reject. */
  close(): Promise<void>;
};

export interface PreparedRestore {
  preparedPath: string;
  /** Where today's state is kept; nothing lies there yet. */
  keptPath: string;
}

export interface WorkerRequest {
  id: number;
  operation: OperationName | 'restorePrepared' | 'close';
  args: unknown[];
}

export type WorkerReply = { id: number; ok: true; value: unknown } | { id: number; ok: false; error: ErrorReport };

/** The first message of a worker: the file is open and migrated, or why not. */
export type WorkerGreeting = { opened: true } | { opened: false; error: ErrorReport };

export interface WorkerOptions {
  /** Absolute path of the database file; its folder exists. */
  databasePath: string;
}
