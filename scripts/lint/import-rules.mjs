// @ts-check
/**
 * Who may import whom, as ESLint rules. CONTRIBUTING.md says why; test/unit/import-rules.test.ts shows each rule fail
 * when it is broken.
 *
 * For one file only the last matching setting of a rule counts, so every area lists all that is forbidden in it.
 */
import { builtinModules } from 'node:module';

/**
 * Something that may not be imported.
 * @typedef {object} Ban
 * @property {string} regex of the import's source, as it is written in the file
 * @property {string} message
 * @property {boolean} [typesAllowed]
 * @property {string[]} [names] forbids only these names
 */

/**
 * A piece of syntax that is forbidden.
 * @typedef {object} SyntaxBan
 * @property {string} selector
 * @property {string} message
 */

/**
 * @typedef {object} Area
 * @property {string[]} files
 * @property {string[]} [ignores]
 * @property {Ban[]} bans
 * @property {SyntaxBan[]} [syntax]
 */

const bareBuiltins = builtinModules.filter((name) => !name.startsWith('_') && !name.startsWith('node:'));

/**
 * A relative path up to one of the folders at the top of the project.
 * @param {string} rest what follows the "../"s, as a regular expression
 * @returns {string}
 */
function upTo(rest) {
  return `^(\\.\\./)+${rest}`;
}

/** @type {Ban} */
const electron = { regex: '^electron($|/)', message: 'No Electron here: its facts reach this folder as arguments.' };
/** @type {Ban} */
const electronIpc = {
  regex: '^electron($|/)',
  names: ['ipcMain', 'ipcRenderer'],
  message: 'Only main/ipc uses ipcMain, only preload uses ipcRenderer.',
};
/** @type {Ban} */
const nodeBuiltins = {
  regex: `^(node:|(${bareBuiltins.join('|')})(/|$))`,
  message: 'No Node here: this code runs in a sandboxed page.',
};
/** @type {Ban} */
const nativePackages = {
  regex: '^(better-sqlite3|node-llama-cpp|koffi)($|/)',
  message: 'Native code belongs to main.',
};
/** @type {Ban} */
const llama = {
  regex: '^(node-llama-cpp|@node-llama-cpp)($|/)',
  message: 'Only llama.ts and llama-vocabulary.ts in main/engine/process talk to node-llama-cpp.',
};
/** @type {Ban} */
const koffi = {
  regex: '^koffi($|/)',
  message: 'Only main/installation/process/quantization/ggml.ts calls functions of native libraries.',
};
/** @type {Ban} */
const renderer = { regex: upTo('renderer/'), message: 'The windows import from here, not the other way round.' };
/** @type {Ban} */
const preloadBeyondContract = {
  regex: upTo('preload/(?!contract/)'),
  message: 'Of preload, only the contract may be imported.',
};
/** @type {Ban} */
const database = {
  regex: '(^|/)database/',
  message: 'The processes of main hold no truth: they know nothing of the database.',
};
/** @type {Ban} */
const engine = { regex: '(^|/)engine/', message: 'The database knows nothing of the engine.' };

const toolsOnly = { selector: 'ExportDefaultDeclaration', message: 'Give it a name: no default exports.' };
const toolsOnlyRenamed = {
  selector: "ExportSpecifier[exported.name='default']",
  message: 'Give it a name: no default exports.',
};
const defaultExports = [toolsOnly, toolsOnlyRenamed];

const webContentsMessage = 'Only main/ipc sends to windows, so that every message goes by the contract.';
const sendNames = '/^(send|sendToFrame|postMessage)$/';
/** `window.webContents.send(…)`, `webContents.send(…)`, `webContents.ipc`, and ways around the import. */
const ipcSyntax = [
  {
    selector: `CallExpression[callee.property.name=${sendNames}][callee.object.property.name='webContents']`,
    message: webContentsMessage,
  },
  {
    selector: `CallExpression[callee.property.name=${sendNames}][callee.object.name='webContents']`,
    message: webContentsMessage,
  },
  {
    selector: "MemberExpression[property.name='ipc'][object.property.name='webContents']",
    message: webContentsMessage,
  },
  { selector: "MemberExpression[property.name='ipc'][object.name='webContents']", message: webContentsMessage },
  { selector: "MemberExpression[property.name='ipcMain']", message: electronIpc.message },
  { selector: "MemberExpression[property.name='ipcRenderer']", message: electronIpc.message },
];

const replaceMessage = 'INSERT OR REPLACE deletes the row, and with it what refers to it. Use INSERT … ON CONFLICT.';
const replacePattern = '/(insert\\s+or\\s+replace|replace\\s+into)\\b/i';
const replaceSyntax = [
  { selector: `Literal[value=${replacePattern}]`, message: replaceMessage },
  { selector: `TemplateElement[value.raw=${replacePattern}]`, message: replaceMessage },
];

