import { transcriptPageLength, type Message, type Transcript } from '../../preload/contract/conversations.ts';
import { AppError } from '../../preload/contract/errors.ts';
import type { Version } from '../../preload/contract/messages.ts';
import type { BranchPart, DatabaseClient } from '../database/protocol.ts';
import type { LiveAnswers } from './live-answers.ts';

export interface TranscriptsOptions {
  database: Pick<DatabaseClient, 'getConversation' | 'getBranchEnd' | 'getEarlier' | 'getMessage' | 'getSiblings'>;
  live: Pick<LiveAnswers, 'get' | 'unsaved'>;
}

/** Times that messages are read again because an answer among them ended in between. */
const maxRereads = 5;

/** Messages as windows see them: the database, overlaid with what is being written right now. */
export function createTranscripts({ database, live }: TranscriptsOptions) {
  /** The newest truth about a message; null when it ended after it was read, so that what was read is out of date. */
  const shown = (message: Message): Message | null => {
    if (message.status !== 'generating') return message;
    const unsaved = live.unsaved(message.id);
    if (unsaved !== undefined) return { ...unsaved.message, rating: message.rating, siblingIds: message.siblingIds };
    const answer = live.get(message.id);
    return answer === undefined ? null : { ...message, text: answer.text };
  };

  /** Reads messages and lets `finish` look at them in the same moment as at the live answers. */
  const read = async <R, T>(
    load: () => Promise<{ messages: Message[] } & R>,
    finish: (loaded: { messages: Message[] } & R) => T,
  ): Promise<T> => {
    for (let attempt = 0; attempt < maxRereads; attempt += 1) {
      const loaded = await load();
      const messages = loaded.messages.map(shown).filter((message) => message !== null);
      if (messages.length === loaded.messages.length) return finish({ ...loaded, messages });
    }
    throw new AppError('internal', 'The conversation could not be read. Open it again.');
  };

  const liveAmong = (messages: readonly Message[]): Transcript['live'] => {
    const running = messages.find(({ id, status }) => status === 'generating' && live.get(id) !== undefined);
    const answer = running === undefined ? undefined : live.get(running.id);
    return answer === undefined ? null : { messageId: answer.messageId, seq: answer.seq };
  };

  return {
    /**
     * The end of the branch that is shown.
     * @param throughId a message of it that is to be among them
     */
    open: (conversationId: string, throughId: string | null = null): Promise<Transcript> =>
      read(
        async () => {
          const [conversation, part] = await Promise.all([
            database.getConversation(conversationId),
            database.getBranchEnd(conversationId, transcriptPageLength, throughId),
          ]);
          return { conversation, ...part };
        },
        (loaded) => ({ ...loaded, live: liveAmong(loaded.messages) }),
      ),

    /** The page before a message. */
    earlier: (conversationId: string, beforeMessageId: string): Promise<BranchPart> =>
      read(
        () => database.getEarlier(conversationId, beforeMessageId, transcriptPageLength),
        (part) => part,
      ),

    /** A message and those beside it, each with how far it is. */
    versions: (messageId: string): Promise<Version[]> =>
      read(
        async () => ({ messages: await database.getSiblings(messageId) }),
        ({ messages }) => messages.map((message) => ({ message, seq: liveAmong([message])?.seq ?? null })),
      ),

    message: (messageId: string): Promise<Message> =>
      read(
        async () => ({ messages: [await database.getMessage(messageId)] }),
        ({ messages: [message] }) => {
          if (message === undefined) throw new AppError('internal', 'The message could not be read. Try again.');
          return message;
        },
      ),
  };
}
