import { Marked, type Tokens } from 'marked';
import { pageOfAddress } from '../../../preload/contract/app-pages.ts';
import { textOfPageLink } from '../../../preload/contract/page-link-text.ts';

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Text as HTML that shows exactly that text. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

/** An address is shown, and opens nothing. */
function inertLink(label: string, address: string): string {
  return label === escapeHtml(address) ? label : `${label} <span class="address">(${escapeHtml(address)})</span>`;
}

const markdown = new Marked({
  gfm: true,
  renderer: {
    // Raw HTML in an answer is part of its text.
    html({ text }: Tokens.HTML | Tokens.Tag) {
      return escapeHtml(text);
    },
    link({ href, tokens }: Tokens.Link) {
      const page = pageOfAddress(href);
      if (page === null) return inertLink(this.parser.parseInline(tokens), href);
      return escapeHtml(textOfPageLink(this.parser.parseInline(tokens, this.parser.textRenderer), page));
    },
    image({ href, text }: Tokens.Image) {
      return inertLink(`Image: ${escapeHtml(text)}`, href);
    },
    // The page has an h1 and an h2 for each message.
    heading({ tokens, depth }: Tokens.Heading) {
      const level = String(Math.min(depth + 2, 6));
      return `<h${level} dir="auto">${this.parser.parseInline(tokens)}</h${level}>\n`;
    },
    paragraph({ tokens }: Tokens.Paragraph) {
      return `<p dir="auto">${this.parser.parseInline(tokens)}</p>\n`;
    },
    checkbox({ checked }: Tokens.Checkbox) {
      return checked ? '☑ ' : '☐ ';
    },
    code({ text }: Tokens.Code) {
      return `<pre><code>${escapeHtml(text)}\n</code></pre>\n`;
    },
  },
});

/** The HTML of an answer, whose text is Markdown: no scripts, no addresses that open, nothing that loads. */
export function answerHtml(text: string): string {
  try {
    return markdown.parse(text, { async: false });
  } catch {
    // Thousands of quotes or lists inside each other are more than the parser can hold.
    return `<p class="verbatim">${escapeHtml(text)}</p>\n`;
  }
}
