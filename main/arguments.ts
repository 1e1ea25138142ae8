import { parseArgs } from 'node:util';
import { AppError } from '../preload/contract/errors.ts';
import { conversionTypes, defaultConversionType, type ConversionType } from '../preload/contract/library.ts';
import { presetIds } from '../preload/contract/presets.ts';
import { linkScheme } from './identity.ts';

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
  /** A question: the terminal answers it there, the desktop app in its quick window. */
  ask: string | null;
  /** Go on with the newest conversation instead of a new one. */
  continueNewest: boolean;
  json: boolean;
  modelPath: string | null;
  /** Of a built-in preset, or of one of the owner's; the settings tell whether there is one. */
  presetName: string | null;
  seed: number | undefined;
  dataFolder: string | null;
  /** A checkpoint to convert in the terminal, or null. */
  conversion: ConversionOrder | null;
  /** Of the desktop app only: what to show. */
  quickAsk: boolean;
  newConversation: boolean;
  hidden: boolean;
  /** An address of the app's own scheme, handed over by the desktop. */
  link: string | null;
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
  'quick-ask': { type: 'boolean', default: false },
  new: { type: 'boolean', default: false },
  hidden: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
  version: { type: 'boolean', default: false },
} as const;

export const helpText = `OASST Desktop

  npm start                        open the window
  npm start -- --quick-ask         open the quick window, also of the app that is running
  npm start -- --new               open the window with a new conversation
  npm start -- --hidden            start with the tray icon only, where there is a tray
  npm start -- --ask "QUESTION"    answer in the terminal
  npm start -- --convert DIR       convert a checkpoint (see --type, --out)

Options
  --continue        ask in the newest conversation instead of a new one
  --json            print one line of JSON: text, tokens, tokens per second, stop reason
  --model FILE      use this GGUF for this run
  --preset NAME     ${presetIds.join(', ')},
                    or the name of a preset of your own
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

/**
 * @param args what follows the program's own name and folder
 * @param strict refuse unknown options; the desktop app lets Chromium's switches pass
 * @throws AppError `invalid-input` with a sentence for the terminal
 */
export function parseCommandLine(args: string[], strict: boolean): CommandLine {
  let parsed;
  try {
    parsed = parseArgs({ args, options, strict, allowPositionals: !strict });
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('. ')[0] ?? '') : '';
    throw new AppError('invalid-input', `${reason}. See --help.`);
  }
  const { values, positionals } = parsed;
  if (strict && (values['quick-ask'] === true || values.new === true || values.hidden === true)) {
    throw new AppError('invalid-input', '--quick-ask, --new and --hidden belong to the window. See --help.');
  }
  const text = (value: string | boolean | undefined): string | undefined =>
    typeof value === 'string' ? value : undefined;
  return {
    ask: text(values.ask) ?? null,
    continueNewest: values.continue === true,
    json: values.json === true,
    modelPath: text(values.model) ?? null,
    presetName: text(values.preset) ?? null,
    seed: parseSeed(text(values.seed)),
    dataFolder: text(values.data) ?? null,
    conversion: parseConversion(text(values.convert), text(values.type), text(values.out)),
    quickAsk: values['quick-ask'] === true,
    newConversation: values.new === true,
    hidden: values.hidden === true,
    link: positionals.find((word) => word.startsWith(`${linkScheme}:`)) ?? null,
    help: values.help === true,
    version: values.version === true,
  };
}
