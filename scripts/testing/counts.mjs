// @ts-check
/**
 * What came out of a test run, added up over the runners, and how it is told.
 */
import { stripVTControlCharacters } from 'node:util';

/**
 * @typedef {object} SkippedTest
 * @property {string} name
 * @property {string} reason
 */

/**
 * @typedef {object} UnsteadyTest
 * @property {string} name
 * @property {string} failure how it failed before it passed
 */

/**
 * @typedef {object} Counts
 * @property {number} passed
 * @property {number} failed
 * @property {SkippedTest[]} skipped
 * @property {UnsteadyTest[]} unsteady among the passed: those that failed first
 * @property {string[]} problems every failure: of a test, of a file that could not be loaded, of a lost runner
 */

/**
 * The first line of what a test failed with.
 * @param {string | undefined} message
 * @returns {string}
 */
export function firstLine(message) {
  return stripVTControlCharacters(message ?? 'without a message').split('\n')[0] ?? '';
}

/** Said of a skipped test that gives no reason. */
export const noReason = 'no reason given';

/** @returns {Counts} */
export function noCounts() {
  return { passed: 0, failed: 0, skipped: [], unsteady: [], problems: [] };
}

/**
 * @param {readonly Counts[]} parts
 * @returns {Counts}
 */
export function sumCounts(parts) {
  return {
    passed: parts.reduce((sum, part) => sum + part.passed, 0),
    failed: parts.reduce((sum, part) => sum + part.failed, 0),
    skipped: parts.flatMap((part) => part.skipped),
    unsteady: parts.flatMap((part) => part.unsteady),
    problems: parts.flatMap((part) => part.problems),
  };
}

/**
 * The counts of one runner, held against its exit code: a runner that failed without a failed test counts as one.
 * @param {string} runner
 * @param {Counts | undefined} counts undefined when the runner left no report
 * @param {number} exitCode
 * @returns {Counts}
 */
export function withExitCode(runner, counts, exitCode) {
  const known = counts ?? noCounts();
  if (counts !== undefined && (exitCode === 0 || known.failed > 0)) return known;
  const how = counts === undefined ? 'ended before it could report' : 'failed without a failed test';
  const problem = `${runner} ${how} (exit code ${String(exitCode)})`;
  return { ...known, failed: known.failed + 1, problems: [...known.problems, problem] };
}

/**
 * The last line of a test run. Other programs read it: `N passed, N failed`, and `, N skipped` if any were.
 * @param {Counts} counts
 * @returns {string}
 */
export function lastLine(counts) {
  const skipped = counts.skipped.length === 0 ? '' : `, ${String(counts.skipped.length)} skipped`;
  return `${String(counts.passed)} passed, ${String(counts.failed)} failed${skipped}`;
}

/**
 * @param {Counts} counts
 * @returns {number} a run in which nothing ran has not succeeded
 */
export function exitCodeOf(counts) {
  return counts.failed === 0 && counts.passed > 0 ? 0 : 1;
}

/**
 * @param {Counts} counts
 * @returns {string} skipped tests with their reasons, those that passed at a second try, then every failure; empty when
 *   there are none
 */
export function details(counts) {
  const lines = counts.skipped.map((test) => `skipped: ${test.name} (${test.reason})`);
  lines.push(...counts.unsteady.map((test) => `unsteady: ${test.name} (failed first: ${test.failure})`));
  lines.push(...counts.problems.map((problem) => `failed: ${problem}`));
  return lines.length === 0 ? '' : `\n${lines.join('\n')}\n`;
}