const everywhereInMain = [electronIpc, llama, koffi, renderer, preloadBeyondContract];
const mainWithoutElectron = [electron, llama, koffi, renderer, preloadBeyondContract];

/**
 * From the general to the particular: the last that matches a file holds for it.
 * @type {Area[]}
 */
export const areas = [
  { files: ['main/**/*.ts'], bans: everywhereInMain, syntax: ipcSyntax },
  {
    files: ['main/ipc/**/*.ts'],
    bans: [{ ...electronIpc, names: ['ipcRenderer'] }, llama, koffi, renderer, preloadBeyondContract],
  },
  {
    files: ['main/services/**/*.ts', 'main/cli/**/*.ts', 'main/engine/**/*.ts'],
    bans: mainWithoutElectron,
    syntax: ipcSyntax,
  },
  { files: ['main/engine/process/**/*.ts'], bans: [...mainWithoutElectron, database], syntax: ipcSyntax },
  {
    files: ['main/engine/process/llama.ts', 'main/engine/process/llama-vocabulary.ts'],
    bans: [electron, koffi, renderer, preloadBeyondContract, database],
    syntax: ipcSyntax,
  },
  { files: ['main/installation/**/*.ts'], bans: [...mainWithoutElectron, database], syntax: ipcSyntax },
  {
    files: ['main/installation/process/quantization/ggml.ts'],
    bans: [electron, llama, renderer, preloadBeyondContract, database],
    syntax: ipcSyntax,
  },
  {
    files: ['main/database/**/*.ts'],
    bans: [...mainWithoutElectron, engine],
    syntax: [...ipcSyntax, ...replaceSyntax],
  },
  {
    files: ['preload/**/*.ts'],
    bans: [
      nodeBuiltins,
      nativePackages,
      { regex: upTo('(main|renderer|resources|test|scripts)/'), message: 'preload imports Electron and preload only.' },
      {
        regex: '(^|/)contract/(?!channels\\.ts$)',
        typesAllowed: true,
        message: 'Of the contract, preload takes only channels as a value, so that zod stays out of its bundle.',
      },
      { regex: '^zod($|/)', message: 'zod stays out of the bundle of preload.' },
    ],
  },
  {
    files: ['preload/contract/**/*.ts'],
    bans: [
      electron,
      nodeBuiltins,
      nativePackages,
      { regex: '^\\.\\./', message: 'The contract stands by itself: it imports nothing outside its folder.' },
    ],
  },
  {
    files: ['renderer/**/*.ts', 'renderer/**/*.svelte'],
    bans: [
      electron,
      nodeBuiltins,
      nativePackages,
      { regex: upTo('(main|resources|test|scripts)/'), message: 'The windows import from renderer only.' },
      preloadBeyondContract,
      {
        regex: upTo('preload/contract/(?!(errors|app-pages|page-link-text|guide|skip-reasons)\\.ts$)'),
        typesAllowed: true,
        message: 'Of the contract, a window takes values only from files without a schema; of the rest only types.',
      },
    ],
  },
];

/** Files in which a default export is what a tool or Svelte asks for. */
const withDefaultExports = ['*.config.ts', '*.config.js'];

/**
 * The rules as parts of a flat configuration.
 * @returns {import('eslint').Linter.Config[]}
 */
export function importRuleConfigs() {
  return [
    {
      name: 'project/default-exports',
      files: ['**/*.ts'],
      ignores: withDefaultExports,
      rules: { 'no-restricted-syntax': ['error', ...defaultExports] },
    },
    ...areas.map((area) => ({
      name: `project/imports/${area.files.join(',')}`,
      files: area.files,
      rules: rulesOf(area),
    })),
  ];
}

/**
 * @param {Area} area
 * @returns {import('eslint').Linter.RulesRecord}
 */
function rulesOf(area) {
  const patterns = area.bans.map((ban) => ({
    regex: ban.regex,
    message: ban.message,
    ...(ban.typesAllowed === true ? { allowTypeImports: true } : {}),
    ...(ban.names === undefined ? {} : { importNames: ban.names }),
  }));
  return {
    '@typescript-eslint/no-restricted-imports': ['error', { patterns }],
    'no-restricted-syntax': ['error', ...defaultExports, ...area.bans.flatMap(dynamicImports), ...(area.syntax ?? [])],
  };
}

/**
 * The same ban for `await import('…')` and `import('…').Type`, which the import rule does not look at.
 * @param {Ban} ban
 * @returns {SyntaxBan[]}
 */
function dynamicImports(ban) {
  // Names cannot be told apart in a dynamic import; where a module as a whole is allowed, so is this.
  if (ban.names !== undefined) return [];
  const pattern = `/${ban.regex.replaceAll('/', '\\/')}/`;
  const imports = [{ selector: `ImportExpression[source.value=${pattern}]`, message: ban.message }];
  if (ban.typesAllowed === true) return imports;
  return [...imports, { selector: `TSImportType[source.value=${pattern}]`, message: ban.message }];
}
