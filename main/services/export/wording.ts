import type { MessageStatus } from '../../../preload/contract/conversations.ts';
import { guideName, guideNature } from '../../../preload/contract/guide.ts';
import { withoutPageLinks } from '../../../preload/contract/page-link-text.ts';
import type { StoredConversation, StoredMessage } from '../../database/protocol.ts';
import type { OutlinedMessage, Section } from './outline.ts';

/** What readable exports say beside the messages. */

export const warning = 'Answers were written by a language model and may be wrong. Check what matters.';

/** What a preset is called; null for one that is gone. */
export type PresetName = (presetId: string) => string | null;

/** A time that reads the same everywhere, such as `2023-02-05 14:23 UTC`. */
export function timeText(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? 'unknown time' : `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

export function dayText(ms: number): string {
  return timeText(ms).split(' ')[0] ?? '';
}

export function spanText({ createdAt, updatedAt }: StoredConversation): string {
  return `Begun ${timeText(createdAt)}, last message ${timeText(updatedAt)}.`;
}

export function headingText({ number, message }: OutlinedMessage): string {
  return `${String(number)}. ${message.role === 'prompter' ? 'Question' : 'Answer'}`;
}

/** What leads over to a branch; null before the first one. */
export function branchText({ branch }: Section): string | null {
  if (branch === null) return null;
  const insteadOf = `Another branch, in the place of ${String(branch.insteadOf)}`;
  return branch.after === null ? insteadOf : `${insteadOf}, after ${String(branch.after)}`;
}

const endings: Record<MessageStatus, string | null> = {
  complete: null,
  generating: 'This answer was still being written.',
  stopped: 'This answer was stopped before its end.',
  interrupted: 'This answer was interrupted before its end.',
  failed: 'This answer failed before its end.',
};

/** How an answer ended, where it did not end by itself. */
export function endingText({ status, generation }: StoredMessage): string | null {
  if (status === 'complete' && generation?.stopReason === 'length') return 'This answer reached its greatest length.';
  return endings[status];
}

/** What a message says. In an answer, links to pages of the app are plain text: in a file they lead nowhere. */
export function textOf({ role, text }: Pick<StoredMessage, 'role' | 'text'>): string {
  return role === 'assistant' ? withoutPageLinks(text) : text;
}

/** When a message came about and, for an answer, how. */
export function factsText({ createdAt, generation, imported }: StoredMessage, presetName: PresetName): string {
  const modelName = generation?.modelName ?? imported?.message['model_name'];
  return [
    timeText(createdAt),
    ...(typeof modelName === 'string' ? [modelName] : []),
    ...(modelName === guideName ? [guideNature] : []),
    ...(generation === null
      ? []
      : [`preset ${presetName(generation.presetId) ?? 'of your own'}`, `seed ${String(generation.seed)}`]),
  ].join(' · ');
}

/** A title on one line. */
export function titleText({ title }: StoredConversation): string {
  return title.replace(/[\s\p{Cc}]+/gu, ' ').trim() || 'Conversation';
}
