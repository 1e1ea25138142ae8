import { pageAddressStart, pageNames, pageOfAddress, type AppPage } from './app-pages.ts';

/** How a link to a page of the app reads where it cannot be followed, and how it may read where it can. */

/** Words alone. Whatever could pass for an address has a sign in it, or a letter from elsewhere. */
const plainWords = /^[a-z0-9 ,'"]+$/i;
const emphasis = /[*_~]/g;

function namesPage(label: string, name: string): boolean {
  const words = label.replace(emphasis, '');
  return plainWords.test(words) && ` ${words.toLowerCase()} `.includes(` ${name.toLowerCase()} `);
}

/**
 * What a link to a page says: its own words where they name the page, otherwise with the page's name behind them. A model
 * may write any words, and none of them may hide that the link stays in the app.
 */
export function textOfPageLink(label: string, page: AppPage): string {
  const name = pageNames[page];
  if (label.trim() === '') return name;
  return namesPage(label, name) ? label : `${label} (${name})`;
}

const inlineLink = /(?<![!\\])\[([^[\]]*)\]\(<?([^()<>\s]*)>?\)/g;

function withoutLinks(prose: string): string {
  return prose.replace(inlineLink, (link, label: string, address: string) => {
    const page = pageOfAddress(address);
    return page === null ? link : textOfPageLink(label, page);
  });
}

/** A line without the links in its prose; what stands between backticks is code. */
function lineWithoutLinks(line: string): string {
  // Prose and runs of backticks in turns. A run opens code where another one of its length follows.
  const pieces = line.split(/(`+)/);
  const closing = new Map<string, number>();
  for (const [index, piece] of pieces.entries()) if (index % 2 === 1) closing.set(piece, index);
  let text = '';
  let codeMark: string | null = null;
  for (const [index, piece] of pieces.entries()) {
    if (index % 2 === 0) {
      text += codeMark === null ? withoutLinks(piece) : piece;
      continue;
    }
    if (codeMark === null) codeMark = (closing.get(piece) ?? 0) > index ? piece : null;
    else if (codeMark === piece) codeMark = null;
    text += piece;
  }
  return text;
}

/**
 * Markdown in which links to pages of the app are plain text, because outside they lead nowhere. Everything else stays as
 * it is, code with such an address in it as well.
 */
export function withoutPageLinks(markdown: string): string {
  if (!markdown.includes(pageAddressStart)) return markdown;
  let fence: string | null = null;
  const lines = markdown.split('\n').map((line) => {
    const [, marks = '', rest = ''] = /^[\s>]*(`{3,}|~{3,})(.*)$/.exec(line) ?? [];
    if (fence !== null) {
      if (marks.startsWith(fence) && rest.trim() === '') fence = null;
      return line;
    }
    if (marks !== '' && !(marks.startsWith('`') && rest.includes('`'))) {
      fence = marks;
      return line;
    }
    return lineWithoutLinks(line);
  });
  return lines.join('\n');
}
