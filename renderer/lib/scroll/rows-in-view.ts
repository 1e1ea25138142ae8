/** The part of a long page that can be seen, in CSS pixels from its beginning. */
export interface View {
  readonly topPx: number;
  readonly heightPx: number;
}

/** Rows of one height, one below the other. */
export interface Rows {
  readonly topPx: number;
  readonly rowPx: number;
  readonly count: number;
}

/** Rows are drawn this far beyond the view, so that scrolling and stepping find them there. */
const marginPx = 320;

/** Which rows have to be drawn: the first, and the one behind the last. Costs the same for any number of rows. */
export function rowsInView({ topPx, rowPx, count }: Rows, view: View): { start: number; end: number } {
  const start = Math.floor((view.topPx - marginPx - topPx) / rowPx);
  const end = Math.ceil((view.topPx + view.heightPx + marginPx - topPx) / rowPx);
  const within = (index: number): number => Math.min(Math.max(index, 0), count);
  return { start: within(start), end: within(end) };
}

/** Where to scroll so that a row is wholly in view: the least that does it, and null when it is already. */
export function scrollTopFor(topPx: number, rowPx: number, view: View, coveredPx = 0): number | null {
  if (topPx - coveredPx < view.topPx) return Math.max(topPx - coveredPx, 0);
  if (topPx + rowPx > view.topPx + view.heightPx) return topPx + rowPx - view.heightPx;
  return null;
}
