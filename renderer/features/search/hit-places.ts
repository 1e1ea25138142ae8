import type { SearchHit } from '../../../preload/contract/search.ts';
import { rowsInView, type View } from '../../lib/scroll/rows-in-view.ts';

/** A title is one line, a message has two more under it. */
const titlePx = 44;
const messagePx = 84;

/** Where each hit stands, in CSS pixels from the first. Titles come before messages: two stretches of even rows. */
export interface HitPlaces {
  readonly count: number;
  readonly titleCount: number;
}

export function placesOf(hits: readonly SearchHit[]): HitPlaces {
  const titleCount = hits.findIndex(({ messageId }) => messageId !== null);
  return { count: hits.length, titleCount: titleCount === -1 ? hits.length : titleCount };
}

export function topOf({ titleCount }: HitPlaces, index: number): number {
  return Math.min(index, titleCount) * titlePx + Math.max(index - titleCount, 0) * messagePx;
}

export function heightOf({ titleCount }: HitPlaces, index: number): number {
  return index < titleCount ? titlePx : messagePx;
}

/** Which hits have to be drawn: the first, and the one behind the last. */
export function hitsInView(places: HitPlaces, view: View): { start: number; end: number } {
  const { count, titleCount } = places;
  const titles = rowsInView({ topPx: 0, rowPx: titlePx, count: titleCount }, view);
  const messagesTopPx = topOf(places, titleCount);
  const messages = rowsInView({ topPx: messagesTopPx, rowPx: messagePx, count: count - titleCount }, view);
  const isAmongTitles = titles.end > titles.start;
  return {
    start: isAmongTitles ? titles.start : titleCount + messages.start,
    end: messages.end > messages.start ? titleCount + messages.end : titles.end,
  };
}
