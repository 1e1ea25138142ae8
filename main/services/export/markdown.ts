import type { Branches } from '../../../preload/contract/exchange.ts';
import type { StoredConversation } from '../../database/protocol.ts';
import { outline, type OutlinedMessage } from './outline.ts';
import {
  branchText,
  endingText,
  factsText,
  headingText,
  spanText,
  textOf,
  titleText,
  warning,
  type PresetName,
} from './wording.ts';

/**
 * A conversation as Markdown: questions and answers as they are stored, under a heading each. Only links to pages of the
 * app become plain text.
 */
export function* markdownPieces(
  conversation: StoredConversation,
  branches: Branches,
  presetName: PresetName,
): Generator<string> {
  yield `# ${escaped(titleText(conversation))}\n\n> ${warning}\n\n${spanText(conversation)}\n`;
  for (const section of outline(conversation, branches)) {
    const lead = branchText(section);
    if (lead !== null) yield `\n---\n\n**${lead}**\n`;
    for (const outlined of section.messages) yield messageText(outlined, presetName);
  }
}

function messageText(outlined: OutlinedMessage, presetName: PresetName): string {
  const { message } = outlined;
  const ending = endingText(message);
  const parts = [
    `## ${headingText(outlined)}`,
    `*${escaped(factsText(message, presetName))}*`,
    ...(message.text === '' ? [] : [withClosedFence(textOf(message))]),
    ...(ending === null ? [] : [`*${ending}*`]),
  ];
  return `\n${parts.join('\n\n')}\n`;
}

/** Text of our own between signs of Markdown, shown as it is. */
function escaped(text: string): string {
  return text.replace(/[\\`*_[\]<>#&~|]/g, '\\$&');
}

/** An answer that was cut off inside a code block would take everything below it into that block. */
function withClosedFence(text: string): string {
  let open: string | null = null;
  for (const line of text.split('\n')) {
    const [, marks = '', rest = ''] = /^ {0,3}(`{3,}|~{3,})(.*)$/s.exec(line.trimEnd()) ?? [];
    if (marks === '') continue;
    if (open === null) {
      // Backticks behind an opening of backticks make it code within a line.
      if (!(marks.startsWith('`') && rest.includes('`'))) open = marks;
    } else if (marks.startsWith(open) && rest === '') open = null;
  }
  return open === null ? text : `${text}\n${open}`;
}
