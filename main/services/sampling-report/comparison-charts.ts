import type { Measures } from './answer-measures.ts';
import type { ConfigComparison } from './comparison.ts';
import { figure } from './comparison-rows.ts';

/**
 * The drawings of a comparison, as inline SVG without text measuring: labels stand in a column of their own. A is a
 * filled disc, B an open diamond, so that they are told apart without colour.
 */

const width = 720;
const labelWidth = 130;
const rightEdge = width - 24;
const rowHeight = 44;
const axisHeight = 28;

/** Text that may stand in HTML and SVG, also inside quotes. */
export function escapeHtml(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

type Side = 'a' | 'b';

function disc(side: Side, x: number, y: number, title: string): string {
  const place = `${x.toFixed(1)} ${y}`;
  const shape =
    side === 'a'
      ? `<circle class="a" cx="${x.toFixed(1)}" cy="${y}" r="5"/>`
      : `<path class="b" d="M${place}m-6 0l6 -6l6 6l-6 6z"/>`;
  return `<g>${shape}<title>${escapeHtml(title)}</title></g>`;
}

interface Axis {
  /** The value at the right edge. */
  end: number;
  ticks: number[];
  shown: (value: number) => string;
}

/** A round number at or above `value` for the end of an axis that begins at 0. */
function roundEnd(value: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, value)));
  return ([1, 2, 4, 8, 10].find((factor) => factor * power >= value) ?? 10) * power;
}

function axisTo(end: number, shown: Axis['shown']): Axis {
  return { end, ticks: [0, 0.25, 0.5, 0.75, 1].map((share) => share * end), shown };
}

function placeOn({ end }: Axis, value: number): number {
  return labelWidth + (Math.min(value, end) / end) * (rightEdge - labelWidth);
}

/** A chart with one row for each config. */
function rowChart(
  title: string,
  configs: readonly ConfigComparison[],
  axis: Axis,
  draw: (config: ConfigComparison, y: number) => string,
): string {
  const height = configs.length * rowHeight + axisHeight;
  const grid = axis.ticks.map((tick) => {
    const x = placeOn(axis, tick).toFixed(1);
    return (
      `<line class="grid" x1="${x}" x2="${x}" y1="0" y2="${height - axisHeight}"/>` +
      `<text class="tick" x="${x}" y="${height - 8}">${axis.shown(tick)}</text>`
    );
  });
  const rows = configs.map((config, index) => {
    const y = index * rowHeight + rowHeight / 2;
    return `<text class="label" x="0" y="${y + 5}">${escapeHtml(config.name.slice(0, 18))}</text>${draw(config, y)}`;
  });
  return svg(title, height, [...grid, ...rows]);
}

function svg(title: string, height: number, parts: readonly string[]): string {
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeHtml(title)}">${parts.join('')}</svg>`;
}

/** Where most lengths lie: a line for eight tenths of the answers, a bar for the middle half, a mark for the median. */
export function lengthChart(configs: readonly ConfigComparison[]): string {
  const longest = Math.max(1, ...configs.flatMap(({ left, right }) => [left.lengths.p90, right.lengths.p90]));
  const axis = axisTo(roundEnd(longest), (value) => figure(value, value % 1 === 0 ? 0 : 1));
  const range = (side: Side, { lengths }: Measures, y: number): string => {
    const { p10, p25, median, p75, p90 } = lengths;
    const line = (name: string, from: number, to: number): string =>
      `<line class="${name} ${side}" x1="${placeOn(axis, from).toFixed(1)}" x2="${placeOn(axis, to).toFixed(1)}" y1="${y}" y2="${y}"/>`;
    const told = `${side.toUpperCase()}: median ${figure(median, 1)} words, half of them ${figure(p25, 0)} to ${figure(p75, 0)}`;
    return line('range', p10, p90) + line('middle', p25, p75) + disc(side, placeOn(axis, median), y, told);
  };
  return rowChart('Lengths of the answers in words', configs, axis, ({ left, right }, y) =>
    [range('a', left, y - 9), range('b', right, y + 9)].join(''),
  );
}

const shareAxis = axisTo(1, (share) => `${figure(100 * share, 0)} %`);

/** One share for each config and report. */
export function shareChart(
  title: string,
  configs: readonly ConfigComparison[],
  shareOf: (measures: Measures) => number | null,
): string {
  const mark = (side: Side, measures: Measures, y: number): string => {
    const share = shareOf(measures);
    if (share === null) return '';
    return disc(side, placeOn(shareAxis, share), y, `${side.toUpperCase()}: ${figure(100 * share, 1)} %`);
  };
  return rowChart(title, configs, shareAxis, ({ left, right }, y) => {
    const [before, after] = [shareOf(left) ?? 0, shareOf(right) ?? 0];
    const between = [before, after].map((share) => placeOn(shareAxis, share).toFixed(1));
    const line = `<line class="between" x1="${between[0] ?? ''}" x2="${between[1] ?? ''}" y1="${y}" y2="${y}"/>`;
    // Side by side where they would hide each other.
    const apart = Math.abs(before - after) < 0.02 ? 8 : 0;
    return line + mark('a', left, y - apart) + mark('b', right, y + apart);
  });
}

const bins = 10;
const barsHeight = 150;

/** How many greedy answers share how much of their words. */
export function agreementChart(shares: readonly number[]): string {
  const counts = Array.from({ length: bins }, () => 0);
  for (const share of shares) {
    const bin = Math.min(bins - 1, Math.floor(share * bins));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  const highest = Math.max(1, ...counts);
  const step = width / bins;
  const bars = counts.map((count, index) => {
    const height = (count / highest) * (barsHeight - 20);
    const [x, y] = [index * step + 3, barsHeight - height];
    const [from, to] = [(100 * index) / bins, (100 * (index + 1)) / bins];
    const number =
      count === 0 ? '' : `<text class="tick" x="${x + step / 2 - 3}" y="${(y - 5).toFixed(1)}">${count}</text>`;
    return (
      `<rect class="bar" x="${x}" y="${y.toFixed(1)}" width="${step - 6}" height="${height.toFixed(1)}"/>${number}` +
      `<text class="tick" x="${x + step / 2 - 3}" y="${barsHeight + 20}">${from}–${to} %</text>`
    );
  });
  const base = `<line class="grid" x1="0" x2="${width}" y1="${barsHeight}" y2="${barsHeight}"/>`;
  return svg('Share of words that greedy answers have in common', barsHeight + axisHeight, [base, ...bars]);
}
