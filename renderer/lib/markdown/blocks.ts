import { Lexer, type Token, type Tokens } from 'marked';
import { fenceLanguage } from './highlight.ts';
import { showControls } from './visible-controls.ts';

/** One top-level piece of an answer. Its `raw` text never changes once another block follows it. */
export type Block =
  { kind: 'prose'; raw: string; headingLevel: number } | { kind: 'code'; raw: string; code: string; language: string };

export interface BlockList {
  blocks: Block[];
  /** Link definitions (`[name]: address`) of the whole text: every block may use them. */
  definitions: string;
}

function isCode(token: Token): token is Tokens.Code {
  return token.type === 'code';
}

function isHeading(token: Token): token is Tokens.Heading {
  return token.type === 'heading';
}

/** The page has one h1 and an h2 for each turn; headings inside an answer begin below them. */
const firstLevel = 3;

/**
 * Gives each heading of an answer its level on the page. Models start anywhere and skip levels; a heading is one level
 * below the nearest one above it that is higher. Only what stands before matters, so no later text changes a level.
 */
function createOutline(): (depth: number) => number {
  const open: number[] = [];
  return (depth) => {
    while ((open.at(-1) ?? 0) >= depth) open.pop();
    open.push(depth);
    return Math.min(firstLevel + open.length - 1, 6);
  };
}

/** Quotes in quotes, deeper than anybody writes: the parser follows them until its stack is full. */
const deepQuotes = /^(?:[ \t]*>){100}/m;
/** A word as long as a book takes the page minutes to break into lines. */
const longestWord = 20_000;

/** Whether a text means nothing and would only hold up the window. */
function isEndless(text: string): boolean {
  return deepQuotes.test(text) || text.split(/\s+/).some((word) => word.length > longestWord);
}

/**
 * Splits a text into blocks without reading inside them, which is what makes a growing answer cheap: a block is rendered
 * from its own `raw` alone, so only the last one changes while text arrives.
 */
export function splitBlocks(text: string): BlockList {
  if (isEndless(text)) {
    const code = showControls(text);
    return { blocks: [{ kind: 'code', raw: code, code, language: '' }], definitions: '' };
  }
  const blocks: Block[] = [];
  let definitions = '';
  const lexer = new Lexer({ gfm: true });
  const levelOf = createOutline();
  for (const token of lexer.blockTokens(showControls(text), [])) {
    if (token.type === 'space') continue;
    if (token.type === 'def') {
      definitions += `${token.raw.trim()}\n`;
    } else if (isCode(token)) {
      blocks.push({ kind: 'code', raw: token.raw, code: token.text, language: fenceLanguage(token.lang) });
    } else {
      const headingLevel = isHeading(token) ? levelOf(token.depth) : firstLevel;
      blocks.push({ kind: 'prose', raw: token.raw, headingLevel });
    }
  }
  return { blocks, definitions };
}
