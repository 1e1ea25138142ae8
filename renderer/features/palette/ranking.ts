/** What can be found: a conversation by its title, or a command by its name and by other words for it. */
export interface Findable {
  readonly label: string;
  readonly keywords?: string;
}

/** Kinds of matches, best first. What the query begins or spells out comes before what merely contains it. */
const kinds = {
  beginning: 0,
  wordBeginnings: 1,
  part: 2,
  parts: 3,
  initials: 4,
  keywords: 5,
} as const;

/**
 * The entries that match, best kind of match first; within a kind they keep their order. An empty query matches all.
 * Letters match where they begin a word or follow on, so that "nc" and "new con" find "New conversation", and letters
 * scattered through a long title find nothing.
 */
export function rank<T extends Findable>(query: string, entries: readonly T[]): T[] {
  const wanted = plain(query);
  if (wanted === '') return [...entries];
  return entries
    .map((entry) => ({ entry, kind: kindOfMatch(wanted, entry) }))
    .filter((match): match is { entry: T; kind: number } => match.kind !== null)
    .toSorted((a, b) => a.kind - b.kind)
    .map(({ entry }) => entry);
}

function kindOfMatch(wanted: string, { label, keywords }: Findable): number | null {
  const text = plain(label);
  const words = wanted.split(' ');
  if (text.startsWith(wanted)) return kinds.beginning;
  if (words.every((word) => beginsWord(text, word))) return kinds.wordBeginnings;
  if (text.includes(wanted)) return kinds.part;
  if (words.every((word) => text.includes(word))) return kinds.parts;
  if (matchesInitials(words.join(''), text)) return kinds.initials;
  const all = `${text} ${plain(keywords ?? '')}`;
  return words.every((word) => beginsWord(all, word)) ? kinds.keywords : null;
}

/** Lower case without accents, with single spaces for everything that is neither letter nor digit. */
function plain(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

function beginsWord(text: string, word: string): boolean {
  return ` ${text}`.includes(` ${word}`);
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
