import { idSchema } from '../../preload/contract/conversations.ts';
import { linkScheme } from '../identity.ts';

/** A link is a short question or an id; anything longer was not made by a person. */
const maxLinkLength = 8000;

/** Control characters but tab and line feed, and the marks that make text read in another order than it stands. */
const unwelcome = /[^\P{Cc}\t\n]|[\u202a-\u202e\u2066-\u2069]/gu;

function urlOfLink(link: string, host: string): URL | null {
  if (link.length > maxLinkLength || !URL.canParse(link)) return null;
  const url = new URL(link);
  return url.protocol === `${linkScheme}:` && url.host.toLowerCase() === host ? url : null;
}

/**
 * What a link of the form `oasst://ask?q=…` wants in the quick window's field. Any web page can hold such a link, so
 * its text is only ever filled in, never sent.
 *
 * @returns null for every other link
 */
export function textOfLink(link: string): string | null {
  const url = urlOfLink(link, 'ask');
  if (url === null || !['', '/'].includes(url.pathname)) return null;
  return (url.searchParams.get('q') ?? '').replace(/\r\n?/g, '\n').replace(unwelcome, '');
}

/**
 * The message that a link of the form `oasst://message/<id>` leads to. Nothing says yet that there is such a message.
 *
 * @returns null for every other link
 */
export function messageOfLink(link: string): string | null {
  const url = urlOfLink(link, 'message');
  return idSchema.safeParse(url?.pathname.replace(/^\/|\/$/g, '')).data ?? null;
}

/** The link that leads to a message. */
export function linkToMessage(messageId: string): string {
  return `${linkScheme}://message/${messageId}`;
}
