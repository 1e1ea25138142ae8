/** Names of files that hold conversations in what other programs keep and export. */
const wantedNames = [
  /^conversations(?:-\d+)?\.json$/i,
  /^chat-export-[^/]*\.json$/i,
  /^[^.].*\.conversation\.json$/i,
  /^[^.].*\.chat$/i,
  /^messages\.jsonl$/i,
  /^thread\.json$/i,
];

/** Whether a file of a folder or of a zip is read at all, by its name. */
export function isWanted(name: string): boolean {
  const base = baseOf(name);
  return wantedNames.some((wanted) => wanted.test(base));
}

/** The order in which files are read: by name, and what is said of a thread before its messages. */
export function wantedOrder(left: { name: string }, right: { name: string }): number {
  const rank = ({ name }: { name: string }): number => (baseOf(name).toLowerCase() === 'thread.json' ? 0 : 1);
  return rank(left) - rank(right) || (left.name < right.name ? -1 : 1);
}

function baseOf(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}
