import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { AppError, toErrorReport } from '../../preload/contract/errors.ts';
import { helpText, parseCommandLine, type CommandLine } from '../arguments.ts';
import { openCore } from '../core.ts';
import { createJobStarter } from '../installation/client.ts';
import { appPlaces } from '../places.ts';
import { defaultDataFolder } from '../services/data-folder.ts';
import { ask } from './ask.ts';
import { convert } from './convert.ts';

/** Entry of the terminal: the same services as the desktop app, without a window. Runs under plain Node. */

const root = resolve(import.meta.dirname, '..', '..');

async function run(commandLine: CommandLine, question: string): Promise<boolean> {
  const { dataFolder, modelPath } = commandLine;
  const core = await openCore({
    ...appPlaces(root, 'sources'),
    dataFolder: dataFolder === null ? defaultDataFolder(process.platform, process.env, homedir()) : resolve(dataFolder),
    modelOverride: modelPath === null ? null : resolve(modelPath),
  });
  try {
    return await ask(core, question, commandLine, process);
  } finally {
    await core.dispose();
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
  if (commandLine.conversion !== null) {
    const { nodePath, installationEntry } = appPlaces(root, 'sources');
    const startJob = createJobStarter({ nodePath, entryPath: installationEntry });
    await convert(commandLine.conversion, commandLine.json, startJob, process);
    return 0;
  }
  if (commandLine.ask === null || commandLine.ask.trim() === '') {
    throw new AppError('invalid-input', 'There is no question. Say --ask "…"; see --help.');
  }
  return (await run(commandLine, commandLine.ask)) ? 0 : 1;
}

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
