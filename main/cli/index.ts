import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { AppError, toErrorReport } from '../../preload/contract/errors.ts';
import { helpText, parseCommandLine, type CommandLine } from '../arguments.ts';
import { openCore, type Core } from '../core.ts';
import { createJobStarter } from '../installation/client.ts';
import { appPlaces, type AppLayout } from '../places.ts';
import { defaultDataFolder } from '../services/data-folder.ts';
import type { TerminalTask } from '../terminal-tasks.ts';
import { ask } from './ask.ts';
import { backUp } from './backup.ts';
import { compareFiles } from './compare-reports.ts';
import { convert } from './convert.ts';
import { exportConversations } from './export.ts';
import { importFile } from './import.ts';
import { listConversations } from './list.ts';
import { printingOf } from './printing.ts';
import { sampleReport } from './sampling-report.ts';
import { searchConversations } from './search.ts';

/** Entry of the terminal: the same services as the desktop app, without a window. Runs under plain Node. */

const layout: AppLayout = import.meta.filename.endsWith('.ts') ? 'sources' : 'packaged';
const root = resolve(import.meta.dirname, '..', '..');

/** Does something with the core, and puts it away whatever comes of it. */
async function withCore<T>({ dataFolder, modelPath }: CommandLine, work: (core: Core) => Promise<T>): Promise<T> {
  const places = appPlaces(root, layout);
  const printing = printingOf(process.env, places);
  const core = await openCore({
    ...places,
    dataFolder: dataFolder === null ? defaultDataFolder(process.platform, process.env, homedir()) : resolve(dataFolder),
    modelOverride: modelPath === null ? null : resolve(modelPath),
    printPage: printing?.printPage,
  });
  try {
    return await work(core);
  } finally {
    await core.dispose();
    await printing?.dispose();
  }
}

/** @returns whether there is what was asked for */
async function perform(task: TerminalTask, commandLine: CommandLine): Promise<boolean> {
  const { json } = commandLine;
  switch (task.kind) {
    case 'convert': {
      const { nodePath, installationEntry } = appPlaces(root, layout);
      await convert(task.order, json, createJobStarter({ nodePath, entryPath: installationEntry }), process);
      return true;
    }
    case 'compare':
      await compareFiles(task.order, json, process);
      return true;
    case 'sampling-report':
      return withCore(commandLine, (core) => sampleReport(core, task.order, json, process));
    case 'export':
      await withCore(commandLine, (core) => exportConversations(core, { ...task.order, json }, process));
      return true;
    case 'import':
      await withCore(commandLine, (core) => importFile(core, { ...task.order, json }, process));
      return true;
    case 'backup':
      await withCore(commandLine, (core) => backUp(core, { ...task.order, json }, process));
      return true;
    case 'search':
      return withCore(commandLine, (core) => searchConversations(core, { ...task.order, json }, process));
    case 'list':
      await withCore(commandLine, (core) => listConversations(core, json, process));
      return true;
  }
}

async function main(): Promise<number> {
  const commandLine = parseCommandLine(process.argv.slice(2), true);
  if (commandLine.help) {
    process.stdout.write(helpText);
    return 0;
  }
  if (commandLine.version) {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    process.stdout.write(`${version}\n`);
    return 0;
  }
  const { task } = commandLine;
  if (task !== null) return (await perform(task, commandLine)) ? 0 : 1;
  if (commandLine.ask === null || commandLine.ask.trim() === '') {
    throw new AppError('invalid-input', 'There is no question. Say --ask "…"; see --help.');
  }
  const question = commandLine.ask;
  return (await withCore(commandLine, (core) => ask(core, question, commandLine, process))) ? 0 : 1;
}

// Whoever reads along has seen enough, as `head` has. What was done so far is kept.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const report = toErrorReport(error);
    const cause = report.code === 'internal' ? ` (${String(report.details['cause'])})` : '';
    process.stderr.write(`${report.message}${cause}\n`);
    process.exitCode = 1;
  },
);
