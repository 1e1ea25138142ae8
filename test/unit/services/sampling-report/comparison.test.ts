import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareFiles } from '../../../../main/cli/compare-reports.ts';
import { comparisonPage } from '../../../../main/services/sampling-report/comparison-page.ts';
import { comparisonTable, figure, rowsOf } from '../../../../main/services/sampling-report/comparison-rows.ts';
import { compareReports } from '../../../../main/services/sampling-report/comparison.ts';
import type { SamplingReport } from '../../../../main/services/sampling-report/report-format.ts';
import { temporaryFolder } from '../../../support/database.ts';
import { sharedData, sharedDataReason } from '../../../support/shared-data.ts';

const end = '<|endoftext|>';
const greedyParams = { do_sample: false, num_beams: 1, temperature: 1 };

/** A report with one sampled and one greedy config; `answers` are those of each prompt. */
function report(answers: Record<string, { k50: string[]; greedy: string }>, name = 'Model'): SamplingReport {
  return {
    model_name: name,
    date: '2026-01-02T03:04:05.678000',
    args: { skip_special_tokens: false },
    prompts: Object.entries(answers).map(([prompt, { k50, greedy }]) => ({
      prompt,
      results: [
        { sampling_config: 'k50', sampling_params: { do_sample: true, temperature: 0.8 }, outputs: k50 },
        { sampling_config: 'greedy', sampling_params: greedyParams, outputs: [greedy] },
      ],
    })),
  };
}

const left = report({
  one: { k50: [`a b c${end}`, 'a b c d'], greedy: `the cat sat${end}` },
  two: { k50: [`x${end}`, `y${end}`], greedy: `the dog ran${end}` },
});

describe('a comparison', () => {
  it('of equal reports shows no difference anywhere', () => {
    const comparison = compareReports(left, left);
    for (const config of [comparison.overall, ...comparison.configs]) {
      expect(config.samePairs).toBe(config.pairs);
      expect(config.changes).toEqual([]);
      for (const { label, difference } of rowsOf(config)) expect(difference, label).toMatch(/^0(\.0+)?( %)?$/);
    }
    expect(comparison.configs[1]?.greedy).toMatchObject({ meanShared: 1, meanSameStart: 1 });
    expect(comparisonTable(comparison)).toContain('No difference: all 6 answers to 2 prompts');
  });

  it('tells lengths, stops, leaked marks and the overlap of greedy answers apart', () => {
    const right = report({
      one: { k50: [`a b c${end}`, `a<|prompter|>b${end}`], greedy: `the cat stood${end}` },
      two: { k50: ['x', `y${end}`], greedy: `the dog ran${end}` },
    });
    const { overall, configs } = compareReports(left, right);
    expect(overall).toMatchObject({ pairs: 6, samePairs: 3 });
    const [k50, greedy] = configs;
    expect(k50).toMatchObject({
      left: { ended: 3, withMarkers: 0 },
      right: { ended: 3, withMarkers: 1 },
      greedy: null,
    });
    expect(greedy?.greedy?.overlaps).toEqual([
      { shared: 2 / 3, sameStart: 2 / 3 },
      { shared: 1, sameStart: 1 },
    ]);
  });

  it('is made over what both have, and says what it leaves out', () => {
    const right = report({ two: { k50: ['x'], greedy: 'y' }, three: { k50: [], greedy: '' } });
    right.prompts[0]?.results.push({ sampling_config: 'beam5', sampling_params: {}, outputs: ['z'] });
    const comparison = compareReports(left, right);
    expect(comparison).toMatchObject({ prompts: 1, leftOut: { prompts: 2, configs: ['beam5'] } });
    expect(comparisonTable(comparison)).toMatch(/only one report has them: 2 prompts[^]*beam5/);
    expect(() => compareReports(left, report({}))).toThrow('in common');
  });

  it('names arguments that differ, and compares no sampled answers as greedy ones', () => {
    const right = structuredClone(left);
    for (const { results } of right.prompts) {
      for (const result of results) result.sampling_params['temperature'] = 0.9;
      const greedy = results.at(-1);
      if (greedy !== undefined) greedy.sampling_params['num_beams'] = 5;
    }
    const [k50, greedy] = compareReports(left, right).configs;
    expect(k50?.changes).toEqual(['temperature 0.8 → 0.9']);
    expect(greedy).toMatchObject({ greedy: null, changes: ['num_beams 1 → 5', 'temperature 1 → 0.9'] });
  });

  it('does not take answers for cut off where a report leaves the marks out', () => {
    const right = { ...left, args: { skip_special_tokens: true } };
    const row = rowsOf(compareReports(left, right).overall).find(({ label }) => label === 'cut off');
    expect(row).toEqual({ label: 'cut off', left: '16.7 %', right: 'not told', difference: '' });
  });

  it('is the same seen from the other side, with opposite signs', () => {
    const answer = fc.constantFrom('', 'a b', 'b a c', `a${end}`, `c c c${end}`, `<|prompter|>${end}`);
    const answers = fc.dictionary(
      fc.constantFrom('p', 'q'),
      fc.record({ k50: fc.tuple(answer, answer), greedy: answer }),
      { minKeys: 2 },
    );
    fc.assert(
      fc.property(answers, answers, (first, second) => {
        const there = compareReports(report(first), report(second));
        const back = compareReports(report(second), report(first));
        expect(back.overall.left).toEqual(there.overall.right);
        expect(back.overall.samePairs).toBe(there.overall.samePairs);
        expect(back.configs[1]?.greedy?.meanShared).toBeCloseTo(there.configs[1]?.greedy?.meanShared ?? -1, 12);
      }),
    );
  });
});

