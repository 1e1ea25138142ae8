import type { ConversationSummary, ListInput } from '../../preload/contract/conversations.ts';
import type { Conversations } from '../services/conversations.ts';
import { timeText } from '../services/export/wording.ts';
import { forTerminal, type Terminal } from './ask.ts';

/** Conversations that are read at once. */
const pageLength = 1000;

/**
 * Lists all conversations, pinned ones first, then newest first, those of the archive last: a line each with its id, or
 * with `json` a line of JSON each.
 */
export async function listConversations(
  { conversations }: { conversations: Pick<Conversations, 'list'> },
  json: boolean,
  terminal: Terminal,
): Promise<void> {
  for await (const conversation of allConversations(conversations)) {
    const { id, title, updatedAt } = conversation;
    const line = json ? JSON.stringify(conversation) : `${id}  ${timeText(updatedAt)}  ${oneLine(title)}`;
    terminal.stdout.write(`${line}\n`);
  }
}

async function* allConversations({ list }: Pick<Conversations, 'list'>): AsyncGenerator<ConversationSummary> {
  for (const isArchived of [false, true]) {
    let page: ConversationSummary[] = [];
    do {
      const last = page.at(-1);
      const after = last === undefined ? null : placeOf(last);
      page = await list({ isArchived, after, limit: pageLength });
      yield* page;
    } while (page.length === pageLength);
  }
}

function placeOf({ isPinned, updatedAt, id }: ConversationSummary): ListInput['after'] {
  return { isPinned, updatedAt, id };
}

/** A title for the terminal, on one line. */
export function oneLine(title: string): string {
  return forTerminal(title).replace(/\s+/gu, ' ');
}
