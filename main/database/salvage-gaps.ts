/** What is known of a message without its text. */
export interface Skeleton {
  /** Its place in the order in which messages were written. */
  seq: number;
  id: string;
  conversationId: string;
  parentId: string | null;
  isAnswer: boolean;
  createdAt: number;
}

/** Stands for a message that others hang from and that is lost. */
export type Gap = Omit<Skeleton, 'seq'>;

/**
 * All messages in an order in which none comes before its parent, with a stand-in for each parent that is lost. Of a lost
 * parent nothing is known but its id, so it is put below the message of the same conversation that was written last
 * before; where that one cannot be its parent, because a question follows an answer and an answer a question, another
 * stand-in comes between them.
 */
export function placeMissing<T extends Skeleton>(messages: readonly T[], newId: () => string): (T | Gap)[] {
  const inOrder = messages.toSorted((one, other) => one.seq - other.seq);
  const known = new Set(inOrder.map(({ id }) => id));
  const placed: (T | Gap)[] = [];
  const lastOf = new Map<string, T | Gap>();
  const place = (message: T | Gap): void => {
    placed.push(message);
    lastOf.set(message.conversationId, message);
  };
  const standIn = (id: string, isAnswer: boolean, { conversationId, createdAt }: T): void => {
    known.add(id);
    const before = lastOf.get(conversationId);
    const parentId = before?.id ?? null;
    if (before === undefined ? !isAnswer : before.isAnswer !== isAnswer) {
      place({ id, conversationId, parentId, isAnswer, createdAt });
      return;
    }
    const betweenId = newId();
    place({ id: betweenId, conversationId, parentId, isAnswer: !isAnswer, createdAt });
    place({ id, conversationId, parentId: betweenId, isAnswer, createdAt });
  };
  for (const message of inOrder) {
    const { parentId, isAnswer } = message;
    if (parentId !== null && !known.has(parentId)) standIn(parentId, !isAnswer, message);
    place(message);
  }
  return placed;
}
