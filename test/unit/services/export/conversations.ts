import type { StoredConversation, StoredMessage } from '../../../../main/database/protocol.ts';
import { answerFacts } from '../../../support/database.ts';

/** A message of a readable test: its id is its text unless told otherwise. */
export function message(id: string, parentId: string | null, changes: Partial<StoredMessage> = {}): StoredMessage {
  return {
    ...{ id, parentId, text: id, status: 'complete', errorCode: null, rating: null, imported: null },
    role: id.startsWith('q') ? 'prompter' : 'assistant',
    createdAt: Date.UTC(2023, 1, 5, 14, 23, 50),
    generation: id.startsWith('q')
      ? null
      : {
          ...answerFacts,
          ...{ promptTokens: 1, reusedTokens: 0, replyTokens: 1, promptMs: 1, replyMs: 1, windowTokens: 2048 },
          ...{ stopReason: 'end-of-text', firstVisibleMessageId: null },
        },
    ...changes,
  };
}

export function conversation(messages: StoredMessage[], changes: Partial<StoredConversation> = {}): StoredConversation {
  return {
    ...{ id: 'c', title: 'Trees', origin: 'window', presetId: null, titleByHand: false, messages },
    ...{ isPinned: false, isArchived: false, folder: null },
    createdAt: Date.UTC(2023, 1, 5),
    updatedAt: Date.UTC(2023, 1, 6),
    currentLeafId: messages.at(-1)?.id ?? null,
    ...changes,
  };
}

/** Two answers to the first question; the second one goes on. */
export const branched = conversation([
  message('q1', null),
  message('a1', 'q1'),
  message('a2', 'q1'),
  message('q2', 'a2'),
  message('a3', 'q2'),
]);
