import { highlightCode } from './highlight.ts';

/** A run of code in one colour. `kind` is a class of the highlighter, or empty for plain text. */
export interface CodeSegment {
  kind: string;
  text: string;
}

const piece = /<span class="([^"]*)">|(<\/span>)|([^<]+)/g;
const entity = /&(?:amp|lt|gt|quot|#39|#x27);/g;
const characters: Record<string, string> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
  '&#x27;': "'",
};

/**
 * Code as runs of text instead of HTML. The page shows them as text nodes, so nothing has to be sanitised, and while code
 * is being written only the last runs change: a growing block costs what was added, and a selection in it survives.
 */
export function codeSegments(code: string, language: string): CodeSegment[] {
  const segments: CodeSegment[] = [];
  const open: string[] = [];
  for (const [, kind, close, text] of highlightCode(code, language).matchAll(piece)) {
    if (kind !== undefined) open.push(kind);
    else if (close !== undefined) open.pop();
    else if (text !== undefined) append(segments, open.at(-1) ?? '', text);
  }
  return segments;
}

function append(segments: CodeSegment[], kind: string, html: string): void {
  const text = html.replace(entity, (name) => characters[name] ?? name);
  const last = segments.at(-1);
  if (last?.kind === kind) last.text += text;
  else segments.push({ kind, text });
}
