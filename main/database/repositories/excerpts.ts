const longestExcerpt = 80;

/** As much of a text as an excerpt may need, in SQL: white space at its beginning may stand before the first word. */
export function excerptSource(column: string): string {
  return `substr(${column}, 1, ${5 * longestExcerpt})`;
}

/** The beginning of a text, on one line. */
export function toExcerpt(beginning: string): string {
  const line = beginning.replace(/\s+/g, ' ').trim();
  const characters = [...line];
  return characters.length <= longestExcerpt ? line : `${characters.slice(0, longestExcerpt - 1).join('')}…`;
}
