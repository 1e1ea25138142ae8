import type { MenuCommand } from '../../../preload/contract/app.ts';
import { commandWords } from '../../lib/command-words.ts';
import { isMac } from '../../lib/platform.ts';

export interface Shortcut {
  readonly what: string;
  /** Keys for Linux and Windows; a Mac shows its own names. */
  readonly keys: readonly string[];
}

export interface ShortcutGroup {
  readonly title: string;
  readonly shortcuts: readonly Shortcut[];
}

const commands = Object.keys(commandWords) as MenuCommand[];

/** All keys of the main window: those of the menu, and those that the page itself handles. */
export const shortcutGroups: readonly ShortcutGroup[] = [
  {
    title: 'Question and answer',
    shortcuts: [
      { what: 'Send the question', keys: ['Enter'] },
      { what: 'New line', keys: ['Shift', 'Enter'] },
      { what: 'Stop the answer', keys: ['Esc'] },
      { what: 'Edit the question that has the focus', keys: ['E'] },
      { what: 'First message', keys: ['Ctrl', 'Home'] },
      { what: 'Newest message', keys: ['Ctrl', 'End'] },
      { what: 'Move a waiting question', keys: ['Alt', '↑', '↓'] },
      { what: 'Undo a deletion', keys: ['Ctrl', 'Z'] },
    ],
  },
  {
    title: 'In this window',
    shortcuts: [
      ...commands
        .map((command) => ({ what: commandWords[command].label, keys: commandWords[command].keys }))
        .filter(({ keys }) => keys.length > 0),
      { what: 'Larger', keys: ['Ctrl', '+'] },
      { what: 'Smaller', keys: ['Ctrl', '−'] },
      { what: 'Actual size', keys: ['Ctrl', '0'] },
      { what: 'Full screen', keys: isMac ? ['⌃', '⌘', 'F'] : ['F11'] },
      { what: 'Quit', keys: ['Ctrl', 'Q'] },
    ],
  },
  {
    title: 'In the list of conversations',
    shortcuts: [
      { what: 'Move', keys: ['↑', '↓'] },
      { what: 'First, last', keys: ['Home', 'End'] },
      { what: 'Open', keys: ['Enter'] },
      { what: 'Next title that begins with a letter', keys: ['A', '…', 'Z'] },
      { what: 'Everything that can be done', keys: ['Shift', 'F10'] },
      { what: 'Rename', keys: ['F2'] },
      { what: 'Delete', keys: ['Del'] },
      { what: 'Select one more', keys: ['Ctrl', 'Space'] },
      { what: 'Select up to here', keys: ['Shift', '↑', '↓'] },
      { what: 'Select all, or none', keys: ['Ctrl', 'A', 'Esc'] },
      { what: 'Open or close a folder', keys: ['→', '←'] },
    ],
  },
  {
    title: 'In the search',
    shortcuts: [
      { what: 'Move', keys: ['↑', '↓'] },
      { what: 'Open', keys: ['Enter'] },
      { what: 'Back, and from what was opened to the results', keys: ['Esc'] },
    ],
  },
  {
    title: 'In the quick window',
    shortcuts: [
      { what: 'Ask', keys: ['Enter'] },
      { what: 'Hide; the answer goes on', keys: ['Esc'] },
      { what: 'Continue in the main window', keys: ['Ctrl', 'O'] },
      { what: 'New conversation', keys: ['Ctrl', 'N'] },
      { what: 'Keep it open', keys: ['Ctrl', 'P'] },
      { what: 'Try again', keys: ['Ctrl', 'R'] },
      { what: 'Stop the answer', keys: ['Ctrl', '.'] },
      { what: 'Copy the answer', keys: ['Ctrl', 'Shift', 'C'] },
      { what: 'Continue a cut answer', keys: ['Ctrl', 'Shift', 'Enter'] },
    ],
  },
  {
    title: 'In models and settings',
    shortcuts: [
      { what: 'Back', keys: ['Esc'] },
      { what: 'Another part of the settings', keys: ['↑', '↓'] },
    ],
  },
];
