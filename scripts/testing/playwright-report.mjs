// @ts-check
/**
 * Counts out of Playwright's JSON report.
 */
import { firstLine, noCounts, noReason } from './counts.mjs';

/** @typedef {import('@playwright/test/reporter').JSONReport} JSONReport */
/** @typedef {import('@playwright/test/reporter').JSONReportSuite} JSONReportSuite */
/** @typedef {import('@playwright/test/reporter').JSONReportTest} JSONReportTest */

/**
 * @param {Pick<JSONReport, 'suites' | 'errors'>} report
 * @returns {import('./counts.mjs').Counts}
 */
export function countPlaywright(report) {
  const counts = noCounts();
  for (const suite of report.suites) countSuite(suite, [], counts);
  for (const error of report.errors) {
    const message = firstLine(error.message ?? 'an error outside of any test');
    // Said of an empty selection; whether that is a failure is decided over all runners.
    if (message.includes('No tests found')) continue;
    counts.failed += 1;
    counts.problems.push(message);
  }
  return counts;
}

/**
 * @param {JSONReportSuite} suite
 * @param {readonly string[]} titles of the suites around it
 * @param {import('./counts.mjs').Counts} counts
 */
function countSuite(suite, titles, counts) {
  const path = [...titles, suite.title];
  for (const spec of suite.specs) {
    for (const test of spec.tests) countTest(test, [...path, spec.title].join(' > '), counts);
  }
  for (const child of suite.suites ?? []) countSuite(child, path, counts);
}

/**
 * @param {JSONReportTest} test
 * @param {string} name
 * @param {import('./counts.mjs').Counts} counts
 */
function countTest(test, name, counts) {
  if (test.status === 'skipped') {
    const annotation = test.annotations.find(({ type }) => type === 'skip' || type === 'fixme');
    counts.skipped.push({ name, reason: annotation?.description ?? noReason });
  } else if (test.status === 'unexpected') {
    counts.failed += 1;
    counts.problems.push(`${name}: ${firstFailure(test)}`);
  } else {
    counts.passed += 1;
    if (test.status === 'flaky') counts.unsteady.push({ name, failure: firstFailure(test) });
  }
}

/**
 * @param {JSONReportTest} test
 * @returns {string}
 */
function firstFailure(test) {
  return firstLine(test.results.find(({ status }) => status !== 'passed')?.error?.message);
}
