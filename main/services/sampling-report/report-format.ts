import { basename } from 'node:path';
import { z } from 'zod';
import { AppError } from '../../../preload/contract/errors.ts';
import { parseJson, readTextFile } from './files.ts';

/** The report of oasst-model-eval; see docs/formats.md. */

const scalarSchema = z.union([z.string(), z.number(), z.boolean(), z.null()]);

/** Arguments of transformers' `generate`: plain values, or lists of them. */
export const generateArgumentsSchema = z.record(z.string(), z.union([scalarSchema, z.array(scalarSchema)]));

const resultSchema = z.object({
  sampling_config: z.string(),
  sampling_params: generateArgumentsSchema,
  outputs: z.array(z.string()),
});

const reportSchema = z.object({
  model_name: z.string(),
  date: z.string(),
  args: z.record(z.string(), z.unknown()),
  prompts: z.array(z.object({ prompt: z.string(), results: z.array(resultSchema) })),
});

export type GenerateArguments = z.infer<typeof generateArgumentsSchema>;
export type SamplingReport = z.infer<typeof reportSchema>;
export type SamplingResult = z.infer<typeof resultSchema>;

/** The mark behind an answer that the model ended itself. */
export const endMark = '<|endoftext|>';

const limitBytes = 256e6;

/** Arguments that are floats in Python: there `1.0` and `1` are of different types. */
const floats = new Set(['temperature', 'top_p', 'typical_p', 'repetition_penalty', 'penalty_alpha']);

/** TypeScript's libraries do not know of it yet. */
const { rawJSON } = JSON as unknown as { rawJSON: (text: string) => unknown };

/** The text of a report, laid out as the original writes it. */
export function formatReport(report: SamplingReport): string {
  return JSON.stringify(
    report,
    (key, value: unknown) => (floats.has(key) && Number.isInteger(value) ? rawJSON(`${String(value)}.0`) : value),
    2,
  );
}

/** Reads a report, of this app or of the original. @throws AppError that says what is missing */
export async function readReport(path: string): Promise<SamplingReport> {
  const name = basename(path);
  const parsed = reportSchema.safeParse(parseJson(await readTextFile(path, limitBytes), `"${name}"`));
  if (parsed.success) return parsed.data;
  const where = z.core.toDotPath(parsed.error.issues[0]?.path ?? []);
  throw new AppError(
    'invalid-input',
    `"${name}" is not a sampling report${where === '' ? '' : `: "${where}" is missing or of the wrong kind`}.`,
  );
}
