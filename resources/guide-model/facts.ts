/**
 * What the answers say about the app, taken from the app's own constants: every `{{name}}` of the data and its text.
 *
 * Build-time code, so it may look into every room of the house.
 */
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { linkScheme, productName } from '../../main/identity.ts';
import { defaultDataFolder, placesIn } from '../../main/services/data-folder.ts';
import { shortcutGroups } from '../../renderer/features/help/shortcuts.ts';
import { keysOf } from '../../renderer/lib/accelerator.ts';
import { commandWords } from '../../renderer/lib/command-words.ts';
import { pageWords } from '../../renderer/lib/words.ts';
import { defaults, limitFacts, modelFacts, presetFacts, root, type Fact } from './facts-figures.ts';

// Its types reach into the window's stores, which this project of TypeScript does not hold.
const settingsWords = (await import(join(root, 'renderer', 'lib', 'settings-words.ts'))) as {
  sectionWords: Record<string, string>;
};

/** Roughly; a test compares it with the file. */
export const GUIDE_SIZE = '21 MB';

/** The pages and settings that a link in an answer may open, by what follows `oasst://open/`, with their names. */
const openings: Record<string, string> = {
  models: pageWords.models,
  trash: pageWords.trash,
  search: pageWords.search,
  shortcuts: commandWords['show-shortcuts'].label,
  settings: pageWords.settings,
  ...Object.fromEntries(Object.entries(settingsWords.sectionWords).map(([id, label]) => [`settings/${id}`, label])),
};

/** The addresses of the links that an answer may hold. */
export const linkTargets: readonly string[] = Object.keys(openings).map((target) => `${linkScheme}://open/${target}`);

/** Keys as an answer names them: `Ctrl+F`, `Alt+↑/↓`. */
function keysText(keys: readonly string[]): string {
  return keys.join('+').replace('↑+↓', '↑/↓');
}

function bold(keys: readonly string[]): string {
  return `**${keysText(keys)}**`;
}

/** The keys that the app's own list of shortcuts names beside some words. */
function keysFor(title: string, what: string): readonly string[] {
  const group = shortcutGroups.find((g) => g.title === title);
  const shortcut = group?.shortcuts.find((s) => s.what === what);
  if (shortcut === undefined) throw new Error(`the app lists no keys for "${what}" under "${title}"`);
  return shortcut.keys;
}

function keyFacts(): Fact[] {
  const commands = Object.entries(commandWords).flatMap(([command, { keys }]): Fact[] =>
    keys.length > 0 ? [[command, bold(keys)]] : [],
  );
  const listed = {
    'Question and answer': {
      ...{ send: 'Send the question', 'new-line': 'New line', stop: 'Stop the answer' },
      ...{ edit: 'Edit the question that has the focus', undo: 'Undo a deletion' },
      ...{ 'first-message': 'First message', 'newest-message': 'Newest message' },
      'move-question': 'Move a waiting question',
    },
    'In this window': {
      ...{ larger: 'Larger', smaller: 'Smaller', 'actual-size': 'Actual size' },
      ...{ 'full-screen': 'Full screen', quit: 'Quit' },
    },
    'In the list of conversations': {
      ...{ menu: 'Everything that can be done', 'list-delete': 'Delete', 'select-more': 'Select one more' },
      ...{ 'select-range': 'Select up to here', 'select-all': 'Select all, or none' },
    },
    'In the quick window': {
      ...{ 'quick-stop': 'Stop the answer', 'quick-open': 'Continue in the main window' },
      ...{ 'quick-new': 'New conversation', 'quick-pin': 'Keep it open', 'quick-copy': 'Copy the answer' },
      ...{ 'quick-retry': 'Try again', 'quick-continue': 'Continue a cut answer' },
      'quick-hide': 'Hide; the answer goes on',
    },
  };
  const others = Object.entries(listed).flatMap(([title, group]) =>
    Object.entries(group).map(([name, what]): Fact => [name, bold(keysFor(title, what))]),
  );
  // The Edit menu's, which Electron makes by itself.
  const copy: Fact = ['copy', bold(['Ctrl', 'C'])];
  const global: Fact = ['global', bold(keysOf(defaults.quickAskShortcut ?? '', false))];
  return [...commands, ...others, copy, global].map(([name, text]) => [`key.${name}`, text]);
}

function openFacts(): Fact[] {
  return Object.entries(openings).map(([target, label]) => [
    `open.${target.replace('/', '.')}`,
    `[${label}](${linkScheme}://open/${target})`,
  ]);
}

/** Folders as people write them: `~` for their own. */
function pathFacts(): Fact[] {
  const folder = (platform: NodeJS.Platform): string => {
    const parts = defaultDataFolder(platform, { APPDATA: '%APPDATA%' }, '~').split(/[\\/]/);
    return parts.join(platform === 'win32' ? '\\' : '/');
  };
  const places = placesIn(defaultDataFolder('linux', {}, '~'));
  const code = (text: string): string => `\`${text}\``;
  return [
    ['path.data', code(folder('linux'))],
    ['path.data-windows', code(folder('win32'))],
    ['path.data-mac', code(folder('darwin'))],
    ['file.database', code(basename(places.databasePath))],
    ['folder.models', code(basename(places.modelsFolder))],
    ['folder.cache', code(basename(places.cacheFolder))],
    ['folder.backups', code(basename(places.backupsFolder))],
    ['folder.browser', code(basename(places.browserFolder))],
  ];
}

const app = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  version: string;
  homepage: string;
  license: string;
  engines: { node: string };
};
const licences: Record<string, string> = { 'Apache-2.0': 'Apache License 2.0' };

/** Every fact by its name. */
export const facts: ReadonlyMap<string, string> = new Map([
  ...keyFacts(),
  ...openFacts(),
  ...pathFacts(),
  ...(await modelFacts()),
  ...presetFacts(),
  ...limitFacts(),
  ['app.name', productName],
  ['app.version', app.version],
  ['app.homepage', app.homepage],
  ['app.licence', licences[app.license] ?? app.license],
  ['node.minimum', app.engines.node.replace('>=', '')],
  ['guide.size', GUIDE_SIZE],
]);

/** A text of the data with its facts filled in; a name that is no fact stays, for `validate` to report. */
export function fillFacts(text: string): string {
  return text.replace(/\{\{([^{}]*)\}\}/g, (place, name: string) => facts.get(name) ?? place);
}
