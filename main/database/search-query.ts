import { foldText } from './folded-text.ts';

/** One thing that a text has to hold: a word, a part of one, or a phrase. */
export interface SearchTerm {
  /** As it was typed, for the index, which folds by itself. */
  typed: string;
  /** For comparing it with folded texts. */
  folded: string;
}

/** Everything that opens or closes a phrase, on keyboards and in texts. */
const quotes = /["“”„]/u;
/** Marks that turn the direction of text: they come along with what is copied, and nobody sees or means them. */
const unseen = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
/** The index holds every three characters in a row. */
const trigramLength = 3;

/** The terms of a query, each once; none for a query without any. Nothing in a query can be wrong. */
export function parseQuery(query: string): SearchTerm[] {
  // What stands between the first quote and the second is a phrase, and so on; an open phrase ends with the query.
  const parts = query.normalize('NFC').replace(/\s+/gu, ' ').replace(unseen, '').split(quotes);
  const typed = parts.flatMap((part, index) => (index % 2 === 1 ? [part.trim()] : part.split(' ')));
  const terms = new Map<string, SearchTerm>();
  for (const each of typed) {
    const folded = foldText(each);
    if (folded !== '') terms.set(folded, { typed: each, folded });
  }
  return [...terms.values()];
}

/** Every three characters in a row of a term; none of a shorter one. Marks that the index passes over are left out. */
export function trigramsOf({ typed }: SearchTerm): string[] {
  const characters = [...typed].filter((character) => foldText(character) !== '');
  const trigrams = new Set<string>();
  for (let end = trigramLength; end <= characters.length; end += 1) {
    trigrams.add(characters.slice(end - trigramLength, end).join(''));
  }
  return [...trigrams];
}

/** The trigrams as a query to the index: all of them have to be there. Quoted, nothing in them is an operator. */
export function matchOf(trigrams: readonly string[]): string {
  return trigrams.map((trigram) => `"${trigram.replaceAll('"', '""')}"`).join(' AND ');
}
