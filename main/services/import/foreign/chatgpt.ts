import { filledText, isRecord, momentOf } from '../foreign-fields.ts';
import { roleOf, type ForeignChat, type ForeignMessage } from './chat.ts';

/** Whether this is a conversation of ChatGPT: a `mapping` of nodes, each with its parent and its children. */
export function isChatGpt(value: Record<string, unknown>): boolean {
  return isRecord(value['mapping']);
}

export function readChatGpt(value: Record<string, unknown>): ForeignChat {
  const mapping = isRecord(value['mapping']) ? value['mapping'] : {};
  const nodes = Object.entries(mapping).flatMap(([id, node]) => (isRecord(node) ? [{ id, node }] : []));
  const places = new Map<string, number>();
  for (const { node } of nodes) {
    const children: unknown[] = Array.isArray(node['children']) ? node['children'] : [];
    for (const [place, child] of children.entries()) if (typeof child === 'string') places.set(child, place);
  }
  const title = filledText(value['title']);
  const createdAt = momentOf(value['create_time']);
  return {
    id: filledText(value['conversation_id']) ?? filledText(value['id']) ?? JSON.stringify([title, createdAt]),
    ...{ title, createdAt, updatedAt: momentOf(value['update_time']) },
    ...{ isPinned: false, isArchived: value['is_archived'] === true },
    currentId: filledText(value['current_node']),
    messages: nodes
      .map(({ id, node }) => toMessage(id, node))
      .toSorted((left, right) => (places.get(left.id) ?? 0) - (places.get(right.id) ?? 0)),
  };
}

function toMessage(id: string, node: Record<string, unknown>): ForeignMessage {
  const message = isRecord(node['message']) ? node['message'] : {};
  const metadata = isRecord(message['metadata']) ? message['metadata'] : {};
  const role = roleOf(isRecord(message['author']) ? message['author']['role'] : null);
  return {
    ...{ id, parentId: filledText(node['parent']), role },
    ...contentOf(message, metadata),
    createdAt: momentOf(message['create_time']),
    modelName: role === 'assistant' ? filledText(metadata['model_slug']) : null,
    rating: null,
  };
}

function contentOf(
  message: Record<string, unknown>,
  metadata: Record<string, unknown>,
): { text: string; leftOut: number } {
  const { content, recipient } = message;
  if (!isRecord(content)) return { text: '', leftOut: 0 };
  const { text, leftOut } = textOf(content);
  const isForTool = typeof recipient === 'string' && recipient !== 'all';
  const isHidden = metadata['is_visually_hidden_from_conversation'] === true;
  if (!isForTool && !isHidden) return { text, leftOut };
  return { text: '', leftOut: text === '' ? leftOut : leftOut + 1 };
}

function textOf(content: Record<string, unknown>): { text: string; leftOut: number } {
  const { content_type: type, parts, text } = content;
  if (type === 'code' && typeof text === 'string') return { text, leftOut: 0 };
  if ((type !== 'text' && type !== 'multimodal_text') || !Array.isArray(parts)) return { text: '', leftOut: 1 };
  const all = (parts as unknown[]).map(partText);
  const texts = all.filter((part) => part !== null && part !== '');
  return { text: texts.join('\n\n'), leftOut: all.filter((part) => part === null).length };
}

/** The words of a part, those that were spoken included; null when it is something else. */
function partText(part: unknown): string | null {
  if (typeof part === 'string') return part;
  return isRecord(part) && part['content_type'] === 'audio_transcription' ? filledText(part['text']) : null;
}
