import type { Branches } from '../../../preload/contract/exchange.ts';
import type { StoredConversation, StoredMessage } from '../../database/protocol.ts';
import { activeBranch } from './outline.ts';
import { warning } from './wording.ts';

/** What the app's own files call themselves, and the version of their form. `docs/formats.md` describes it. */
export const ownFormat = 'oasst-desktop-conversations';
export const ownVersion = 1;

/** The beginning of a file in the app's own form; conversations follow, a line each. */
export function ownJsonHead(branches: Branches): string {
  const head = { format: ownFormat, version: ownVersion, branches, notice: warning };
  return `${JSON.stringify(head).slice(0, -1)},"conversations":[`;
}

export const ownJsonTail = '\n]}\n';

/** A conversation with every field, the same bytes for the same conversation. */
export function ownJsonPiece(conversation: StoredConversation, branches: Branches, isFirst: boolean): string {
  const messages = branches === 'all' ? conversation.messages : activeBranch(conversation);
  const written = { ...conversation, messages: messages.map(settled) };
  return `${isFirst ? '' : ','}\n${JSON.stringify(written)}`;
}

/** Nobody goes on writing an answer in a file, so one that is being written leaves as what it would be after a crash. */
function settled(message: StoredMessage): StoredMessage {
  if (message.status !== 'generating') return message;
  const { generation } = message;
  return {
    ...message,
    status: 'interrupted',
    generation: generation === null ? null : { ...generation, stopReason: 'interrupted' },
  };
}
