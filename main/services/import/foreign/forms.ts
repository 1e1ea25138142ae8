import type { ImportFormat } from '../../../../preload/contract/exchange.ts';
import type { ForeignChat } from './chat.ts';
import { isChatGpt, readChatGpt } from './chatgpt.ts';
import { isClaude, readClaude } from './claude.ts';
import { isLmStudio, readLmStudio } from './lm-studio.ts';
import { isOpenWebui, readOpenWebui } from './open-webui.ts';

/** Forms of other programs in which one record is one conversation. */
const forms: readonly {
  format: ImportFormat;
  isOne: (value: Record<string, unknown>) => boolean;
  read: (value: Record<string, unknown>, fileName: string) => ForeignChat;
}[] = [
  { format: 'chatgpt', isOne: isChatGpt, read: readChatGpt },
  { format: 'claude', isOne: isClaude, read: readClaude },
  { format: 'open-webui', isOne: isOpenWebui, read: readOpenWebui },
  { format: 'lm-studio', isOne: isLmStudio, read: readLmStudio },
];

/** A conversation of another program, or null when the record is none. */
export function readForeign(
  value: Record<string, unknown>,
  fileName: string,
): { format: ImportFormat; chat: ForeignChat } | null {
  const form = forms.find(({ isOne }) => isOne(value));
  return form === undefined ? null : { format: form.format, chat: form.read(value, fileName) };
}
