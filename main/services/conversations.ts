import type {
  ConversationChange,
  ConversationSummary,
  Message,
  Transcript,
} from '../../preload/contract/conversations.ts';
import { AppError } from '../../preload/contract/errors.ts';
import type { DatabaseClient } from '../database/protocol.ts';
import { createEmitter } from './emitter.ts';
import type { LiveAnswers } from './live-answers.ts';

export interface ConversationsOptions {
  database: DatabaseClient;
  live: LiveAnswers;
  /** Removes what the engine saved of a conversation beside the database. */
  dropSavedState: (conversationId: string) => Promise<void>;
  now: () => number;
}

/** Times that a branch is read again because an answer ended in between. */
const maxRereads = 5;

/** Conversations as windows see them: the database, overlaid with what is being written right now. */
export function createConversations({ database, live, dropSavedState, now }: ConversationsOptions) {
  const changed = createEmitter<ConversationChange>();

  const announce = (conversation: ConversationSummary): ConversationSummary => {
    changed.emit({ kind: 'saved', conversation });
    return conversation;
  };

  const open = async (conversationId: string): Promise<Transcript> => {
    for (let attempt = 0; attempt < maxRereads; attempt += 1) {
      const [conversation, messages] = await Promise.all([
        database.getConversation(conversationId),
        database.getBranch(conversationId),
      ]);
      const unfinished = messages.find(({ status }) => status === 'generating');
      if (unfinished === undefined) return { conversation, messages, live: null };
      const show = (shown: Message): Message[] => messages.map((message) => (message === unfinished ? shown : message));
      const unsaved = live.unsaved(unfinished.id);
      if (unsaved !== undefined) return { conversation, messages: show(unsaved.message), live: null };
      const answer = live.get(unfinished.id);
      // It ended after the branch was read: what was read is out of date.
      if (answer === undefined) continue;
      return {
        conversation,
        messages: show({ ...unfinished, text: answer.text }),
        live: { messageId: answer.messageId, seq: answer.seq },
      };
    }
    throw new AppError('internal', 'The conversation could not be read. Open it again.');
  };

  return {
    list: (): Promise<ConversationSummary[]> => database.listConversations(),
    open,
    onChanged: changed.on,
    /** Tells that a conversation has a new message or a new time. */
    async touch(conversationId: string): Promise<void> {
      announce(await database.getConversation(conversationId));
    },
    /** Tells that conversations came from a file. */
    announceImport(): void {
      changed.emit({ kind: 'imported' });
    },
    rename: async (conversationId: string, title: string): Promise<ConversationSummary> =>
      announce(await database.renameConversation(conversationId, title)),
    choosePreset: async (conversationId: string, presetId: string | null): Promise<ConversationSummary> =>
      announce(await database.chooseConversationPreset(conversationId, presetId)),
    async delete(conversationId: string): Promise<null> {
      await database.deleteConversation(conversationId, now());
      await dropSavedState(conversationId);
      changed.emit({ kind: 'deleted', conversationId });
      return null;
    },
    restore: async (conversationId: string): Promise<ConversationSummary> =>
      announce(await database.restoreConversation(conversationId)),
    async selectBranch(conversationId: string, messageId: string): Promise<Transcript> {
      await database.selectBranch(conversationId, messageId);
      return open(conversationId);
    },
  };
}

export type Conversations = ReturnType<typeof createConversations>;
