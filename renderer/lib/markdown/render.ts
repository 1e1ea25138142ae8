import DOMPurify from 'dompurify';
import { Marked, type Tokens } from 'marked';
import { addressOfPage, pageOfAddress, type AppPage } from '../../../preload/contract/app-pages.ts';
import { textOfPageLink } from '../../../preload/contract/page-link-text.ts';
import { appLinkTargets, titleOfPageLink } from '../app-links.ts';
import { escapeHtml } from './escape.ts';
import { fenceLanguage, highlightCode } from './highlight.ts';

/** Answers may carry addresses only of these kinds, and those of the app's own pages; anything else is shown as text. */
const openable = /^(https?:\/\/|mailto:)/i;

/** Whether an address may be offered as a link. The main process checks again and asks before it opens anything. */
function isOpenable(address: string): boolean {
  return openable.test(address) && URL.canParse(address);
}

function linkHtml(address: string, label: string): string {
  if (!isOpenable(address)) return `${label} <span class="address">(${escapeHtml(address)})</span>`;
  return `<a href="${escapeHtml(address)}" title="${escapeHtml(address)}">${label}</a>`;
}

/**
 * A link to a page of the app. Its title says where it leads, and words that do not name the page are followed by its name,
 * so that no answer can pass the link off as one that leads out of the app.
 */
function pageLinkHtml(page: AppPage, label: string): string {
  return `<a href="${addressOfPage(page)}" title="${titleOfPageLink(page)}">${escapeHtml(textOfPageLink(label, page))}</a>`;
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
      if (page === null) return linkHtml(href, this.parser.parseInline(tokens));
      return pageLinkHtml(page, this.parser.parseInline(tokens, this.parser.textRenderer));
    },
    // Fetching an image would tell its server that this answer was read, so it stays an address.
    image({ href, text }: Tokens.Image) {
      return linkHtml(href, `<span class="image-label">Image: ${escapeHtml(text === '' ? href : text)}</span>`);
    },
    // The level is set afterwards: it depends on the headings before this block.
    heading({ tokens }: Tokens.Heading) {
      return `<h3>${this.parser.parseInline(tokens)}</h3>\n`;
    },
    checkbox({ checked }: Tokens.Checkbox) {
      return checked ? '☑ ' : '☐ ';
    },
    code({ text, lang }: Tokens.Code) {
      return `<pre tabindex="0"><code>${highlightCode(text, fenceLanguage(lang))}</code></pre>\n`;
    },
  },
});

const purifier = DOMPurify();

/** The same once more, for the second wall. */
const followable = new RegExp(`${openable.source}|^(${appLinkTargets.join('|')})$`, 'i');

const allowed = {
  ALLOWED_TAGS: [
    'p',
    'br',
    'hr',
    'strong',
    'em',
    'del',
    'code',
    'pre',
    'span',
    'a',
    'blockquote',
    'ul',
    'ol',
    'li',
    'h3',
    'h4',
    'h5',
    'h6',
    'table',
    'thead',
    'tbody',
    'tr',
    'th',
    'td',
    'div',
  ],
  ALLOWED_ATTR: ['href', 'title', 'class', 'start', 'align', 'tabindex', 'dir', 'role', 'aria-label'],
  ALLOWED_URI_REGEXP: followable,
  // Attributes that hold no address.
  ADD_URI_SAFE_ATTR: ['start', 'align', 'tabindex'],
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
};

const directed = 'p, li, h3, h4, h5, h6, td, th, blockquote';

/** Makes HTML of our own making safe to insert: the second of three walls, between the renderer above and the CSP. */
function sanitize(html: string): DocumentFragment {
  return purifier.sanitize(html, { ...allowed, RETURN_DOM_FRAGMENT: true });
}

/** Each piece takes its direction from its own text, so a right-to-left word cannot reorder its neighbours. */
function addDirections(fragment: DocumentFragment): void {
  for (const element of fragment.querySelectorAll(directed)) element.setAttribute('dir', 'auto');
}

/** A wide table scrolls inside its own box, which the keyboard can reach. */
function boxTables(fragment: DocumentFragment): void {
  for (const table of fragment.querySelectorAll('table')) {
    const box = document.createElement('div');
    box.className = 'table-box';
    box.tabIndex = 0;
    box.setAttribute('role', 'region');
    box.setAttribute('aria-label', 'Table');
    table.replaceWith(box);
    box.append(table);
  }
}

function setHeadingLevel(fragment: DocumentFragment, level: number): void {
  const heading = fragment.firstElementChild;
  if (heading?.tagName !== 'H3' || level === 3) return;
  const levelled = document.createElement(`h${String(level)}`);
  levelled.append(...heading.childNodes);
  heading.replaceWith(levelled);
}

function toHtml(fragment: DocumentFragment): string {
  const holder = document.createElement('div');
  holder.append(fragment);
  return holder.innerHTML;
}

/** The safe HTML of one block of an answer; `headingLevel` counts where the block is a heading. */
export function renderBlock(raw: string, definitions: string, headingLevel: number): string {
  const html = markdown.parse(definitions === '' ? raw : `${raw}\n\n${definitions}`, { async: false });
  const fragment = sanitize(html);
  setHeadingLevel(fragment, headingLevel);
  addDirections(fragment);
  boxTables(fragment);
  return toHtml(fragment);
}
