import { ratings } from '../../../../preload/contract/conversations.ts';
import { filledText, isRecord, momentOf } from '../foreign-fields.ts';
import { roleOf, type ForeignChat, type ForeignMessage } from './chat.ts';

/** Whether this is a chat of Open WebUI: as it is exported, or only what is inside. */
export function isOpenWebui(value: Record<string, unknown>): boolean {
  return isRecord(historyOf(value)['messages']);
}

export function readOpenWebui(value: Record<string, unknown>): ForeignChat {
  const chat = isRecord(value['chat']) ? value['chat'] : value;
  const history = historyOf(value);
  const given = isRecord(history['messages']) ? history['messages'] : {};
  const nodes = Object.entries(given).flatMap(([id, node]) => (isRecord(node) ? [{ id, node }] : []));
  const places = new Map<string, number>();
  for (const { node } of nodes) {
    const children: unknown[] = Array.isArray(node['childrenIds']) ? node['childrenIds'] : [];
    for (const [place, child] of children.entries()) if (typeof child === 'string') places.set(child, place);
  }
  const title = filledText(value['title']) ?? filledText(chat['title']);
  const createdAt = momentOf(value['created_at']) ?? momentOf(chat['timestamp']);
  return {
    id: filledText(value['id']) ?? JSON.stringify([title, createdAt]),
    ...{ title, createdAt, updatedAt: momentOf(value['updated_at']) },
    ...{ isPinned: value['pinned'] === true, isArchived: value['archived'] === true },
    currentId: filledText(history['currentId']),
    messages: nodes
      .map(({ id, node }) => toMessage(id, node))
      .toSorted((left, right) => (places.get(left.id) ?? 0) - (places.get(right.id) ?? 0)),
  };
}

function historyOf(value: Record<string, unknown>): Record<string, unknown> {
  const chat = isRecord(value['chat']) ? value['chat'] : value;
  return isRecord(chat['history']) ? chat['history'] : {};
}

function toMessage(id: string, node: Record<string, unknown>): ForeignMessage {
  const role = roleOf(node['role']);
  const { text, leftOut } = contentOf(node['content']);
  const annotation = isRecord(node['annotation']) ? node['annotation'] : {};
  return {
    ...{ id, parentId: filledText(node['parentId']), role, text },
    leftOut: leftOut + (Array.isArray(node['files']) ? node['files'].length : 0),
    createdAt: momentOf(node['timestamp']),
    modelName: role === 'assistant' ? filledText(node['model']) : null,
    rating: ratings.find((rating) => annotation['rating'] === rating) ?? null,
  };
}

function contentOf(content: unknown): { text: string; leftOut: number } {
  if (typeof content === 'string') return withoutDetails(content);
  const parts: unknown[] = Array.isArray(content) ? content : [];
  const texts = parts.flatMap((part) => (isRecord(part) ? (filledText(part['text']) ?? []) : []));
  return { text: texts.join('\n\n'), leftOut: parts.length - texts.length };
}

const detailsStart = /<details type="(?:reasoning|tool_calls|code_interpreter)"/g;
const detailsEnd = '</details>';

/** Reasoning and tool calls stand in the text of an answer, in HTML elements that a page shows folded. */
function withoutDetails(content: string): { text: string; leftOut: number } {
  const pieces: string[] = [];
  let end = 0;
  let leftOut = 0;
  for (const { index } of content.matchAll(detailsStart)) {
    // One inside of another goes with it.
    if (index < end) continue;
    const close = content.indexOf(detailsEnd, index);
    if (close === -1) break;
    pieces.push(content.slice(end, index));
    end = close + detailsEnd.length;
    leftOut += 1;
  }
  if (leftOut === 0) return { text: content, leftOut };
  return { text: `${pieces.join('')}${content.slice(end)}`.trim(), leftOut };
}
