/** The facts of a key press that make a shortcut. */
export interface ShortcutPress {
  readonly key: string;
  /** The place on the keyboard, such as `KeyK`: it stays when a modifier or another alphabet changes the character. */
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
  readonly metaKey: boolean;
}

/** What a press amounts to: a shortcut, or why it is none (yet). */
export type PressedShortcut =
  | { accelerator: string; reason: null }
  | { accelerator: null; reason: 'incomplete' | 'needs-modifier' | 'unknown-key' };

const modifierKeys = new Set(['Control', 'Alt', 'AltGraph', 'Shift', 'Meta', 'OS', 'Super', 'Hyper', 'Fn']);

/** Keys with a name of their own in Electron's notation, by `code`. */
const namedKeys: Readonly<Record<string, string>> = {
  Space: 'Space',
  Tab: 'Tab',
  Enter: 'Return',
  Backspace: 'Backspace',
  Delete: 'Delete',
  Insert: 'Insert',
  Home: 'Home',
  End: 'End',
  PageUp: 'PageUp',
  PageDown: 'PageDown',
  ArrowUp: 'Up',
  ArrowDown: 'Down',
  ArrowLeft: 'Left',
  ArrowRight: 'Right',
};

/** The modifiers of a press in Electron's notation, in the order in which they are written. */
export function modifiersOf(press: ShortcutPress, isMac: boolean): string[] {
  const held: [boolean, string][] = [
    [isMac ? press.metaKey : press.ctrlKey, 'CommandOrControl'],
    [isMac ? press.ctrlKey : press.metaKey, isMac ? 'Control' : 'Super'],
    [press.altKey, 'Alt'],
    [press.shiftKey, 'Shift'],
  ];
  return held.filter(([isHeld]) => isHeld).map(([, name]) => name);
}

/** Reads a press as a global shortcut. One that would take a key away from typing is none. */
export function readShortcut(press: ShortcutPress, isMac: boolean): PressedShortcut {
  if (modifierKeys.has(press.key)) return { accelerator: null, reason: 'incomplete' };
  const key = keyName(press);
  if (key === null) return { accelerator: null, reason: 'unknown-key' };
  const modifiers = modifiersOf(press, isMac);
  const isFunctionKey = /^F\d+$/.test(key);
  if (!isFunctionKey && modifiers.every((name) => name === 'Shift')) {
    return { accelerator: null, reason: 'needs-modifier' };
  }
  return { accelerator: [...modifiers, key].join('+'), reason: null };
}

/** The key itself: by its character where that is a Latin letter, so that it is the key with that letter on it. */
function keyName({ key, code }: ShortcutPress): string | null {
  if (/^[a-z]$/i.test(key)) return key.toUpperCase();
  const letterOrDigit = /^(?:Key([A-Z])|Digit(\d))$/.exec(code);
  if (letterOrDigit !== null) return letterOrDigit[1] ?? letterOrDigit[2] ?? null;
  if (/^F(?:[1-9]|1\d|2[0-4])$/.test(key)) return key;
  return namedKeys[code] ?? null;
}

const shownOnMac: Readonly<Record<string, string>> = {
  CommandOrControl: '⌘',
  Command: '⌘',
  Meta: '⌘',
  Super: '⌘',
  Control: '⌃',
  Alt: '⌥',
  Option: '⌥',
  Shift: '⇧',
  Return: 'Enter',
};

const shownElsewhere: Readonly<Record<string, string>> = {
  CommandOrControl: 'Ctrl',
  Control: 'Ctrl',
  Meta: 'Super',
  Return: 'Enter',
  Up: '↑',
  Down: '↓',
  Left: '←',
  Right: '→',
};

/** The keys of an accelerator as they are written on keyboards, modifiers first. */
export function keysOf(accelerator: string, isMac: boolean): string[] {
  const shown = isMac ? { ...shownElsewhere, ...shownOnMac } : shownElsewhere;
  return accelerator.split('+').map((part) => shown[part] ?? part);
}
