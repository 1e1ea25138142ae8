import type { MessageRole, Rating } from '../../../../preload/contract/conversations.ts';
import type { ImportFormat } from '../../../../preload/contract/exchange.ts';
import { idSchema } from '../../../../preload/contract/conversations.ts';
import type { StoredConversation, StoredMessage } from '../../../database/protocol.ts';
import { titleFromQuestion } from '../../titles.ts';
import { idFrom } from '../foreign-fields.ts';
import { orderMessages } from '../message-order.ts';
import type { Tally } from '../tally.ts';

/** What another program keeps of a message, as far as it has a place here. */
export interface ForeignMessage {
  /** One of a kind within its chat. */
  id: string;
  parentId: string | null;
  /** Null for whoever neither asks nor answers: system prompts and tools. */
  role: MessageRole | null;
  text: string;
  /** Parts that are no text. */
  leftOut: number;
  createdAt: number | null;
  modelName: string | null;
  rating: Rating | null;
}

/** A conversation of another program. Siblings are in their order; parents may come after their children. */
export interface ForeignChat {
  id: string;
  title: string | null;
  createdAt: number | null;
  updatedAt: number | null;
  isPinned: boolean;
  isArchived: boolean;
  /** The message that was shown last; null for the last one of all. */
  currentId: string | null;
  messages: ForeignMessage[];
}

/** A message on its way in. */
interface Draft {
  message: ForeignMessage;
  role: MessageRole;
  text: string;
  createdAt: number | null;
  parent: Draft | null;
  hasReplies: boolean;
  /** The last message that goes on with this one. */
  continuation: Draft | null;
}

const longestTitle = 200;
/** Most text, in UTF-16 units, that joining may repeat in one chat. */
const maxJoinedLength = 16 * 1024 ** 2;

export function roleOf(value: unknown): MessageRole | null {
  if (value === 'user' || value === 'human') return 'prompter';
  return value === 'assistant' ? 'assistant' : null;
}

/** An id for a message that has none of its own: the same for the same text in the same place. */
export function placeId(chatId: string, parentId: string | null, version: number, text: string): string {
  return idFrom('place', chatId, parentId, version, text);
}

/**
 * The chat as a conversation of the app, or null when nothing of it can be kept. Between questions and answers there is
 * nothing else here: what stands between two messages of the same role is taken out, and the two are joined.
 */
export function toConversation(
  format: ImportFormat,
  chat: ForeignChat,
  now: number,
  tally: Tally,
): StoredConversation | null {
  const ownId = (id: string): string => (idSchema.safeParse(id).success ? id : idFrom(format, chat.id, id));
  const { drafts, standsFor } = draftsOf(chat.messages, tally);
  const toMessage = (draft: Draft): StoredMessage => {
    const createdAt = draft.createdAt ?? chat.createdAt ?? now;
    return {
      id: ownId(draft.message.id),
      parentId: draft.parent === null ? null : ownId(draft.parent.message.id),
      ...{ role: draft.role, text: draft.text.toWellFormed() },
      ...{ status: 'complete', errorCode: null, generation: null },
      createdAt,
      rating: draft.role === 'assistant' ? draft.message.rating : null,
      imported: toImported(draft, createdAt),
    };
  };
  const messages = orderMessages(drafts.filter((draft) => !isAbsorbed(draft)).map(toMessage), tally);
  const [root] = messages;
  if (root === undefined) return null;
  const leaf = lastOf(standsFor.get(chat.currentId ?? '') ?? null);
  const createdAt = chat.createdAt ?? root.createdAt;
  const newest = messages.reduce((latest, message) => Math.max(latest, message.createdAt), createdAt);
  return {
    id: idSchema.safeParse(chat.id).success ? chat.id : idFrom(format, chat.id),
    title: titleOf(chat.title) ?? titleFromQuestion(root.text),
    createdAt,
    updatedAt: chat.updatedAt ?? newest,
    ...{ origin: 'window', presetId: null, titleByHand: false, folder: null },
    ...{ isPinned: chat.isPinned, isArchived: chat.isArchived },
    currentLeafId: leaf === null ? null : ownId(leaf.message.id),
    messages,
  };
}

