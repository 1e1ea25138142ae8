import { parseArgs } from 'node:util';
import { AppError } from '../preload/contract/errors.ts';
import { conversionTypes, defaultConversionType, type ConversionType } from '../preload/contract/library.ts';
import { presetIds, type PresetId } from '../preload/contract/presets.ts';

/** What `--convert` asks for. */
export interface ConversionOrder {
  /** A checkpoint as Hugging Face publishes it. */
  folder: string;
  type: ConversionType;
  /** Null: beside the folder, named after it and the type. */
  outPath: string | null;
}

/** What can be said on the command line, of the desktop app and of the terminal. */
export interface CommandLine {
  /** A question to answer in the terminal, or null for the window. */
  ask: string | null;
  /** Go on with the newest conversation instead of a new one. */
  continueNewest: boolean;
  json: boolean;
  modelPath: string | null;
  presetId: PresetId | undefined;
  seed: number | undefined;
  dataFolder: string | null;
  /** A checkpoint to convert in the terminal, or null. */
  conversion: ConversionOrder | null;
  help: boolean;
  version: boolean;
}

const options = {
  ask: { type: 'string' },
  continue: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  model: { type: 'string' },
  preset: { type: 'string' },
  seed: { type: 'string' },
  data: { type: 'string' },
  convert: { type: 'string' },
  type: { type: 'string' },
  out: { type: 'string' },
  help: { type: 'boolean', default: false },
  version: { type: 'boolean', default: false },
} as const;

export const helpText = `OASST Desktop

  npm start                        open the window
  npm start -- --ask "QUESTION"    answer in the terminal
  npm start -- --convert DIR       convert a checkpoint (see --type, --out)

Options
  --continue        ask in the newest conversation instead of a new one
  --json            print one line of JSON: text, tokens, tokens per second, stop reason
  --model FILE      use this GGUF for this run
  --preset NAME     ${presetIds.join(', ')}
  --seed N          0 to 4294967295; the same seed gives the same answer
  --data DIR        keep conversations in DIR instead of the usual folder
  --type TYPE       with --convert: ${conversionTypes.join(', ')}
                    (default ${defaultConversionType})
  --out FILE        with --convert: the file to write (default DIR-TYPE.gguf)
  --help            this text
  --version         the version of the app

Exit code 0 means that there is an answer, or a finished file.
`;

function parseSeed(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const seed = Number(text);
  if (!/^\d+$/.test(text) || seed > 0xffff_ffff) {
    throw new AppError('invalid-input', `--seed takes a whole number from 0 to 4294967295, not "${text}".`);
  }
  return seed;
}

function parseConversion(
  folder: string | undefined,
  typeText: string | undefined,
  outPath: string | undefined,
): ConversionOrder | null {
  if (folder === undefined) {
    if (typeText === undefined && outPath === undefined) return null;
    throw new AppError('invalid-input', '--type and --out belong to --convert DIR. See --help.');
  }
  if (folder === '') throw new AppError('invalid-input', '--convert takes the folder of a checkpoint. See --help.');
  const wanted = typeText ?? defaultConversionType;
  const type = conversionTypes.find((known) => known.toLowerCase() === wanted.toLowerCase());
  if (type === undefined) {
    throw new AppError('invalid-input', `There is no type "${wanted}". There are: ${conversionTypes.join(', ')}.`);
  }
  return { folder, type, outPath: outPath ?? null };
}

function parsePreset(text: string | undefined): PresetId | undefined {
  if (text === undefined) return undefined;
  const preset = presetIds.find((id) => id.toLowerCase() === text.toLowerCase());
  if (preset === undefined) {
    throw new AppError('invalid-input', `There is no preset "${text}". There are: ${presetIds.join(', ')}.`);
  }
  return preset;
}

/**
 * @param args what follows the program's own name and folder
 * @param strict refuse unknown options; the desktop app lets Chromium's switches pass
 * @throws AppError `invalid-input` with a sentence for the terminal
 */
export function parseCommandLine(args: string[], strict: boolean): CommandLine {
  let values;
  try {
    values = parseArgs({ args, options, strict, allowPositionals: !strict }).values;
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('. ')[0] ?? '') : '';
    throw new AppError('invalid-input', `${reason}. See --help.`);
  }
  const text = (value: string | boolean | undefined): string | undefined =>
    typeof value === 'string' ? value : undefined;
  return {
    ask: text(values.ask) ?? null,
    continueNewest: values.continue === true,
    json: values.json === true,
    modelPath: text(values.model) ?? null,
    presetId: parsePreset(text(values.preset)),
    seed: parseSeed(text(values.seed)),
    dataFolder: text(values.data) ?? null,
    conversion: parseConversion(text(values.convert), text(values.type), text(values.out)),
    help: values.help === true,
    version: values.version === true,
  };
}
