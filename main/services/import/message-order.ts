import type { StoredMessage } from '../../database/protocol.ts';
import type { Tally } from './tally.ts';

/**
 * The messages of one conversation as the app can hold them: parents before children, otherwise in the order they came;
 * questions and answers in turn, each conversation beginning with questions. What does not fit is counted and left out;
 * a question whose parent is not there becomes a first question.
 */
export function orderMessages(messages: readonly StoredMessage[], tally: Tally): StoredMessage[] {
  const known = new Map<string, StoredMessage>();
  for (const message of messages) {
    if (known.has(message.id)) tally.skip('repeated');
    else known.set(message.id, message);
  }
  const placed = new Map<string, StoredMessage>();
  const leftOut = new Set<string>();
  const waiting = new Map<string, StoredMessage[]>();

  const place = (message: StoredMessage): void => {
    const parent = message.parentId === null ? undefined : placed.get(message.parentId);
    if (parent === undefined && message.role === 'assistant') {
      tally.skip('no-question');
      leftOut.add(message.id);
    } else if (parent?.role === message.role) {
      tally.skip('out-of-turn');
      leftOut.add(message.id);
    } else {
      if (parent === undefined && message.parentId !== null) tally.lose('orphans');
      placed.set(message.id, parent === undefined ? { ...message, parentId: null } : message);
    }
  };

  for (const first of known.values()) {
    const { parentId } = first;
    if (parentId !== null && known.has(parentId) && !placed.has(parentId) && !leftOut.has(parentId)) {
      const beside = waiting.get(parentId);
      if (beside === undefined) waiting.set(parentId, [first]);
      else beside.push(first);
      continue;
    }
    const open = [first];
    for (let message = open.pop(); message !== undefined; message = open.pop()) {
      place(message);
      open.push(...(waiting.get(message.id) ?? []).reverse());
      waiting.delete(message.id);
    }
  }
  // Whoever still waits has itself among its ancestors.
  for (const ring of waiting.values()) for (const _message of ring) tally.skip('no-beginning');
  return [...placed.values()];
}
