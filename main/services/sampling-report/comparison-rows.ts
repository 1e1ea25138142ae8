import type { Measures } from './answer-measures.ts';
import type { ConfigComparison, ReportComparison } from './comparison.ts';

/** The figures of a comparison as words, for the terminal and the page. */

export interface ComparisonRow {
  label: string;
  left: string;
  right: string;
  /** From left to right, with its sign; empty where one of them is not known. */
  difference: string;
}

/** A number with so many digits after the point, and with a real minus. */
export function figure(value: number, digits: number): string {
  return value
    .toFixed(digits)
    .replace(/^-(?=0(?:\.0*)?$)/, '')
    .replace('-', '−');
}

function signed(value: number, digits: number): string {
  const text = figure(value, digits);
  return text.startsWith('−') || Number(text) === 0 ? text : `+${text}`;
}

interface Quantity {
  label: string;
  of: (measures: Measures) => number | null;
  digits: number;
  unit: string;
}

function percentOf(count: number | null, { answers }: Measures): number | null {
  return count === null ? null : (100 * count) / Math.max(1, answers);
}

const quantities: Quantity[] = [
  { label: 'answers', of: ({ answers }) => answers, digits: 0, unit: '' },
  { label: 'words, mean', of: ({ lengths }) => lengths.mean, digits: 1, unit: '' },
  { label: 'words, median', of: ({ lengths }) => lengths.median, digits: 1, unit: '' },
  { label: 'ended by the model', of: (all) => percentOf(all.ended, all), digits: 1, unit: ' %' },
  { label: 'cut off', of: (all) => percentOf(all.cutOff, all), digits: 1, unit: ' %' },
  { label: 'without a word', of: ({ empty }) => empty, digits: 0, unit: '' },
  { label: 'with turn marks in the text', of: ({ withMarkers }) => withMarkers, digits: 0, unit: '' },
  { label: 'distinct-1', of: ({ distinct }) => distinct[0], digits: 3, unit: '' },
  { label: 'distinct-2', of: ({ distinct }) => distinct[1], digits: 3, unit: '' },
  { label: 'distinct-3', of: ({ distinct }) => distinct[2], digits: 3, unit: '' },
];

/** The figures of one config. */
export function rowsOf({ left, right }: ConfigComparison): ComparisonRow[] {
  return quantities.map(({ label, of, digits, unit }) => {
    const [before, after] = [of(left), of(right)];
    const shown = (value: number | null): string => (value === null ? 'not told' : figure(value, digits) + unit);
    const difference = before === null || after === null ? '' : signed(after - before, digits) + unit;
    return { label, left: shown(before), right: shown(after), difference };
  });
}

/** What is said of one config besides its figures. */
export function remarksOf({ pairs, samePairs, greedy, changes }: ConfigComparison): string[] {
  const remarks = [`${samePairs} of ${pairs} answers are the same to the letter.`];
  if (greedy !== null) {
    const percent = (share: number): string => `${figure(100 * share, 1)} %`;
    remarks.push(
      `Greedy answers share ${percent(greedy.meanShared)} of their words, and are the same over the first ` +
        `${percent(greedy.meanSameStart)} of them.`,
    );
  }
  if (changes.length > 0) remarks.push(`Not sampled alike: ${changes.join(', ')}.`);
  return remarks;
}

/** The result in one sentence, and what was not compared. */
export function headlineOf({ overall, prompts, leftOut }: ReportComparison): string[] {
  const { pairs, samePairs } = overall;
  const isSame = pairs === samePairs && overall.left.answers === overall.right.answers;
  const lines = [
    isSame
      ? `No difference: all ${pairs} answers to ${prompts} prompts are the same to the letter.`
      : `${pairs - samePairs} of ${pairs} answers to ${prompts} prompts differ.`,
  ];
  if (leftOut.prompts > 0) lines.push(`Left out, because only one report has them: ${leftOut.prompts} prompts.`);
  if (leftOut.configs.length > 0) lines.push(`Left out for the same reason: ${leftOut.configs.join(', ')}.`);
  return lines;
}

/** The comparison as a table for the terminal. */
export function comparisonTable(comparison: ReportComparison): string {
  const { left, right, configs, overall } = comparison;
  const lines = [
    `A  ${left.modelName}, ${left.date.slice(0, 10)}`,
    `B  ${right.modelName}, ${right.date.slice(0, 10)}`,
    '',
    ...headlineOf(comparison),
  ];
  for (const config of [overall, ...configs]) {
    lines.push('', config.name.padEnd(28) + ['A', 'B', 'B − A'].map((head) => head.padStart(12)).join(''));
    for (const row of rowsOf(config)) {
      const cells = [row.left, row.right, row.difference].map((cell) => cell.padStart(12));
      lines.push(`${row.label.padEnd(28)}${cells.join('')}`.trimEnd());
    }
    lines.push(...remarksOf(config));
  }
  return `${lines.join('\n')}\n`;
}
