import type { Branches } from '../../../preload/contract/exchange.ts';
import type { StoredConversation } from '../../database/protocol.ts';
import { outline } from './outline.ts';
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

/** A conversation as plain text, every message as it is stored but for links to pages of the app. */
export function* plainTextPieces(
  conversation: StoredConversation,
  branches: Branches,
  presetName: PresetName,
): Generator<string> {
  const title = titleText(conversation);
  yield `${title}\n${'='.repeat(Math.min([...title].length, 72))}\n\n${warning}\n${spanText(conversation)}\n`;
  for (const section of outline(conversation, branches)) {
    const lead = branchText(section);
    if (lead !== null) yield `\n\n${'='.repeat(8)} ${lead} ${'='.repeat(8)}\n`;
    for (const outlined of section.messages) {
      const { message } = outlined;
      const ending = endingText(message);
      const head = `${headingText(outlined)} · ${factsText(message, presetName)}`;
      yield `\n${head}\n${'-'.repeat(8)}\n${textOf(message)}\n${ending === null ? '' : `(${ending})\n`}`;
    }
  }
}
