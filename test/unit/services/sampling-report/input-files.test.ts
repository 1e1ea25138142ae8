import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readConfigs } from '../../../../main/services/sampling-report/config-file.ts';
import { readPrompts } from '../../../../main/services/sampling-report/prompts-file.ts';
import { formatReport, readReport } from '../../../../main/services/sampling-report/report-format.ts';
import { AppError } from '../../../../preload/contract/errors.ts';
import { temporaryFolder } from '../../../support/database.ts';
import { sharedData, sharedDataReason } from '../../../support/shared-data.ts';
import { publishedShape, shapeOf } from './report-shape.ts';

function file(content: string | Buffer): string {
  const path = join(temporaryFolder(), 'input.json');
  writeFileSync(path, content);
  return path;
}

/** The sentence that an action is refused with. */
async function refusal(action: Promise<unknown>): Promise<string> {
  const error = await action.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof AppError)) throw new Error('It was not refused.', { cause: error });
  return error.message;
}

const deep = '['.repeat(200_000) + ']'.repeat(200_000);

describe('prompts', () => {
  it('are one string a line; empty lines do not count', async () => {
    expect(await readPrompts(file('"one"\n\n"two\\nlines"\r\n'))).toEqual(['one', 'two\nlines']);
  });

  it.each([
    ['no JSON', '"one"\ntwo', 'Line 2 of "input.json" is not JSON.'],
    ['no string', '"one"\n{"text":"two"}', 'Line 2 of "input.json" is not a prompt'],
    ['no words', '" "', 'Line 1 of "input.json" is not a prompt'],
    ['a huge line', `"${'x'.repeat(100_001)}"`, 'longer than 100000 characters'],
    ['a deep line', deep, 'Line 1'],
    ['nothing', '\n', 'There is no prompt'],
    ['other bytes', Buffer.from([0x22, 0xff, 0xfe, 0x22]), 'not text in UTF-8'],
  ])('with %s end in a sentence', async (_name, content, words) => {
    expect(await refusal(readPrompts(file(content)))).toContain(words);
  });

  it('that are not there, or a folder, end in a sentence', async () => {
    const folder = temporaryFolder();
    expect(await refusal(readPrompts(join(folder, 'none.jsonl')))).toBe(
      'There is no file "none.jsonl". Check the path.',
    );
    mkdirSync(join(folder, 'some'));
    expect(await refusal(readPrompts(join(folder, 'some')))).toBe('"some" is a folder, not a file.');
  });
});

describe('sampling configs', () => {
  const config = (...configurations: unknown[]): string =>
    file(JSON.stringify({ default: { generate_args: { max_new_tokens: 5, do_sample: true } }, configurations }));

  it('take the arguments of the default where they name none', async () => {
    const { configs, notes } = await readConfigs(config({ name: 'hot', generate_args: { temperature: 1.5 } }));
    expect(notes).toEqual([]);
    expect(configs).toHaveLength(1);
    expect(configs[0]).toMatchObject({
      name: 'hot',
      samplingParams: { max_new_tokens: 5, do_sample: true, temperature: 1.5 },
      parameters: { temperature: 1.5, maxNewTokens: 5 },
    });
  });

  it('that cannot be done are left out, and named', async () => {
    const beams = { name: 'beam5', generate_args: { num_beams: 5 } };
    const prefixed = { name: 'prefixed', pre_text: 'You are a poet.' };
    const { configs, notes } = await readConfigs(config(beams, prefixed, { name: 'plain' }));
    expect(configs.map(({ name }) => name)).toEqual(['plain']);
    expect(notes).toEqual([
      'beam5 is left out: beam search is not supported.',
      'prefixed is left out: a text before the prompt is not supported.',
    ]);
    expect(await refusal(readConfigs(config(beams)))).toContain('Nothing in "input.json" can be done. beam5');
  });

  it.each([
    ['no JSON', '{"default":', '"input.json" is not JSON.'],
    ['no list', '{}', '"configurations" is missing'],
    ['a list of nothing', '{"configurations":[]}', '"configurations"'],
    ['no name', '{"configurations":[{}]}', 'Configuration 1 in "input.json" has no name.'],
    ['a name twice', '{"configurations":[{"name":"a"},{"name":"a"}]}', 'Configuration 2'],
    ['arguments of another kind', '{"configurations":[{"name":"a","generate_args":[]}]}', 'generate_args'],
    ['deep arguments', `{"configurations":[{"name":"a","generate_args":{"use_cache":${deep}}}]}`, 'generate_args'],
  ])('with %s end in a sentence', async (_name, content, words) => {
    expect(await refusal(readConfigs(file(content)))).toContain(words);
  });

  it('of the published report can all be done', async (ctx) => {
    const path = sharedData('sampling-config-noprefix.json');
    if (path === null) return ctx.skip(sharedDataReason);
    const { configs, notes } = await readConfigs(path);
    expect(configs.map(({ name }) => name)).toEqual([
      'nucleus9',
      'k50',
      'typical2',
      'typical3',
      'contrastive',
      'greedy',
    ]);
    expect(notes).toEqual([expect.stringMatching(/^contrastive: penalty_alpha has no effect/)]);
  });
});

describe('reports', () => {
  it.each([
    ['no JSON', 'PK\u0003\u0004', '"input.json" is not JSON.'],
    ['another JSON', '[]', '"input.json" is not a sampling report.'],
    ['missing fields', '{"model_name":"m","date":"d","args":{}}', '"prompts" is missing'],
    [
      'missing outputs',
      '{"model_name":"m","date":"d","args":{},"prompts":[{"prompt":"p","results":[{"sampling_config":"a","sampling_params":{}}]}]}',
      '"prompts[0].results[0].outputs" is missing',
    ],
    ['deep nesting', deep, 'not a sampling report'],
  ])('with %s end in a sentence', async (_name, content, words) => {
    expect(await refusal(readReport(file(content)))).toContain(words);
  });

  it('of the model have the shape that the tests know, and keep it when they are written again', async (ctx) => {
    const path = sharedData('sampling-report-sft1.json');
    if (path === null) return ctx.skip(sharedDataReason);
    const report = await readReport(path);
    expect(report.prompts).toHaveLength(250);
    expect(shapeOf(formatReport(report))).toEqual(publishedShape);
  });
});
