/** What can be found: a conversation by its title, or a command by its name and by other words for it. */
export interface Findable {
  readonly label: string;
  readonly keywords?: string;
}

/** Kinds of matches, best first. What the query begins or spells out comes before what merely contains it. */
const kinds = ['beginning', 'wordBeginnings', 'part', 'parts', 'initials', 'keywords'] as const;
type Kind = (typeof kinds)[number];

/** Something to find, with its words as they are compared. */
interface Prepared<T> {
  readonly entry: T;
  readonly text: string;
  /** The same with the other words for it. */
  readonly all: string;
}

/**
 * Ranks the same entries for one query after the other. What is typed on only narrows down what matched before, so a
 * letter more costs a look at those few and not at every title there is.
 */
export class Ranking<T extends Findable> {
  readonly #all: readonly Prepared<T>[];
  #matching: readonly Prepared<T>[];
  #query = '';

  constructor(entries: readonly T[]) {
    this.#all = entries.map((entry) => {
      const text = plain(entry.label);
      return { entry, text, all: entry.keywords === undefined ? text : `${text} ${plain(entry.keywords)}` };
    });
    this.#matching = this.#all;
  }

  /**
   * At most `limit` entries that match, best kind of match first; within a kind they keep their order. An empty query
   * matches all. Letters match where they begin a word or follow on, so that "nc" and "new con" find "New conversation",
   * and letters scattered through a long title find nothing.
   */
  find(query: string, limit: number): T[] {
    const wanted = plain(query);
    const candidates = this.#query !== '' && wanted.startsWith(this.#query) ? this.#matching : this.#all;
    const found = new Map<Kind, Prepared<T>[]>(kinds.map((kind) => [kind, []]));
    const words = wanted.split(' ');
    const matching = candidates.filter((candidate) => {
      const kind = wanted === '' ? 'beginning' : kindOfMatch(wanted, words, candidate);
      if (kind !== null) found.get(kind)?.push(candidate);
      return kind !== null;
    });
    this.#query = wanted;
    this.#matching = matching;
    return [...found.values()]
      .flat()
      .slice(0, limit)
      .map(({ entry }) => entry);
  }
}

function kindOfMatch(wanted: string, words: readonly string[], { text, all }: Prepared<unknown>): Kind | null {
  if (text.startsWith(wanted)) return 'beginning';
  if (words.every((word) => beginsWord(text, word))) return 'wordBeginnings';
  if (text.includes(wanted)) return 'part';
  if (words.every((word) => text.includes(word))) return 'parts';
  if (matchesInitials(words.join(''), text)) return 'initials';
  return all !== text && words.every((word) => beginsWord(all, word)) ? 'keywords' : null;
}

/** Lower case without accents, with single spaces for everything that is neither letter nor digit. */
function plain(text: string): string {
  // Most titles need none of what the other letters need, which costs several times as much.
  if (/^[ -~]*$/.test(text))
    return text
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, ' ')
      .trim();
  return text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

function beginsWord(text: string, word: string): boolean {
  return text.startsWith(word) || text.includes(` ${word}`);
}

/** Whether all letters occur in order, each at the beginning of a word or right after the one before. */
function matchesInitials(letters: string, text: string): boolean {
  /** Places in the text after which the rest may follow on, for the letters looked at so far. */
  let places = new Set([-1]);
  for (let index = 0; index < letters.length; index++) {
    const next = new Set<number>();
    for (let place = Math.min(...places) + 1; place < text.length; place++) {
      if (text[place] !== letters[index]) continue;
      const isWordStart = place === 0 || text[place - 1] === ' ';
      if (isWordStart || (index > 0 && places.has(place - 1))) next.add(place);
    }
    if (next.size === 0) return false;
    places = next;
  }
  return true;
}
