import type { Conversations } from '../services/conversations.ts';
import { timeText } from '../services/export/wording.ts';
import { forTerminal, type Terminal } from './ask.ts';

/** Lists all conversations, newest first: a line each with its id, or with `json` a line of JSON each. */
export async function listConversations(
  { conversations }: { conversations: Pick<Conversations, 'list'> },
  json: boolean,
  terminal: Terminal,
): Promise<void> {
  for (const conversation of await conversations.list()) {
    const { id, title, updatedAt } = conversation;
    const line = json ? JSON.stringify(conversation) : `${id}  ${timeText(updatedAt)}  ${oneLine(title)}`;
    terminal.stdout.write(`${line}\n`);
  }
}

function oneLine(title: string): string {
  return forTerminal(title).replace(/\s+/gu, ' ');
}
