/** The counts that `npm test` ends with. */
import { describe, expect, it } from 'vitest';

import { details, exitCodeOf, lastLine, noCounts, sumCounts, withExitCode } from '../../../scripts/testing/counts.mjs';
import { countPlaywright } from '../../../scripts/testing/playwright-report.mjs';

type PlaywrightReport = Parameters<typeof countPlaywright>[0];

const skipped = { name: 'a > b', reason: 'no model here' };
const unsteady = { name: 'a > c', failure: 'Error: it took too long' };

/** A report with one test of each outcome, the last one in a nested suite. */
function playwrightReport(): PlaywrightReport {
  const error = { message: '\u001B[31mError: it took too long\u001B[39m\n  at line 3' };
  const failure = { status: 'failed', error };
  const results: Record<string, object[]> = { flaky: [failure, { status: 'passed' }], unexpected: [failure, failure] };
  const test = (status: string, annotations: { type: string; description?: string }[] = []) => ({
    title: status,
    tests: [{ status, annotations, results: results[status] ?? [] }],
  });
  return {
    suites: [
      {
        title: 'window.test.ts',
        specs: [test('expected'), test('flaky'), test('unexpected')],
        suites: [
          {
            title: 'quick ask',
            specs: [test('skipped', [{ type: 'skip', description: 'needs a tray' }]), test('skipped')],
          },
        ],
      },
    ],
    errors: [],
  } as unknown as PlaywrightReport;
}

describe('counts', () => {
  it('adds up the runners', () => {
    const first = { passed: 2, failed: 1, skipped: [skipped], unsteady: [unsteady], problems: ['x'] };
    const second = { ...noCounts(), passed: 3 };
    expect(sumCounts([first, second])).toEqual({ ...first, passed: 5 });
    expect(sumCounts([])).toEqual(noCounts());
  });

  it('ends with one line that programs can read', () => {
    expect(lastLine({ ...noCounts(), passed: 3 })).toBe('3 passed, 0 failed');
    expect(lastLine({ ...noCounts(), passed: 3, failed: 2, skipped: [skipped] })).toBe('3 passed, 2 failed, 1 skipped');
  });

  it('prints every skipped test with its reason', () => {
    expect(details({ ...noCounts(), skipped: [skipped], problems: ['y'] })).toBe(
      '\nskipped: a > b (no model here)\nfailed: y\n',
    );
    expect(details(noCounts())).toBe('');
  });

  it('names the tests that passed at a second try only', () => {
    expect(details({ ...noCounts(), passed: 1, unsteady: [unsteady] })).toBe(
      '\nunsteady: a > c (failed first: Error: it took too long)\n',
    );
  });

  it('succeeds only when something ran and nothing failed', () => {
    expect(exitCodeOf({ ...noCounts(), passed: 1 })).toBe(0);
    expect(exitCodeOf({ ...noCounts(), passed: 1, failed: 1 })).toBe(1);
    expect(exitCodeOf({ ...noCounts(), skipped: [skipped] })).toBe(1);
    expect(exitCodeOf(noCounts())).toBe(1);
  });

  it('counts a runner that died, or failed for no test, as a failure', () => {
    const fine = { ...noCounts(), passed: 1 };
    expect(withExitCode('vitest', fine, 0)).toEqual(fine);
    expect(withExitCode('vitest', { ...fine, failed: 1 }, 1).failed).toBe(1);
    expect(withExitCode('vitest', fine, 1)).toMatchObject({ passed: 1, failed: 1 });
    expect(withExitCode('vitest', undefined, 137)).toMatchObject({
      failed: 1,
      problems: ['vitest ended before it could report (exit code 137)'],
    });
    // Exit code 0 without a report is no success either.
    expect(withExitCode('vitest', undefined, 0).failed).toBe(1);
  });

  it("reads Playwright's report", () => {
    expect(countPlaywright(playwrightReport())).toEqual({
      passed: 2,
      failed: 1,
      unsteady: [{ name: 'window.test.ts > flaky', failure: 'Error: it took too long' }],
      skipped: [
        { name: 'window.test.ts > quick ask > skipped', reason: 'needs a tray' },
        { name: 'window.test.ts > quick ask > skipped', reason: 'no reason given' },
      ],
      problems: ['window.test.ts > unexpected: Error: it took too long'],
    });
  });

  it('counts errors outside of any Playwright test, but not an empty selection', () => {
    const report = { suites: [], errors: [{ message: 'Cannot find module x\nat y' }, { message: 'No tests found' }] };
    expect(countPlaywright(report)).toMatchObject({ failed: 1, problems: ['Cannot find module x'] });
  });
});
