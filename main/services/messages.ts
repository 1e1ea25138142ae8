import { v7 as uuidv7 } from 'uuid';
import type { Message, Rating, Transcript } from '../../preload/contract/conversations.ts';
import type { ConversationTree, Version } from '../../preload/contract/messages.ts';
import type { DatabaseClient } from '../database/protocol.ts';
import type { Conversations } from './conversations.ts';
import type { Generations } from './generations.ts';
import type { LiveAnswers } from './live-answers.ts';
import { createTranscripts } from './transcripts.ts';

export interface MessagesOptions {
  database: DatabaseClient;
  live: LiveAnswers;
  conversations: Pick<Conversations, 'open' | 'touch'>;
  generations: Pick<Generations, 'stopAllBelow'>;
  now: () => number;
}

/** The tree of messages in the owner's hand. Messages in the trash are `not-found` to all but `restoreBranch`. */
export function createMessages({ database, live, conversations, generations, now }: MessagesOptions) {
  const transcripts = createTranscripts({ database, live });

  return {
    get: (messageId: string): Promise<Message> => database.getMessage(messageId),
    tree: (conversationId: string): Promise<ConversationTree> => database.getTree(conversationId),
    versions: (messageId: string): Promise<Version[]> => transcripts.versions(messageId),
    async rate(messageId: string, rating: Rating | null): Promise<Message> {
      await database.rateAnswer(messageId, rating);
      const message = await transcripts.message(messageId);
      await conversations.touch(message.conversationId);
      return message;
    },
    /** Moves a message and all that hangs below it to the trash; answers being written there are stopped first. */
    async deleteBranch(messageId: string): Promise<Transcript> {
      const { conversationId } = await database.getMessage(messageId);
      await generations.stopAllBelow(messageId);
      await database.deleteBranch(messageId, now());
      await conversations.touch(conversationId);
      return conversations.open(conversationId);
    },
    async restoreBranch(messageId: string): Promise<Transcript> {
      const conversationId = await database.restoreBranch(messageId);
      await conversations.touch(conversationId);
      return conversations.open(conversationId, messageId);
    },
    /** Copies the branch down to a message into a new conversation. */
    async fork(messageId: string): Promise<Transcript> {
      const { id } = await database.forkBranch(messageId, uuidv7(), now());
      await conversations.touch(id);
      return conversations.open(id);
    },
  };
}
