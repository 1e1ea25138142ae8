import type { MenuCommand } from '../../preload/contract/app.ts';
import { appName } from './words.ts';

/** What the commands of the menu are called elsewhere, and their keys there; on a Mac `Ctrl` is shown as ⌘. */
export const commandWords: Record<MenuCommand, { label: string; keys: readonly string[] }> = {
  'new-conversation': { label: 'New conversation', keys: ['Ctrl', 'N'] },
  'new-temporary-conversation': { label: 'New temporary conversation', keys: ['Ctrl', 'Shift', 'T'] },
  'show-palette': { label: 'Find a conversation or command', keys: ['Ctrl', 'K'] },
  find: { label: 'Search in all conversations', keys: ['Ctrl', 'F'] },
  'rename-conversation': { label: 'Rename this conversation', keys: ['F2'] },
  'pin-conversation': { label: 'Pin or unpin this conversation', keys: [] },
  'archive-conversation': { label: 'Archive this conversation, or move it back', keys: [] },
  'show-map': { label: 'Map of this conversation', keys: ['Ctrl', 'J'] },
  'export-conversation': { label: 'Export this conversation', keys: [] },
  'print-conversation': { label: 'Print this conversation', keys: ['Ctrl', 'P'] },
  'copy-conversation': { label: 'Copy this conversation as Markdown', keys: [] },
  'delete-conversation': { label: 'Delete this conversation', keys: ['Ctrl', 'Shift', 'Backspace'] },
  'previous-conversation': { label: 'Previous conversation', keys: ['Ctrl', 'PageUp'] },
  'next-conversation': { label: 'Next conversation', keys: ['Ctrl', 'PageDown'] },
  'retry-answer': { label: 'Try the answer again', keys: ['Ctrl', 'R'] },
  'continue-answer': { label: 'Continue the answer', keys: ['Ctrl', 'Shift', 'Enter'] },
  'copy-answer': { label: 'Copy the answer', keys: ['Ctrl', 'Shift', 'C'] },
  'toggle-sidebar': { label: 'Show or hide the list', keys: ['Ctrl', 'B'] },
  'focus-composer': { label: 'Go to the text box', keys: ['Ctrl', 'L'] },
  'quick-ask': { label: 'Open the quick window', keys: ['Ctrl', 'Shift', 'N'] },
  'show-models': { label: 'Models', keys: ['Ctrl', 'Shift', 'M'] },
  'show-trash': { label: 'Trash', keys: [] },
  'show-settings': { label: 'Settings', keys: ['Ctrl', ','] },
  'show-shortcuts': { label: 'Keyboard shortcuts', keys: ['Ctrl', '/'] },
  'show-about': { label: `About ${appName}`, keys: [] },
};
