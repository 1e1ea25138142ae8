// @ts-check
/**
 * A vitest reporter that writes the counts to the file named by OASST_VITEST_REPORT. vitest's own JSON report leaves
 * out why a test was skipped.
 */
import { writeFileSync } from 'node:fs';

import { firstLine, noCounts, noReason } from './counts.mjs';

/** @typedef {import('vitest/node').TestModule} TestModule */
/** @typedef {import('vitest/node').TestCase} TestCase */

export default class CountsReporter {
  /**
   * @param {readonly TestModule[]} modules
   * @param {readonly { message?: string }[]} unhandledErrors
   */
  onTestRunEnd(modules, unhandledErrors) {
    const file = process.env['OASST_VITEST_REPORT'];
    if (file === undefined) return;
    writeFileSync(file, JSON.stringify(countModules(modules, unhandledErrors)));
  }
}

/**
 * @param {readonly TestModule[]} modules
 * @param {readonly { message?: string }[]} unhandledErrors thrown outside of any test
 * @returns {import('./counts.mjs').Counts}
 */
export function countModules(modules, unhandledErrors) {
  const counts = noCounts();
  for (const module of modules) {
    const failedBefore = counts.failed;
    for (const test of module.children.allTests()) countTest(test, module, counts);
    if (module.state() === 'failed' && counts.failed === failedBefore) {
      counts.failed += 1;
      counts.problems.push(`${module.relativeModuleId} (the file itself failed)`);
    }
  }
  for (const error of unhandledErrors) {
    counts.failed += 1;
    counts.problems.push(`an error outside of any test: ${error.message ?? String(error)}`);
  }
  return counts;
}

/**
 * @param {TestCase} test
 * @param {TestModule} module
 * @param {import('./counts.mjs').Counts} counts
 */
function countTest(test, module, counts) {
  const result = test.result();
  if (result.state === 'passed') counts.passed += 1;
  if (result.state === 'failed') {
    counts.failed += 1;
    counts.problems.push(`${module.relativeModuleId} > ${test.fullName}: ${firstLine(result.errors[0]?.message)}`);
  }
  if (result.state === 'skipped') {
    const name = `${module.relativeModuleId} > ${test.fullName}`;
    const ownReason = test.options.mode === 'todo' ? 'still to be written' : noReason;
    counts.skipped.push({ name, reason: result.note ?? ownReason });
  }
  // "pending" after the end of the run: it was under way when the run was cut short.
  if (result.state === 'pending') {
    counts.failed += 1;
    counts.problems.push(`${module.relativeModuleId} > ${test.fullName} (did not finish)`);
  }
}
