/** What of Chromium's facts about a right click the menu depends on. */
export interface ClickedThing {
  isEditable: boolean;
  selectionText: string;
  linkURL: string;
  misspelledWord: string;
  dictionarySuggestions: readonly string[];
  editFlags: {
    canUndo: boolean;
    canRedo: boolean;
    canCut: boolean;
    canCopy: boolean;
    canPaste: boolean;
    canSelectAll: boolean;
  };
}

/** A line of the menu for what was clicked. */
export type ContextEntry =
  | { kind: 'separator' }
  | { kind: 'role'; role: 'undo' | 'redo' | 'cut' | 'copy' | 'paste' | 'selectAll'; isEnabled: boolean }
  | { kind: 'suggestion'; word: string }
  | { kind: 'no-suggestion' }
  | { kind: 'add-to-dictionary'; word: string }
  | { kind: 'copy-link'; address: string };

const separator: ContextEntry = { kind: 'separator' };

function spelling({ misspelledWord, dictionarySuggestions }: ClickedThing): ContextEntry[] {
  if (misspelledWord === '') return [];
  const words = dictionarySuggestions.map((word): ContextEntry => ({ kind: 'suggestion', word }));
  return [
    ...(words.length > 0 ? words : [{ kind: 'no-suggestion' } as const]),
    { kind: 'add-to-dictionary', word: misspelledWord },
    separator,
  ];
}

/** The lines of the menu; none where there is nothing to do. */
export function contextEntries(thing: ClickedThing): ContextEntry[] {
  const { isEditable, selectionText, linkURL, editFlags: can } = thing;
  const link: ContextEntry[] = linkURL === '' ? [] : [{ kind: 'copy-link', address: linkURL }];
  if (isEditable) {
    return [
      ...spelling(thing),
      { kind: 'role', role: 'undo', isEnabled: can.canUndo },
      { kind: 'role', role: 'redo', isEnabled: can.canRedo },
      separator,
      { kind: 'role', role: 'cut', isEnabled: can.canCut },
      { kind: 'role', role: 'copy', isEnabled: can.canCopy },
      { kind: 'role', role: 'paste', isEnabled: can.canPaste },
      separator,
      { kind: 'role', role: 'selectAll', isEnabled: can.canSelectAll },
    ];
  }
  if (selectionText.trim() === '') return link;
  return [{ kind: 'role', role: 'copy', isEnabled: can.canCopy }, ...link];
}
