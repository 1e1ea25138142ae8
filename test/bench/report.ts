import { parseArgs } from 'node:util';

/** What all measurements have in common: how they are called, and how they tell what they found. */

export interface BenchArguments {
  /** One line of JSON at the end, for machines; otherwise a table for people. */
  json: boolean;
  /** A model file to measure with, or null for the script's own. */
  modelPath: string | null;
  /** How often to measure each thing, or null for the script's usual. */
  rounds: number | null;
}

/** Reads `--json`, `--model FILE` and `--rounds N`; anything else is refused. */
export function benchArguments(args: string[] = process.argv.slice(2)): BenchArguments {
  const { values } = parseArgs({
    args,
    options: { json: { type: 'boolean', default: false }, model: { type: 'string' }, rounds: { type: 'string' } },
  });
  const rounds = values.rounds === undefined ? null : Number(values.rounds);
  if (rounds !== null && !(Number.isInteger(rounds) && rounds > 0))
    throw new Error('--rounds takes a whole number above 0.');
  return { json: values.json, modelPath: values.model ?? null, rounds };
}

/** The middle value, or the mean of the two middle ones; NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  const middle = sorted.length / 2;
  const low = sorted[Math.ceil(middle) - 1];
  const high = sorted[Math.floor(middle)];
  return low === undefined || high === undefined ? NaN : (low + high) / 2;
}

export function rounded(value: number, digits = 2): number {
  return Number(value.toFixed(digits));
}

/** What a measurement found. `pass` says whether its bar was met; the exit code says the same. */
export interface BenchResult {
  name: string;
  pass: boolean;
  [figure: string]: string | number | boolean | null | readonly number[];
}

/** Notes on the way go to stderr, so that the result stands alone. */
export function note(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Tells the result, as a table or as one line of JSON, and sets the exit code. */
export function report(result: BenchResult, { json }: Pick<BenchArguments, 'json'>): void {
  if (json) {
    process.stdout.write(`${JSON.stringify(result)}\n`);
  } else {
    const { name, pass, ...figures } = result;
    const width = Math.max(...Object.keys(figures).map((figure) => figure.length));
    const rows = Object.entries(figures).map(([figure, value]) => {
      const text = typeof value === 'object' && value !== null ? value.join('  ') : String(value);
      return `  ${figure.padEnd(width)}  ${text}`;
    });
    process.stdout.write(`${name}: ${pass ? 'pass' : 'FAIL'}\n${rows.join('\n')}\n`);
  }
  process.exitCode = result.pass ? 0 : 1;
}
