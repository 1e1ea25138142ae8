import { isMac } from './platform.ts';

const namesOnMac: Readonly<Record<string, string>> = { Ctrl: '⌘', Shift: '⇧', Alt: '⌥', Del: '⌫', Backspace: '⌫' };

/** How a key of a keyboard for Linux and Windows is called on the keyboard in front of the reader. */
export function keyName(key: string, onMac = isMac): string {
  return onMac ? (namesOnMac[key] ?? key) : key;
}

/** A label with the keys that do the same: "Undo (Ctrl+Z)", on a Mac "Undo (⌘Z)". */
export function withKeys(label: string, keys: readonly string[], onMac = isMac): string {
  return `${label} (${keys.map((key) => keyName(key, onMac)).join(onMac ? '' : '+')})`;
}
