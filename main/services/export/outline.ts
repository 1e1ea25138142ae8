import type { Branches } from '../../../preload/contract/exchange.ts';
import type { StoredConversation, StoredMessage } from '../../database/protocol.ts';

/** A message with its place in a readable document, counted from 1. */
export interface OutlinedMessage {
  number: number;
  message: StoredMessage;
}

/** Messages that follow one another. */
export interface Section {
  /** Null for the branch that is shown in the app. */
  branch: {
    /** The message that this continues, and the one that stands there in an earlier section. */
    after: number | null;
    insteadOf: number;
  } | null;
  messages: OutlinedMessage[];
}

/** The messages from the root to the current leaf. */
export function activeBranch({ messages, currentLeafId }: StoredConversation): StoredMessage[] {
  const byId = new Map(messages.map((message) => [message.id, message]));
  const branch: StoredMessage[] = [];
  for (let id = currentLeafId; id !== null;) {
    const message = byId.get(id);
    if (message === undefined) break;
    branch.push(message);
    // In a damaged file parents may form a ring.
    byId.delete(id);
    id = message.parentId;
  }
  return branch.reverse();
}

/**
 * A conversation in the order in which it is read: the branch that is shown in the app, then every other branch from
 * where it leaves what was told before. Each message is told once.
 */
export function outline(conversation: StoredConversation, branches: Branches): Section[] {
  const numbers = new Map<string, number>();
  const firstOf = new Map<string | null, number>();
  const number = (message: StoredMessage): OutlinedMessage => {
    const own = numbers.size + 1;
    numbers.set(message.id, own);
    if (!firstOf.has(message.parentId)) firstOf.set(message.parentId, own);
    return { number: own, message };
  };
  const active = activeBranch(conversation).map(number);
  const sections: Section[] = active.length === 0 ? [] : [{ branch: null, messages: active }];
  if (branches === 'active') return sections;

  const firstReply = new Map<string | null, StoredMessage>();
  for (const message of conversation.messages) {
    if (!firstReply.has(message.parentId)) firstReply.set(message.parentId, message);
  }
  for (const message of conversation.messages) {
    if (numbers.has(message.id)) continue;
    const after = message.parentId === null ? null : (numbers.get(message.parentId) ?? null);
    const insteadOf = firstOf.get(message.parentId);
    const branch = insteadOf === undefined ? null : { after, insteadOf };
    const told: OutlinedMessage[] = [];
    for (let next: StoredMessage | undefined = message; next !== undefined; next = firstReply.get(next.id)) {
      told.push(number(next));
    }
    sections.push({ branch, messages: told });
  }
  return sections;
}
