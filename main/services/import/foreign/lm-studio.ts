import { filledText, isRecord, momentOf } from '../foreign-fields.ts';
import { placeId, roleOf, type ForeignChat, type ForeignMessage } from './chat.ts';

/** Steps that only tell how far an answer was. */
const silentSteps = new Set<unknown>(['debugInfoBlock', 'status']);

/** Whether this is a conversation of LM Studio: messages in versions, of which one is selected. */
export function isLmStudio(value: Record<string, unknown>): boolean {
  const messages: unknown[] = Array.isArray(value['messages']) ? value['messages'] : [];
  return messages.some((message) => isRecord(message) && Array.isArray(message['versions']));
}

/** The program names a conversation by its file; its moment of creation is the same name, and stays with it. */
export function readLmStudio(value: Record<string, unknown>, fileName: string): ForeignChat {
  const given: unknown[] = Array.isArray(value['messages']) ? value['messages'] : [];
  const createdAt = momentOf(value['createdAt']);
  const chatId = createdAt === null ? fileName : String(createdAt);
  const messages: ForeignMessage[] = [];
  let selectedId: string | null = null;
  for (const message of given) {
    if (!isRecord(message) || !Array.isArray(message['versions'])) continue;
    const parentId: string | null = selectedId;
    const versions: ForeignMessage[] = (message['versions'] as unknown[]).map((version, index) =>
      toVersion(isRecord(version) ? version : {}, chatId, parentId, index),
    );
    const selected = message['currentlySelected'];
    selectedId = versions.at(typeof selected === 'number' ? selected : -1)?.id ?? versions.at(-1)?.id ?? parentId;
    messages.push(...versions);
  }
  return {
    ...{ id: chatId, title: filledText(value['name']), createdAt },
    updatedAt: momentOf(value['assistantLastMessagedAt']) ?? momentOf(value['userLastMessagedAt']),
    ...{ isPinned: value['pinned'] === true, isArchived: false },
    ...{ currentId: selectedId, messages },
  };
}

function toVersion(
  version: Record<string, unknown>,
  chatId: string,
  parentId: string | null,
  index: number,
): ForeignMessage {
  const role = roleOf(version['role']);
  const given: unknown[] = Array.isArray(version['steps']) ? version['steps'] : [];
  const steps = given.filter(isRecord).filter((step) => !silentSteps.has(step['type']));
  const blocks = Array.isArray(version['steps']) ? steps.map(blockOf) : [contentOf(version['content'])];
  const text = blocks
    .map((block) => block.text)
    .filter((each) => each !== '')
    .join('\n\n');
  return {
    ...{ id: placeId(chatId, parentId, index, text), parentId, role, text },
    leftOut: blocks.reduce((sum, block) => sum + block.leftOut, 0),
    ...{ createdAt: null, rating: null },
    modelName: role === 'assistant' ? modelOf(version, steps) : null,
  };
}

function blockOf(step: Record<string, unknown>): { text: string; leftOut: number } {
  const isThinking = isRecord(step['style']) && step['style']['type'] === 'thinking';
  if (step['type'] !== 'contentBlock' || isThinking) return { text: '', leftOut: 1 };
  return contentOf(step['content']);
}

/** The pieces of one text follow one another as they were generated. */
function contentOf(content: unknown): { text: string; leftOut: number } {
  if (typeof content === 'string') return { text: content, leftOut: 0 };
  const parts: unknown[] = Array.isArray(content) ? content : [];
  const texts = parts.flatMap((part) =>
    isRecord(part) && part['type'] === 'text' && typeof part['text'] === 'string' ? [part['text']] : [],
  );
  return { text: texts.join(''), leftOut: parts.length - texts.length };
}

function modelOf(version: Record<string, unknown>, steps: readonly Record<string, unknown>[]): string | null {
  const infos = steps.flatMap((step) => (isRecord(step['genInfo']) ? [filledText(step['genInfo']['identifier'])] : []));
  const sender = version['senderInfo'];
  return infos.findLast((name) => name !== null) ?? (isRecord(sender) ? filledText(sender['senderName']) : null);
}
