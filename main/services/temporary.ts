import type { ConversationSummary } from '../../preload/contract/conversations.ts';
import type { DatabaseClient } from '../database/protocol.ts';
import type { Conversations } from './conversations.ts';
import type { Generations } from './generations.ts';

export interface TemporaryOptions {
  database: Pick<DatabaseClient, 'getConversation' | 'listTemporary' | 'forgetTemporary' | 'keepTemporary'>;
  generations: Pick<Generations, 'stopAllOf'>;
  conversations: Pick<Conversations, 'touch'>;
}

/** The ends of temporary conversations: they are let go of, or kept after all. */
export function createTemporary({ database, generations, conversations }: TemporaryOptions) {
  const letGo = async (conversationId: string): Promise<void> => {
    await generations.stopAllOf(conversationId);
    await database.forgetTemporary(conversationId);
  };

  return {
    /** Lets go of a temporary conversation, its running answer included. Any other one stays as it is. */
    async forget(conversationId: string): Promise<null> {
      const { isTemporary } = await database.getConversation(conversationId);
      if (isTemporary) await letGo(conversationId);
      return null;
    },
    /** Lets go of all of them: no window is left that shows one. */
    async forgetAll(): Promise<void> {
      for (const id of await database.listTemporary()) await letGo(id);
    },
    /** Moves a temporary conversation to the disk, where it is like any other. An answer under way goes on there. */
    async keep(conversationId: string): Promise<ConversationSummary> {
      await database.keepTemporary(conversationId);
      await conversations.touch(conversationId);
      return database.getConversation(conversationId);
    },
  };
}
