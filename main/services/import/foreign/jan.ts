import { filledText, isRecord, momentOf } from '../foreign-fields.ts';
import type { Tally } from '../tally.ts';
import { roleOf, type ForeignChat, type ForeignMessage } from './chat.ts';

/** Most text of one file in UTF-16 units, and most messages: they are held until its end, for parents come later too. */
const maxLength = 64 * 1024 ** 2;
const maxMessages = 1_000_000;

/** A message, and what its `metadata` says of the branches. */
interface Held {
  message: ForeignMessage;
  /** Undefined where it says nothing, as in threads that were never branched. */
  parentId: string | null | undefined;
  activeChildId: string | null;
}

/** Whether this is what Jan keeps of a thread, its messages apart. */
export function isJanThread(value: Record<string, unknown>): boolean {
  return value['object'] === 'thread' && typeof value['id'] === 'string';
}

/** Whether this is a message of Jan, one line of a thread's messages. */
export function isJanMessage(value: Record<string, unknown>): boolean {
  return typeof value['thread_id'] === 'string' && 'role' in value && Array.isArray(value['content']);
}

/** Jan's threads, whose facts and messages lie in two files, the first one read first. */
export function createJanThreads(tally: Tally) {
  const threads = new Map<string, Record<string, unknown>>();
  let held = new Map<string, Held[]>();
  let count = 0;
  let length = 0;

  return {
    addThread({ id, title, created, updated, metadata }: Record<string, unknown>): void {
      if (typeof id === 'string') threads.set(id, { title, created, updated, metadata });
    },
    addMessage(value: Record<string, unknown>): void {
      const threadId = filledText(value['thread_id']) ?? '';
      const beside = held.get(threadId) ?? [];
      const each = toHeld(value, beside.length);
      length += each.message.text.length;
      count += 1;
      if (length > maxLength || count > maxMessages) {
        tally.skip('too-large');
        return;
      }
      beside.push(each);
      held.set(threadId, beside);
    },
    /** The threads of the messages that were added since the last time. */
    *take(): Generator<ForeignChat> {
      const taken = held;
      held = new Map();
      count = 0;
      length = 0;
      for (const [threadId, messages] of taken) yield toChat(threadId, threads.get(threadId) ?? {}, messages);
    },
  };
}

function toChat(id: string, thread: Record<string, unknown>, all: readonly Held[]): ForeignChat {
  const metadata = isRecord(thread['metadata']) ? thread['metadata'] : {};
  const isBranched = all.some(({ parentId, activeChildId }) => parentId !== undefined || activeChildId !== null);
  const linked = isBranched ? linkedByParents(all) : linkedInOrder(all);
  return {
    id,
    title: filledText(thread['title']) ?? filledText(metadata['title']),
    createdAt: momentOf(thread['created']) ?? linked[0]?.message.createdAt ?? null,
    updatedAt: momentOf(thread['updated']),
    ...{ isPinned: metadata['is_favorite'] === true, isArchived: false },
    currentId: currentOf(linked),
    messages: linked.map(({ message }) => message),
  };
}

function linkedInOrder(all: readonly Held[]): Held[] {
  return all.map(({ message, ...held }, index) => ({
    ...held,
    message: { ...message, parentId: all[index - 1]?.message.id ?? null },
  }));
}

/** Some versions saved answers without their question's id: those belong to the last question before them. */
function linkedByParents(all: readonly Held[]): Held[] {
  let lastQuestionId: string | null = null;
  return all.map(({ message, ...held }) => {
    const parentId = held.parentId ?? (message.role === 'prompter' ? null : lastQuestionId);
    if (message.role === 'prompter') lastQuestionId = message.id;
    return { ...held, message: { ...message, parentId } };
  });
}

/** The end of the branch that is shown: at each fork the child that was chosen, else the newest. */
function currentOf(all: readonly Held[]): string | null {
  const newestBelow = new Map<string | null, Held>();
  const known = new Map<string, Held>();
  for (const held of all) {
    known.set(held.message.id, held);
    newestBelow.set(held.message.parentId, held);
  }
  const seen = new Set<Held>();
  let shown = newestBelow.get(null);
  for (let next = shown; next !== undefined && !seen.has(next);) {
    shown = next;
    seen.add(next);
    const chosen: Held | undefined = known.get(next.activeChildId ?? '');
    next = chosen?.message.parentId === next.message.id ? chosen : newestBelow.get(next.message.id);
  }
  return shown?.message.id ?? null;
}

function toHeld(value: Record<string, unknown>, index: number): Held {
  const metadata = isRecord(value['metadata']) ? value['metadata'] : {};
  const { parentId } = metadata;
  return {
    message: {
      ...{ id: filledText(value['id']) ?? String(index), parentId: null, role: roleOf(value['role']) },
      ...contentOf(value['content']),
      createdAt: momentOf(value['created_at']),
      ...{ modelName: null, rating: null },
    },
    parentId: parentId === null ? null : (filledText(parentId) ?? undefined),
    activeChildId: filledText(metadata['activeChildId']),
  };
}

function contentOf(content: unknown): { text: string; leftOut: number } {
  const parts: unknown[] = Array.isArray(content) ? content : [];
  const texts = parts.flatMap((part) => {
    if (!isRecord(part) || part['type'] !== 'text') return [];
    const { text } = part;
    return isRecord(text) && typeof text['value'] === 'string'
      ? [text['value']]
      : typeof text === 'string'
        ? [text]
        : [];
  });
  return { text: texts.filter((text) => text !== '').join('\n\n'), leftOut: parts.length - texts.length };
}
