// @ts-check
/**
 * What a person sees while the set-up works: one short line a step on stderr, finished with the time it took.
 * stdout is left alone, because it belongs to the program that is started afterwards.
 */

/** An error whose message is all a person needs: it is shown without a stack. */
export class SetupError extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = 'SetupError';
  }
}

/**
 * @typedef {(fraction: number) => void} ReportFraction
 */

/**
 * Formats a duration for people: "0.4 s", "12 s", "3 min 5 s".
 * @param {number} durationMs
 * @returns {string}
 */
export function formatDuration(durationMs) {
  if (durationMs < 9950) return `${(durationMs / 1000).toFixed(1)} s`;
  const seconds = Math.round(durationMs / 1000);
  if (seconds < 60) return `${seconds} s`;
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/**
 * Runs one step of the set-up and shows it: the line appears when the step starts and is completed when it ends.
 * A step that can tell how far it is calls `report(0…1)`: shown as a running percentage on a terminal, and as a
 * number every ten percent elsewhere (a log file).
 * @template T
 * @param {string} label what is being done, without the dots
 * @param {(report: ReportFraction) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function step(label, work) {
  const { stderr } = process;
  const startedAt = Date.now();
  let shown = 0;
  stderr.write(`${label} … `);
  /** @type {ReportFraction} */
  const report = (fraction) => {
    const percent = Math.min(99, Math.floor(fraction * 100));
    if (percent < shown + (stderr.isTTY ? 1 : 10)) return;
    shown = percent;
    stderr.write(stderr.isTTY ? `\r${label} … ${percent} % ` : `${percent} % … `);
  };
  try {
    const result = await work(report);
    const clear = stderr.isTTY && shown > 0 ? `\r\u001B[K${label} … ` : '';
    stderr.write(`${clear}done in ${formatDuration(Date.now() - startedAt)}\n`);
    return result;
  } catch (error) {
    stderr.write('failed\n');
    throw error;
  }
}

/**
 * One line that is not a step: a decision the person should know of.
 * @param {string} message
 */
export function note(message) {
  process.stderr.write(`${message}\n`);
}

/**
 * Runs a script's main function: a {@link SetupError} ends it with its message and exit code 1, anything else also
 * shows where it came from.
 * @param {() => Promise<number>} main answers the exit code
 */
export async function runMain(main) {
  try {
    process.exitCode = await main();
  } catch (error) {
    if (error instanceof SetupError) process.stderr.write(`\n${error.message}\n`);
    else process.stderr.write(`\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exitCode = 1;
  }
}
