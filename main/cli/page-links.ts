import { withoutPageLinks } from '../../preload/contract/page-link-text.ts';

/** The beginning of what may become a link at the end of what came so far, with the mark that makes it none. */
const openLink = /[!\\]?\[[^[\]\n]*(\](\([^()\n]*)?)?$|[!\\]$/;
/** No link to a page is so long; whatever else it is need not wait. */
const longestLink = 200;

/**
 * Passes streamed text on with links to pages of the app as plain text, because the terminal cannot follow them. What may
 * become a link waits until it is one or cannot be; `end` passes the rest on.
 */
export function createPageLinkFilter(write: (text: string) => void) {
  let waiting = '';
  return {
    write(text: string): void {
      const all = waiting + text;
      const [open = ''] = openLink.exec(all) ?? [];
      waiting = open.length > longestLink ? '' : open;
      write(withoutPageLinks(all.slice(0, all.length - waiting.length)));
    },
    end(): void {
      if (waiting !== '') write(waiting);
      waiting = '';
    },
  };
}
