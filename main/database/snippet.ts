import { foldWithPlaces } from './folded-text.ts';
import type { SearchTerm } from './search-query.ts';

/** About so much of a text is shown around what was found, and so much of that before it. */
const snippetLength = 160;
const leadLength = 50;
/** A cut looks for the end of a word so far. */
const reach = 20;

type Piece = { text: string; isMatch: boolean };
type Span = { from: number; to: number };

/** What stands around the first match, on one line, in pieces: those that match, and those between. */
export function snippetOf(text: string, terms: readonly SearchTerm[]): Piece[] {
  const { folded, places } = foldWithPlaces(text);
  const firsts = terms.map((term) => folded.indexOf(term.folded)).filter((place) => place !== -1);
  const first = places[firsts.length === 0 ? 0 : Math.min(...firsts)] ?? 0;
  const from = first <= leadLength ? 0 : cutBefore(text, first - leadLength, first);
  const to = cutAfter(text, from + snippetLength);

  const pieces: Piece[] = [];
  const add = (piece: string, isMatch: boolean): void => {
    const line = piece.replace(/\s+/gu, ' ');
    if (line !== '') pieces.push({ text: line, isMatch });
  };
  let end = from;
  for (const match of matchesIn(folded, places, terms, { from, to })) {
    add(`${end === from && from > 0 ? '… ' : ''}${text.slice(end, match.from)}`, false);
    add(text.slice(match.from, match.to), true);
    end = match.to;
  }
  add(`${text.slice(end, to)}${to < text.length ? ' …' : ''}`, false);
  return pieces;
}

/** The places in the text that match within `span`, in order; those that touch are one. */
function matchesIn(folded: string, places: Uint32Array, terms: readonly SearchTerm[], span: Span): Span[] {
  const foldedFrom = places.findIndex((place) => place >= span.from);
  const found: Span[] = [];
  for (const term of terms) {
    const { length } = term.folded;
    for (let at = folded.indexOf(term.folded, foldedFrom); at !== -1; at = folded.indexOf(term.folded, at + length)) {
      const match = { from: places[at] ?? 0, to: Math.min(places[at + length] ?? 0, span.to) };
      if (match.from >= span.to) break;
      found.push(match);
    }
  }
  found.sort((left, right) => left.from - right.from);
  const merged: Span[] = [];
  for (const match of found) {
    const last = merged.at(-1);
    if (last !== undefined && match.from <= last.to) last.to = Math.max(last.to, match.to);
    else merged.push(match);
  }
  return merged;
}

/** The beginning of a word near `place` and before `limit`; in a script without blanks, of a character. */
function cutBefore(text: string, place: number, limit: number): number {
  const blank = text.slice(place, Math.min(place + reach, limit)).search(/\s/u);
  return blank === -1 ? wholeCharacter(text, place) : place + blank + 1;
}

function cutAfter(text: string, place: number): number {
  if (place >= text.length) return text.length;
  const blank = text.slice(place - reach, place).search(/\s\S*$/u);
  return blank === -1 ? wholeCharacter(text, place) : place - reach + blank;
}

/** A place that is not within a pair of surrogates. */
function wholeCharacter(text: string, place: number): number {
  const unit = text.charCodeAt(place);
  return unit >= 0xdc00 && unit <= 0xdfff ? place - 1 : place;
}
