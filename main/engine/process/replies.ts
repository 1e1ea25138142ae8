import { createHash } from 'node:crypto';
import type { Turn } from '../protocol.ts';
import type { Token } from './prompt.ts';

/** A reply as the model spelled it. The text itself is not kept, only enough to know it again. */
export interface WrittenReply {
  turnId: string;
  textSha256: string;
  tokens: Token[];
}

const maxRemembered = 64;

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}

/** Remembers the ids of recent replies, so that the next prompt continues what is already in the context. */
export function createReplies() {
  const byTurn = new Map<string, WrittenReply & { conversationId: string }>();

  const add = (conversationId: string, reply: WrittenReply): void => {
    byTurn.delete(reply.turnId);
    byTurn.set(reply.turnId, { ...reply, conversationId });
    const oldest = byTurn.keys().next().value;
    if (byTurn.size > maxRemembered && oldest !== undefined) byTurn.delete(oldest);
  };

  return {
    add,
    remember(conversationId: string, turnId: string, text: string, tokens: Token[]): void {
      add(conversationId, { turnId, textSha256: hashOf(text), tokens });
    },
    /** The ids of a turn whose text has not changed since, or null. */
    find(turn: Pick<Turn, 'id' | 'text'>): Token[] | null {
      const reply = byTurn.get(turn.id);
      return reply?.textSha256 === hashOf(turn.text) ? reply.tokens : null;
    },
    /** Drops those of these conversations. */
    forget(conversationIds: readonly string[]): void {
      for (const [turnId, { conversationId }] of byTurn) {
        if (conversationIds.includes(conversationId)) byTurn.delete(turnId);
      }
    },
    /** Those of one conversation: what is saved beside its state must not tell of others. */
    of(conversationId: string): WrittenReply[] {
      return [...byTurn.values()]
        .filter((reply) => reply.conversationId === conversationId)
        .map(({ turnId, textSha256, tokens }) => ({ turnId, textSha256, tokens }));
    },
  };
}

export type Replies = ReturnType<typeof createReplies>;
