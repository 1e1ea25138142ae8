import { basename, resolve } from 'node:path';
import { comparisonPage } from '../services/sampling-report/comparison-page.ts';
import { comparisonTable } from '../services/sampling-report/comparison-rows.ts';
import { compareReports } from '../services/sampling-report/comparison.ts';
import { refuseExisting, writeWhole } from '../services/sampling-report/files.ts';
import { readReport } from '../services/sampling-report/report-format.ts';
import { forTerminal, type Terminal } from './ask.ts';

/** What `--compare` asks for. */
export interface ComparisonOrder {
  leftPath: string;
  rightPath: string;
  /** A page to write; null prints only. */
  outPath: string | null;
}

/** Prints how two sampling reports differ, and draws it as a page if one is wanted. */
export async function compareFiles(
  { leftPath, rightPath, outPath }: ComparisonOrder,
  json: boolean,
  terminal: Pick<Terminal, 'stdout'>,
): Promise<void> {
  if (outPath !== null) await refuseExisting(resolve(outPath));
  const comparison = compareReports(await readReport(leftPath), await readReport(rightPath));
  if (outPath !== null) await writeWhole(resolve(outPath), comparisonPage(comparison));
  if (json) {
    terminal.stdout.write(`${JSON.stringify(comparison)}\n`);
    return;
  }
  terminal.stdout.write(forTerminal(comparisonTable(comparison)));
  if (outPath !== null) terminal.stdout.write(`\nDrawn in ${basename(outPath)}.\n`);
}
