import type {
  ConversationChange,
  ConversationSummary,
  ListInput,
  OrganiseInput,
  Transcript,
} from '../../preload/contract/conversations.ts';
import type { DatabaseClient } from '../database/protocol.ts';
import { createEmitter } from './emitter.ts';
import type { LiveAnswers } from './live-answers.ts';
import { createTranscripts } from './transcripts.ts';

export interface ConversationsOptions {
  database: DatabaseClient;
  live: LiveAnswers;
  /** Removes what the engine saved of conversations beside the database. */
  dropSavedStates: (conversationIds: readonly string[]) => Promise<void>;
  now: () => number;
}

/** With more changes at once than this, windows read again what they show: that is less to tell and less to do. */
const mostToldOneByOne = 50;

/** Conversations as windows see them: the database, overlaid with what is being written right now. */
export function createConversations({ database, live, dropSavedStates, now }: ConversationsOptions) {
  const changed = createEmitter<ConversationChange>();
  const { open, earlier } = createTranscripts({ database, live });

  const announce = (conversation: ConversationSummary): ConversationSummary => {
    changed.emit({ kind: 'saved', conversation });
    return conversation;
  };

  /** Tells that these conversations changed; those that are gone are passed over. */
  const announceSaved = async (conversationIds: readonly string[]): Promise<void> => {
    if (conversationIds.length > mostToldOneByOne) changed.emit({ kind: 'renewed' });
    else for (const conversation of await database.findConversations(conversationIds)) announce(conversation);
  };

  return {
    list: (input: ListInput): Promise<ConversationSummary[]> => database.listConversations(input),
    /** The conversations that were spoken in last, pinned or not; none of the archive. */
    newest: (limit: number): Promise<ConversationSummary[]> => database.newestConversations(limit),
    /** Those of these that are there. */
    find: (conversationIds: readonly string[]): Promise<ConversationSummary[]> =>
      database.findConversations(conversationIds),
    open,
    earlier,
    onChanged: changed.on,
    /** Tells that a conversation has a new time, or other messages than before. */
    async touch(conversationId: string): Promise<void> {
      announce(await database.getConversation(conversationId));
    },
    announceSaved,
    /** Tells that any number of conversations, or branches of them, are not what they were. */
    announceRenewal(): void {
      changed.emit({ kind: 'renewed' });
    },
    /** Pins, archives or files conversations. */
    async organise(input: OrganiseInput): Promise<null> {
      await database.organiseConversations(input);
      await announceSaved(input.conversationIds);
      return null;
    },
    rename: async (conversationId: string, title: string): Promise<ConversationSummary> =>
      announce(await database.renameConversation(conversationId, title)),
    choosePreset: async (conversationId: string, presetId: string | null): Promise<ConversationSummary> =>
      announce(await database.chooseConversationPreset(conversationId, presetId)),
    /** Moves conversations to the trash. */
    async delete(conversationIds: readonly string[]): Promise<null> {
      await database.deleteConversations(conversationIds, now());
      await dropSavedStates(conversationIds);
      if (conversationIds.length > mostToldOneByOne) changed.emit({ kind: 'renewed' });
      else for (const conversationId of conversationIds) changed.emit({ kind: 'deleted', conversationId });
      return null;
    },
    /** Brings conversations back from the trash. */
    async restore(conversationIds: readonly string[]): Promise<null> {
      await database.restoreConversations(conversationIds);
      await announceSaved(conversationIds);
      return null;
    },
    async selectBranch(conversationId: string, messageId: string): Promise<Transcript> {
      await database.selectBranch(conversationId, messageId);
      return open(conversationId, messageId);
    },
  };
}

export type Conversations = ReturnType<typeof createConversations>;