/** The messages that can be kept, parents first, and for each message the one that stands for it, or above it. */
function draftsOf(
  messages: readonly ForeignMessage[],
  tally: Tally,
): { drafts: Draft[]; standsFor: ReadonlyMap<string, Draft | null> } {
  const known = new Map<string, ForeignMessage>();
  for (const message of messages) {
    if (known.has(message.id)) tally.skip('repeated');
    else known.set(message.id, message);
  }
  const below = new Map<string | null, ForeignMessage[]>();
  for (const message of known.values()) {
    const parentId = message.parentId !== null && known.has(message.parentId) ? message.parentId : null;
    const beside = below.get(parentId);
    if (beside === undefined) below.set(parentId, [message]);
    else beside.push(message);
  }
  const drafts: Draft[] = [];
  const standsFor = new Map<string, Draft | null>();
  let joinedLength = 0;
  // Without recursion: a chat may be thousands of messages deep.
  const open = (below.get(null) ?? []).map((message) => ({ message, above: null as Draft | null })).reverse();
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { message, above } = next;
    const repeated = repeatedLength(message, above);
    const isTooMuch = joinedLength + repeated > maxJoinedLength;
    if (isTooMuch) tally.skip('out-of-turn');
    else joinedLength += repeated;
    const draft = isTooMuch ? null : draftOf(message, above, tally);
    if (draft !== null) drafts.push(draft);
    standsFor.set(message.id, draft ?? above);
    for (const child of (below.get(message.id) ?? []).reverse()) open.push({ message: child, above: draft ?? above });
  }
  // Whoever was not met has itself among its ancestors.
  tally.skip('no-beginning', known.size - standsFor.size);
  return { drafts, standsFor };
}

/** Text that is kept once more when this is kept: that of a message which both is answered and goes on, or goes on twice. */
function repeatedLength({ role, text }: ForeignMessage, above: Draft | null): number {
  if (above === null || role === null || text === '') return 0;
  const isRepeated = above.role === role ? above.continuation !== null || above.hasReplies : isAbsorbed(above);
  return isRepeated ? above.text.length : 0;
}

function draftOf(message: ForeignMessage, above: Draft | null, tally: Tally): Draft | null {
  const { role, text, leftOut } = message;
  tally.skip('not-text', leftOut);
  if (role === null || text === '') {
    // An empty system message begins every chat of some programs: nothing is lost with it.
    if (role === null && text !== '') tally.skip('unknown-role');
    if (role !== null && leftOut === 0) tally.skip('no-text');
    return null;
  }
  const createdAt = message.createdAt ?? above?.createdAt ?? null;
  const draft = { message, role, text, createdAt, parent: above, hasReplies: false, continuation: null };
  if (above === null) return draft;
  if (above.role !== role) {
    above.hasReplies = true;
    return draft;
  }
  const joined = { ...draft, text: `${above.text}\n\n${text}`, createdAt: above.createdAt, parent: above.parent };
  above.continuation = joined;
  return joined;
}

/** Whether all of it is in the messages that go on with it. */
function isAbsorbed({ continuation, hasReplies }: Draft): boolean {
  return continuation !== null && !hasReplies;
}

function lastOf(draft: Draft | null): Draft | null {
  let last = draft;
  while (last !== null && isAbsorbed(last)) last = last.continuation;
  return last;
}

/** What a message brings along, by the names of Open-Assistant's form, in which it can leave again. */
function toImported({ message, role }: Draft, createdAt: number): StoredMessage['imported'] {
  const { modelName } = message;
  if (modelName === null) return null;
  const created_date = new Date(createdAt).toISOString();
  return {
    message: { created_date, synthetic: role === 'assistant', model_name: modelName.slice(0, 200).toWellFormed() },
    tree: null,
  };
}

function titleOf(title: string | null): string | null {
  const line = (title ?? '')
    .slice(0, 4 * longestTitle)
    .toWellFormed()
    .replace(/[\s\p{Cc}\p{Cf}]+/gu, ' ')
    .trim();
  return line === '' ? null : [...line].slice(0, longestTitle).join('');
}
