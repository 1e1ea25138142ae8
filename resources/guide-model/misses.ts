/** The page of everything that went wrong in a run of the evaluation. */
import { setWords, type SetName } from './probes.ts';
import type { Turn } from './runner.ts';

/** A question that was not answered as it should be. */
export interface Miss {
  kind: string;
  set: SetName;
  turns: readonly Turn[];
  question: string;
  /** The group whose answer would have been right, and the one whose answer it began as; null for none. */
  expected: string;
  told: string | null;
  text: string;
}

const BEGINNING = 70;

/** One line of a table, with what would end a cell made harmless. */
function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replace(/\s+/g, ' ').replaceAll('|', '\\|')).join(' | ')} |`;
}

function rowOf({ kind, turns, question, expected, told, text }: Miss): string {
  const after = turns.map(([asked]) => `“${asked}”`).join(', ');
  const asked = after === '' ? question : `${question} (after ${after})`;
  return row([asked, expected, told ?? `none: ${text.slice(0, BEGINNING)}`, kind]);
}

/**
 * The page, as Markdown. A question that goes wrong both greedily and sampled in the same way is told once.
 */
export function missesPage(
  misses: readonly Miss[],
  figures: Readonly<Record<string, number>>,
  counts: Readonly<Record<string, number>>,
): string {
  const figureRows = Object.entries({ ...counts, ...figures }).map(([name, value]) => row([name, String(value)]));
  const sections = (Object.keys(setWords) as SetName[]).flatMap((set) => {
    const merged = new Map<string, Miss>();
    for (const miss of misses.filter((m) => m.set === set)) {
      const key = `${miss.question}\n${miss.expected}\n${miss.told ?? ''}`;
      const same = merged.get(key);
      merged.set(key, same === undefined ? miss : { ...same, kind: `${same.kind}, ${miss.kind}` });
    }
    const rows = [...merged.values()].map(rowOf);
    const table = ['| question | right | answered as | by |', '| --- | --- | --- | --- |', ...rows];
    return ['', `## Of ${setWords[set]}: ${String(rows.length)}`, '', ...(rows.length > 0 ? table : ['None.'])];
  });
  return [
    '# What the guide answers wrongly',
    '',
    'Written by `npm run guide:eval -- --page docs/guide-misses.md`: every question of its run that did not get the',
    'expected answer, word for word, greedily or under the default preset k50. Intents by their ids in',
    '`resources/guide-model/data/`.',
    '',
    '| figure | value |',
    '| --- | --- |',
    ...figureRows,
    ...sections,
    '',
  ].join('\n');
}
