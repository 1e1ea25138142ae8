import type { SearchHit } from '../../preload/contract/search.ts';
import { timeText } from '../services/export/wording.ts';
import type { Search } from '../services/search.ts';
import { forTerminal, type Terminal } from './ask.ts';
import { oneLine } from './list.ts';

export interface SearchOrder {
  text: string;
  /** Everything that is found, instead of the first of it. */
  isAll: boolean;
  json: boolean;
}

/** Hits that are read at once. */
const pageLength = 100;
const shownHits = 50;

/**
 * Tells what is found, titles first, then messages, the newest first: two lines each, with the ids of the conversation
 * and the message, or with `json` a line of JSON each.
 *
 * @returns whether anything was found
 */
export async function searchConversations(
  { search }: { search: Pick<Search, 'find'> },
  { text, isAll, json }: SearchOrder,
  terminal: Terminal,
): Promise<boolean> {
  let count = 0;
  for await (const hit of allHits(search, text)) {
    if (count === shownHits && !isAll) {
      terminal.stderr.write('There is more. Add --all to see everything, or search for more words.\n');
      break;
    }
    terminal.stdout.write(json ? `${JSON.stringify(hit)}\n` : textOf(hit));
    count += 1;
  }
  if (count === 0 && !json) terminal.stderr.write('Nothing was found.\n');
  return count > 0;
}

async function* allHits({ find }: Pick<Search, 'find'>, query: string): AsyncGenerator<SearchHit> {
  let cursor: string | null = null;
  do {
    const { hits, next }: Awaited<ReturnType<typeof find>> = await find({
      ...{ query, filters: {}, cursor, limit: pageLength },
    });
    yield* hits;
    cursor = next;
  } while (cursor !== null);
}

function textOf({ conversationId, messageId, at, title, snippet }: SearchHit): string {
  const place = messageId === null ? conversationId : `${conversationId} ${messageId}`;
  // A title that was found is its own snippet.
  const said = messageId === null ? '' : `    ${forTerminal(snippet.map((piece) => piece.text).join(''))}\n`;
  return `${timeText(at)}  ${oneLine(title)}  ${place}\n${said}`;
}
