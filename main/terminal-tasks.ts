import { idSchema } from '../preload/contract/conversations.ts';
import { AppError } from '../preload/contract/errors.ts';
import { branchChoices, exportFormats, type Branches, type ExportFormat } from '../preload/contract/exchange.ts';
import { conversionTypes, defaultConversionType, type ConversionType } from '../preload/contract/library.ts';

/** What `--convert` asks for. */
export interface ConversionOrder {
  /** A checkpoint as Hugging Face publishes it. */
  folder: string;
  type: ConversionType;
  /** Null: beside the folder, named after it and the type. */
  outPath: string | null;
}

/** What the terminal can do besides answering a question; one of them at a time. */
export type TerminalTask =
  | { kind: 'convert'; order: ConversionOrder }
  | {
      kind: 'export';
      order: { path: string; format: ExportFormat | null; conversationIds: string[] | null; branches: Branches };
    }
  | { kind: 'import'; order: { path: string; isDryRun: boolean } }
  | { kind: 'list' }
  | { kind: 'search'; order: { text: string; isAll: boolean } }
  | { kind: 'backup'; order: { path: string } }
  | {
      kind: 'sampling-report';
      order: { promptsPath: string; configPath: string; outPath: string; seed: number | undefined };
    }
  | { kind: 'compare'; order: { leftPath: string; rightPath: string; outPath: string | null } };

/** The options that belong to these tasks, in the form of `node:util`'s `parseArgs`. */
export const taskOptions = {
  convert: { type: 'string' },
  type: { type: 'string' },
  out: { type: 'string' },
  export: { type: 'string' },
  format: { type: 'string' },
  all: { type: 'boolean', default: false },
  ids: { type: 'string' },
  branches: { type: 'string' },
  import: { type: 'string' },
  'dry-run': { type: 'boolean', default: false },
  list: { type: 'boolean', default: false },
  search: { type: 'string' },
  backup: { type: 'string' },
  'sampling-report': { type: 'string' },
  config: { type: 'string' },
  compare: { type: 'string' },
} as const;

type Values = Partial<Record<keyof typeof taskOptions, string | boolean>>;

const tasks = ['convert', 'export', 'import', 'list', 'search', 'backup', 'sampling-report', 'compare'] as const;
type TaskName = (typeof tasks)[number];

/** Which options each task takes besides its own. */
const companions: Record<TaskName, readonly (keyof Values)[]> = {
  convert: ['type', 'out'],
  export: ['format', 'all', 'ids', 'branches'],
  import: ['dry-run'],
  list: [],
  search: ['all'],
  backup: [],
  'sampling-report': ['config', 'out'],
  compare: ['out'],
};

function isGiven(value: string | boolean | undefined): boolean {
  return value !== undefined && value !== false;
}

function oneOf<T extends string>(text: string, known: readonly T[], what: string): T {
  const found = known.find((each) => each.toLowerCase() === text.toLowerCase());
  if (found !== undefined) return found;
  throw new AppError('invalid-input', `There is no ${what} "${text}". There are: ${known.join(', ')}.`);
}

function parseId(text: string): string {
  const { data } = idSchema.safeParse(text.trim());
  if (data !== undefined) return data;
  throw new AppError('invalid-input', `"${text.trim()}" is no id of a conversation. --list tells them.`);
}

/**
 * The task that a command line asks for, or null.
 *
 * @param others what stands without an option: the second report of a comparison
 * @throws AppError `invalid-input` with a sentence for the terminal
 */
export function parseTask(values: Values, others: readonly string[], seed: number | undefined): TerminalTask | null {
  const given = (Object.keys(taskOptions) as (keyof Values)[]).filter((name) => isGiven(values[name]));
  const [task, second] = tasks.filter((name) => given.includes(name));
  if (task === undefined) {
    const [stray] = given;
    if (stray === undefined) return null;
    throw new AppError('invalid-input', `--${stray} belongs to another option. See --help.`);
  }
  const stray = given.find((name) => name !== task && !companions[task].includes(name));
  if (second !== undefined || stray !== undefined) {
    throw new AppError('invalid-input', `--${second ?? stray ?? ''} does not go with --${task}. See --help.`);
  }
  const text = (name: keyof Values): string | null => {
    const value = values[name];
    if (value === '') throw new AppError('invalid-input', `--${name} says nothing. See --help.`);
    return typeof value === 'string' ? value : null;
  };
  const needed = (name: keyof Values, what: string): string => {
    const value = text(name);
    if (value === null) throw new AppError('invalid-input', `--${task} needs --${name} ${what}. See --help.`);
    return value;
  };

  switch (task) {
    case 'convert': {
      const type = oneOf(text('type') ?? defaultConversionType, conversionTypes, 'type');
      return { kind: task, order: { folder: needed('convert', 'DIR'), type, outPath: text('out') } };
    }
    case 'export': {
      const ids = text('ids');
      if ((ids === null) !== (values.all === true)) {
        throw new AppError('invalid-input', 'Say which conversations to export: --all, or --ids with ids of --list.');
      }
      const format = text('format');
      const order = {
        path: needed('export', 'FILE'),
        format: format === null ? null : oneOf(format, exportFormats, 'format'),
        conversationIds: ids === null ? null : ids.split(',').map(parseId),
        branches: oneOf<Branches>(text('branches') ?? 'all', branchChoices, 'choice of branches'),
      };
      return { kind: task, order };
    }
    case 'import':
      return { kind: task, order: { path: needed('import', 'FILE|DIR'), isDryRun: values['dry-run'] === true } };
    case 'list':
      return { kind: task };
    case 'search':
      return { kind: task, order: { text: needed('search', 'TEXT'), isAll: values.all === true } };
    case 'backup':
      return { kind: task, order: { path: needed('backup', 'FILE') } };
    case 'sampling-report': {
      const [configPath, outPath] = [needed('config', 'CONFIG.json'), needed('out', 'REPORT.json')];
      return { kind: task, order: { promptsPath: needed(task, 'PROMPTS.jsonl'), configPath, outPath, seed } };
    }
    case 'compare': {
      const [rightPath, ...more] = others;
      if (rightPath === undefined || more.length > 0) {
        throw new AppError('invalid-input', '--compare takes two reports: --compare A.json B.json.');
      }
      return { kind: task, order: { leftPath: needed('compare', 'A.json'), rightPath, outPath: text('out') } };
    }
  }
}
