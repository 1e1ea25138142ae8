import { parseArgs } from 'node:util';
import { AppError } from '../preload/contract/errors.ts';
import { exportFormats } from '../preload/contract/exchange.ts';
import { conversionTypes, defaultConversionType } from '../preload/contract/library.ts';
import { presetIds } from '../preload/contract/presets.ts';
import { linkScheme } from './identity.ts';
import { parseTask, taskOptions, type TerminalTask } from './terminal-tasks.ts';

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
  /** Something else to do in the terminal, or null. */
  task: TerminalTask | null;
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
  ...taskOptions,
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
  npm start -- --list              list conversations with their ids
  npm start -- --search TEXT       find titles and messages by what they say, with their ids
  npm start -- --export FILE|DIR   write conversations to a file, or to a file each in a folder
  npm start -- --import FILE|DIR   bring conversations in; nothing that is there is ever replaced
  npm start -- --backup FILE       write a checked copy of the database; no file is ever replaced
  npm start -- --convert DIR       convert a checkpoint to a GGUF file
  npm start -- --sampling-report PROMPTS.jsonl --config CONFIG.json --out REPORT.json
                                   answer every prompt under every sampling config; the same line goes on
  npm start -- --compare A.json B.json
                                   how two sampling reports differ

Options
  --continue        ask in the newest conversation instead of a new one
  --json            print JSON, for programs
  --model FILE      use this GGUF for this run
  --preset NAME     ${presetIds.join(', ')},
                    or the name of a preset of your own
  --seed N          0 to 4294967295; the same seed gives the same answer
  --data DIR        keep conversations in DIR instead of the usual folder
  --all, --ids A,B  with --export: all conversations, or those with these ids;
                    --all with --search: all that is found, not the first 50 only
  --format FORMAT   with --export: ${exportFormats.join(', ')} (default: as the name of the file says)
  --branches WHICH  with --export: all (default) or active
  --dry-run         with --import: tell what would happen, and write nothing
  --type TYPE       with --convert: ${conversionTypes.join(', ')}
                    (default ${defaultConversionType})
  --out FILE        with --convert: the file to write (default DIR-TYPE.gguf); with --compare: a page to draw
  --help            this text
  --version         the version of the app

Exit code 0 means that there is an answer, a finished file, or something that was found.
`;

function parseSeed(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const seed = Number(text);
  if (!/^\d+$/.test(text) || seed > 0xffff_ffff) {
    throw new AppError('invalid-input', `--seed takes a whole number from 0 to 4294967295, not "${text}".`);
  }
  return seed;
}

/**
 * @param args what follows the program's own name and folder
 * @param strict refuse unknown options; the desktop app lets Chromium's switches pass
 * @throws AppError `invalid-input` with a sentence for the terminal
 */
export function parseCommandLine(args: string[], strict: boolean): CommandLine {
  let parsed;
  try {
    parsed = parseArgs({ args, options, strict, allowPositionals: true });
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('. ')[0] ?? '') : '';
    throw new AppError('invalid-input', `${reason}. See --help.`);
  }
  const { values, positionals } = parsed;
  const [stray] = positionals;
  if (strict && stray !== undefined && values.compare === undefined) {
    throw new AppError('invalid-input', `"${stray}" belongs to no option. See --help.`);
  }
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
    task: strict ? parseTask(values, positionals, parseSeed(text(values.seed))) : null,
    quickAsk: values['quick-ask'] === true,
    newConversation: values.new === true,
    hidden: values.hidden === true,
    link: positionals.find((word) => word.startsWith(`${linkScheme}:`)) ?? null,
    help: values.help === true,
    version: values.version === true,
  };
}
