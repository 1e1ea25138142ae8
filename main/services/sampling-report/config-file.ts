import { basename } from 'node:path';
import { z } from 'zod';
import { AppError } from '../../../preload/contract/errors.ts';
import { parseJson, readTextFile } from './files.ts';
import { generateArgumentsSchema, type GenerateArguments } from './report-format.ts';
import { mapArguments, type MappedArguments } from './transformers-arguments.ts';

/** One way to sample, of those that a config file lists. */
export interface SamplingConfig extends MappedArguments {
  name: string;
  /** The arguments as the file names them, with those of its default. */
  samplingParams: GenerateArguments;
}

export interface SamplingConfigs {
  configs: SamplingConfig[];
  /** Sentences about what is left out or has no effect. */
  notes: string[];
}

const limitBytes = 1e6;

const entrySchema = z.object({
  name: z.string().trim().min(1).max(100).nullish(),
  generate_args: generateArgumentsSchema.default({}),
  pre_text: z.string().nullish(),
});

const fileSchema = z.object({
  default: entrySchema.nullish(),
  configurations: z.array(entrySchema).min(1).max(100),
});

/**
 * Reads a sampling config file of oasst-model-eval. What the engine cannot do is left out and named in the notes.
 *
 * @throws AppError when it is no such file, or nothing of it can be done
 */
export async function readConfigs(path: string): Promise<SamplingConfigs> {
  const fileName = basename(path);
  const parsed = fileSchema.safeParse(parseJson(await readTextFile(path, limitBytes), `"${fileName}"`));
  if (!parsed.success) {
    const where = z.core.toDotPath(parsed.error.issues[0]?.path ?? []);
    throw new AppError(
      'invalid-input',
      `"${fileName}" is not a sampling config${where === '' ? '' : `: "${where}" is missing or of the wrong kind`}.`,
    );
  }
  const usual = parsed.data.default;
  const configs: SamplingConfig[] = [];
  const notes: string[] = [];
  const names = new Set<string>();
  for (const [index, { name, generate_args: own, pre_text: preText }] of parsed.data.configurations.entries()) {
    if (name == null || names.has(name)) {
      throw new AppError(
        'invalid-input',
        `Configuration ${index + 1} in "${fileName}" has ${name == null ? 'no name' : 'the name of another one'}.`,
      );
    }
    names.add(name);
    const samplingParams = { ...usual?.generate_args, ...own };
    // An empty text does not replace that of the default, as in the original.
    const hasPreText = [preText, usual?.pre_text].some((text) => text != null && text !== '');
    const mapped = hasPreText
      ? { impossible: 'a text before the prompt is not supported' }
      : mapArguments(samplingParams);
    if ('impossible' in mapped) {
      notes.push(`${name} is left out: ${mapped.impossible}.`);
      continue;
    }
    notes.push(...mapped.notes.map((note) => `${name}: ${note}.`));
    configs.push({ ...mapped, name, samplingParams });
  }
  if (configs.length === 0) {
    throw new AppError('invalid-input', `Nothing in "${fileName}" can be done. ${notes.join(' ')}`);
  }
  return { configs, notes };
}
