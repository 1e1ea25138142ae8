// @ts-check
/**
 * Who gets the arguments of `npm start -- …`: the terminal program (main/cli) or the windowed app.
 */

import { parseArgs } from 'node:util';

/**
 * Arguments that mean the terminal, wherever they stand. `--continue` is an option of `--ask`.
 * @type {readonly string[]}
 */
const terminalCommands = [
  '--ask',
  '--help',
  '-h',
  '--version',
  '--continue',
  '--convert',
  '--export',
  '--import',
  '--list',
  '--sampling-report',
  '--compare',
];

/**
 * @param {readonly string[]} args
 * @returns {boolean} whether they are for the terminal program
 */
export function isForTerminal(args) {
  return args.some((argument) => terminalCommands.includes(argument.split('=')[0] ?? ''));
}

/**
 * @param {readonly string[]} args of the terminal program
 * @returns {boolean} whether they ask for PDFs, which only Electron can make
 */
export function needsPrinting(args) {
  const options = /** @type {const} */ ({ export: { type: 'string' }, format: { type: 'string' } });
  const { values } = parseArgs({ args: [...args], options, strict: false });
  if (typeof values.export !== 'string') return false;
  if (typeof values.format === 'string') return values.format.toLowerCase() === 'pdf';
  return /\.pdf(\.gz)?$/i.test(values.export);
}

/**
 * @typedef {object} TestSelection
 * @property {string[]} layers vitest projects to run, but for the package
 * @property {boolean} endToEnd whether to run Playwright
 * @property {boolean} package whether to try the package
 * @property {string | undefined} name only tests whose name matches
 * @property {string[]} files parts of file names to run
 */

/** The layers that run in vitest before the others; `e2e` is Playwright's, and `package` comes last. */
const testLayers = /** @type {const} */ (['unit', 'integration', 'engine', 'component']);

/**
 * Reads the arguments of `npm test -- [layer …] [part of a file name …] [-t NAME]`.
 * @param {readonly string[]} args
 * @returns {TestSelection}
 */
export function readTestSelection(args) {
  /** @type {TestSelection} */
  const selection = { layers: [], endToEnd: false, package: false, name: undefined, files: [] };
  for (let index = 0; index < args.length; index += 1) {
    const argument = args[index] ?? '';
    if (argument === '-t') {
      index += 1;
      selection.name = args[index];
    } else if (argument === 'e2e') {
      selection.endToEnd = true;
    } else if (argument === 'package') {
      selection.package = true;
    } else if (/** @type {readonly string[]} */ (testLayers).includes(argument)) {
      selection.layers.push(argument);
    } else {
      selection.files.push(argument);
    }
  }
  if (selection.layers.length === 0 && !selection.endToEnd && !selection.package) {
    return { ...selection, layers: [...testLayers], endToEnd: true, package: true };
  }
  return selection;
}
