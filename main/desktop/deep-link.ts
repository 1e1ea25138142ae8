import { linkScheme } from '../identity.ts';

/** A link is a short question; anything longer was not made by a person. */
const maxLinkLength = 8000;

/** Control characters but tab and line feed, and the marks that make text read in another order than it stands. */
const unwelcome = /[^\P{Cc}\t\n]|[\u202a-\u202e\u2066-\u2069]/gu;

/**
 * What a link of the form `oasst://ask?q=…` wants in the quick window's field. Any web page can hold such a link, so
 * its text is only ever filled in, never sent.
 *
 * @returns null for every other link
 */
export function textOfLink(link: string): string | null {
  if (link.length > maxLinkLength || !URL.canParse(link)) return null;
  const { protocol, host, pathname, searchParams } = new URL(link);
  if (protocol !== `${linkScheme}:` || host.toLowerCase() !== 'ask' || !['', '/'].includes(pathname)) return null;
  return (searchParams.get('q') ?? '').replace(/\r\n?/g, '\n').replace(unwelcome, '');
}
