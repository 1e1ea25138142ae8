import type { Branches } from '../../../preload/contract/exchange.ts';
import type { StoredConversation, StoredMessage } from '../../database/protocol.ts';
import { withRating } from '../message-scores.ts';
import { activeBranch } from './outline.ts';

/**
 * A conversation as Open-Assistant's message trees, a line for each first question. As in Open-Assistant's export of
 * its own chats, the tree is named after the conversation, answers are marked as synthetic and ratings are events. What
 * an imported message brought along leaves with it, ids included.
 */
export function* messageTreePieces(conversation: StoredConversation, branches: Branches): Generator<string> {
  const messages = branches === 'all' ? conversation.messages : activeBranch(conversation);
  const replies = new Map<string, StoredMessage[]>();
  for (const message of messages) {
    if (message.parentId === null) continue;
    const beside = replies.get(message.parentId);
    if (beside === undefined) replies.set(message.parentId, [message]);
    else beside.push(message);
  }
  for (const root of messages) {
    if (root.parentId !== null) continue;
    const tree = { message_tree_id: conversation.id, tree_state: 'not_applicable', ...root.imported?.tree };
    yield `${JSON.stringify(tree).slice(0, -1)},"prompt":${nodeJson(root, replies)}}\n`;
  }
}

/** A message with all that hangs below it. Written without recursion: a long conversation nests thousands deep. */
function nodeJson(root: StoredMessage, replies: ReadonlyMap<string, StoredMessage[]>): string {
  const pieces: string[] = [];
  interface Step {
    message: StoredMessage;
    parent: StoredMessage | null;
    isFirst: boolean;
  }
  const open: (Step | 'end')[] = [{ message: root, parent: null, isFirst: true }];
  for (let step = open.pop(); step !== undefined; step = open.pop()) {
    if (step === 'end') {
      pieces.push(']}');
      continue;
    }
    const { message, parent, isFirst } = step;
    pieces.push(`${isFirst ? '' : ','}${JSON.stringify(fieldsOf(message, parent)).slice(0, -1)},"replies":[`);
    open.push('end');
    const below = (replies.get(message.id) ?? []).map((reply, index) => ({
      message: reply,
      parent: message,
      isFirst: index === 0,
    }));
    open.push(...below.reverse());
  }
  return pieces.join('');
}

function fieldsOf(message: StoredMessage, parent: StoredMessage | null): Record<string, unknown> {
  const { text, role } = message;
  const fields = message.imported === null ? ownFields(message) : message.imported.message;
  const { events } = fields;
  const rated = role === 'assistant' ? withRating(events, message.rating) : events;
  return {
    message_id: idOf(message),
    ...(parent === null ? {} : { parent_id: idOf(parent) }),
    ...{ text, role },
    ...fields,
    // What is undefined is not written.
    ...(rated === events ? {} : { events: rated }),
  };
}

/** An id that the app could not take over was kept beside the one it was given. */
function idOf({ id, imported }: StoredMessage): unknown {
  return imported?.message['message_id'] ?? id;
}

function ownFields({ role, createdAt, generation }: StoredMessage): Record<string, unknown> {
  return {
    created_date: new Date(createdAt).toISOString(),
    synthetic: role === 'assistant',
    ...(generation === null ? {} : { model_name: generation.modelName }),
  };
}
