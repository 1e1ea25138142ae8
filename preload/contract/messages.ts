import { z } from 'zod';
import {
  idSchema,
  ratings,
  type Message,
  type MessageRole,
  type MessageStatus,
  type Rating,
  type Transcript,
} from './conversations.ts';
import type { Envelope } from './errors.ts';

/** A message of the map of a conversation. */
export interface TreeNode {
  id: string;
  parentId: string | null;
  role: MessageRole;
  status: MessageStatus;
  rating: Rating | null;
  createdAt: number;
  /** The beginning of its text, on one line. */
  excerpt: string;
}

/** The whole tree of a conversation, in the order it was written: parents come before their children. */
export interface ConversationTree {
  nodes: TreeNode[];
  /** The end of the branch that is shown. */
  currentLeafId: string | null;
}

/** One of several messages under the same parent. */
export interface Version {
  message: Message;
  /** Set while it is queued or being written: events with a higher `seq` continue from here. */
  seq: number | null;
}

export const messageInputs = {
  'messages:tree': z.strictObject({ conversationId: idSchema }),
  'messages:versions': z.strictObject({ messageId: idSchema }),
  'messages:rate': z.strictObject({ messageId: idSchema, rating: z.literal(ratings).nullable() }),
  'messages:delete-branch': z.strictObject({ messageId: idSchema }),
  'messages:restore-branch': z.strictObject({ messageId: idSchema }),
  'messages:fork': z.strictObject({ messageId: idSchema }),
  'messages:copy-link': z.strictObject({ messageId: idSchema }),
};

/** The tree of messages in the hand. Messages in the trash are `not-found` to all but `restoreBranch`. */
export interface MessagesApi {
  tree(input: { conversationId: string }): Promise<Envelope<ConversationTree>>;
  /** All messages that share the parent of `messageId`, oldest first. */
  versions(input: { messageId: string }): Promise<Envelope<Version[]>>;
  /** Says what the owner thinks of an answer; null takes it back. */
  rate(input: { messageId: string; rating: Rating | null }): Promise<Envelope<Message>>;
  /**
   * Moves a message and all that hangs below it to the trash; answers with what is shown instead. Fails with
   * `invalid-input` when nothing would be left: then it is the conversation that is to be deleted.
   */
  deleteBranch(input: { messageId: string }): Promise<Envelope<Transcript>>;
  /** Brings a deleted branch back, and shows it. */
  restoreBranch(input: { messageId: string }): Promise<Envelope<Transcript>>;
  /** A new conversation with a copy of the branch down to `messageId`. */
  fork(input: { messageId: string }): Promise<Envelope<Transcript>>;
  /** Puts an address that opens the app at this message on the clipboard. */
  copyLink(input: { messageId: string }): Promise<Envelope<null>>;
}
