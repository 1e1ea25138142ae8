import { filledText, isRecord, momentOf } from '../foreign-fields.ts';
import { roleOf, type ForeignChat, type ForeignMessage } from './chat.ts';

/** Whether this is a conversation of Claude. */
export function isClaude(value: Record<string, unknown>): boolean {
  return Array.isArray(value['chat_messages']);
}

export function readClaude(value: Record<string, unknown>): ForeignChat {
  const given: unknown[] = Array.isArray(value['chat_messages']) ? value['chat_messages'] : [];
  const records = given.filter(isRecord);
  // Older exports are one branch, and name no parents.
  const isTree = records.some((record) => filledText(record['parent_message_uuid']) !== null);
  const title = filledText(value['name']);
  const createdAt = momentOf(value['created_at']);
  const messages: ForeignMessage[] = [];
  for (const [index, record] of records.entries()) {
    const previousId = messages.at(-1)?.id ?? null;
    messages.push({
      id: filledText(record['uuid']) ?? String(index),
      parentId: isTree ? filledText(record['parent_message_uuid']) : previousId,
      role: roleOf(record['sender']),
      ...contentOf(record),
      createdAt: momentOf(record['created_at']),
      ...{ modelName: null, rating: null },
    });
  }
  return {
    id: filledText(value['uuid']) ?? JSON.stringify([title, createdAt]),
    ...{ title, createdAt, updatedAt: momentOf(value['updated_at']) },
    ...{ isPinned: value['is_starred'] === true, isArchived: false },
    currentId: filledText(value['current_leaf_message_uuid']) ?? messages.at(-1)?.id ?? null,
    messages,
  };
}

function contentOf(record: Record<string, unknown>): { text: string; leftOut: number } {
  const blocks: unknown[] = Array.isArray(record['content']) ? record['content'] : [];
  const texts = blocks.flatMap((block) => (isRecord(block) && block['type'] === 'text' ? [block['text']] : []));
  const spoken = texts.flatMap((text) => filledText(text) ?? []);
  // `text` repeats the blocks, with a notice for each that is no text.
  const words = spoken.length > 0 || blocks.length > 0 ? spoken : [filledText(record['text']) ?? ''];
  const attached = attachmentsOf(record['attachments']);
  const files = Array.isArray(record['files']) ? record['files'].length : 0;
  return {
    text: [...words, ...attached.texts].filter((text) => text !== '').join('\n\n'),
    leftOut: blocks.length - texts.length + attached.leftOut + files,
  };
}

/** Long texts that were pasted into a question are attached to it, with their words. */
function attachmentsOf(value: unknown): { texts: string[]; leftOut: number } {
  const attachments: unknown[] = Array.isArray(value) ? value : [];
  const texts = attachments.flatMap((attachment) => {
    if (!isRecord(attachment)) return [];
    const text = filledText(attachment['extracted_content']);
    const name = filledText(attachment['file_name']);
    return text === null ? [] : [name === null ? text : `${name}:\n\n${text}`];
  });
  return { texts, leftOut: attachments.length - texts.length };
}
