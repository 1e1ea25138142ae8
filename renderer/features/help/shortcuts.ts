export interface Shortcut {
  readonly what: string;
  /** Keys for Linux and Windows; on a Mac `Ctrl` is shown as ⌘. */
  readonly keys: readonly string[];
}

export interface ShortcutGroup {
  readonly title: string;
  readonly shortcuts: readonly Shortcut[];
}

/** Keys that the page itself handles. Those of the menu stand beside its entries. */
export const shortcutGroups: readonly ShortcutGroup[] = [
  {
    title: 'Question and answer',
    shortcuts: [
      { what: 'Send the question', keys: ['Enter'] },
      { what: 'New line', keys: ['Shift', 'Enter'] },
      { what: 'Stop the answer', keys: ['Esc'] },
      { what: 'Undo a deletion', keys: ['Ctrl', 'Z'] },
    ],
  },
  {
    title: 'On the models page',
    shortcuts: [{ what: 'Back to the conversation', keys: ['Esc'] }],
  },
  {
    title: 'In the list of conversations',
    shortcuts: [
      { what: 'Move', keys: ['↑', '↓'] },
      { what: 'First, last', keys: ['Home', 'End'] },
      { what: 'Open', keys: ['Enter'] },
      { what: 'Rename', keys: ['F2'] },
      { what: 'Delete', keys: ['Del'] },
    ],
  },
];

/** Mac keyboards name two of the keys differently. */
export function keyLabel(key: string, isMac: boolean): string {
  if (!isMac) return key;
  return { Ctrl: '⌘', Shift: '⇧', Del: '⌫' }[key] ?? key;
}
