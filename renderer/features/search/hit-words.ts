import type { SearchHit } from '../../../preload/contract/search.ts';
import { dayGroup, formatCount } from '../../lib/format.ts';
import type { SearchStore } from '../../stores/search.svelte.ts';

const timeOfDay = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const shortDate = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });

/** What was found: a title, or who says it. */
export function kindOf({ role }: SearchHit): string {
  if (role === null) return 'Title';
  return role === 'prompter' ? 'Question' : 'Answer';
}

/** "14:32" for today, else "3 Mar 2026". */
export function whenOf(atMs: number, nowMs: number): string {
  return dayGroup(atMs, nowMs) === 'Today' ? timeOfDay.format(atMs) : shortDate.format(atMs);
}

/** What the search says about itself. A count is said as what it is: so far, or in all. */
export function statusOf({ hits, hasMore, isBusy, isFiltered, failure }: SearchStore): string {
  const count = formatCount(hits.length);
  if (hits.length > 0) return hasMore ? `${count} found so far` : `${count} found`;
  if (isBusy) return 'Searching…';
  if (failure !== null) return '';
  return isFiltered ? 'Nothing found with these filters.' : 'Nothing found. Fewer or shorter words find more.';
}