it('figures never show a minus in front of nothing', () => {
  expect([figure(-0.04, 1), figure(-0.05, 1), figure(-12, 0), figure(0.04, 1)]).toEqual(['0.0', '−0.1', '−12', '0.0']);
});

describe('the page', () => {
  const hostile = '"><script>alert(1)</script><img src=x onerror=alert(1)>';

  it('has no script and fetches nothing, whatever the reports say', () => {
    const evil = report({ [hostile]: { k50: [hostile], greedy: hostile } }, hostile);
    for (const result of evil.prompts[0]?.results ?? []) result.sampling_config += hostile;
    const page = comparisonPage(compareReports(evil, evil));
    const tags = new Set([...page.matchAll(/<([a-z0-9]+)/gi)].map(([, tag]) => tag));
    const known =
      'html head meta title style body main section h1 h2 p div dl dt dd table caption thead tbody tr th td';
    const drawn = 'svg g circle path line rect text';
    expect([...tags].filter((tag) => !`${known} ${drawn}`.split(' ').includes(tag ?? ''))).toEqual([]);
    expect(page, 'within a tag').not.toMatch(/<[^>]*\s(src|href|on[a-z]+)\s*=/i);
    expect(page).toContain('&quot;&gt;&lt;script&gt;');
    expect(page).toContain("default-src 'none'");
    expect(page).not.toMatch(/url\(|@import/);
  });

  it('is written beside what is printed, and over nothing', async () => {
    const folder = temporaryFolder();
    const [leftPath, outPath] = [join(folder, 'a.json'), join(folder, 'page.html')];
    writeFileSync(leftPath, JSON.stringify(left));
    let printed = '';
    const terminal = { stdout: { write: (text: string) => (printed += text) } };
    await compareFiles({ leftPath, rightPath: leftPath, outPath }, false, terminal);
    expect(printed).toContain('No difference');
    expect(readFileSync(outPath, 'utf8')).toMatch(/^<!doctype html>[^]*No difference[^]*<\/html>\n$/);
    await expect(compareFiles({ leftPath, rightPath: leftPath, outPath: leftPath }, false, terminal)).rejects.toThrow(
      'already a file',
    );
    printed = '';
    await compareFiles({ leftPath, rightPath: leftPath, outPath: null }, true, terminal);
    expect(JSON.parse(printed)).toMatchObject({ prompts: 2, overall: { samePairs: 6 } });
    expect(existsSync(`${outPath}.unfinished`)).toBe(false);
  });
});

it('the published report can be compared, with itself and with a part of it', async (ctx) => {
  const path = sharedData('sampling-report-sft1.json');
  if (path === null) return ctx.skip(sharedDataReason);
  const published = JSON.parse(readFileSync(path, 'utf8')) as SamplingReport;
  const { overall, configs } = compareReports(published, published);
  expect(overall).toMatchObject({ pairs: 2750, samePairs: 2750, left: { ended: 2406, cutOff: 344, withMarkers: 0 } });
  expect(configs.filter(({ greedy }) => greedy !== null).map(({ name }) => name)).toEqual(['greedy']);
  const part = { ...published, prompts: published.prompts.slice(0, 40) };
  expect(compareReports(published, part)).toMatchObject({ prompts: 40, leftOut: { prompts: 210, configs: [] } });
});
