import { execFileSync } from 'node:child_process';

/** PDFs as another program reads and shows them. */

/** Why PDFs cannot be looked at here; null where they can. */
export function popplerObstacle(): string | null {
  try {
    for (const program of ['pdftotext', 'pdftoppm']) execFileSync(program, ['-v'], { stdio: 'ignore' });
    return null;
  } catch {
    return 'poppler-utils is not installed';
  }
}

/** The text of each page. */
export function pdfPages(path: string): string[] {
  const text = execFileSync('pdftotext', ['-layout', path, '-'], { encoding: 'utf8' });
  // A form feed ends each page.
  return text.split('\f').slice(0, -1);
}

/** Draws a page, counted from 1, to `<stem>.png`. */
export function drawPdfPage(path: string, page: number, stem: string): void {
  const only = ['-f', String(page), '-l', String(page), '-singlefile'];
  execFileSync('pdftoppm', ['-png', '-r', '80', ...only, path, stem]);
}
