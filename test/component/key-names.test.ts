import { expect, test } from 'vitest';
import { keyName, withKeys } from '../../renderer/lib/key-names.ts';

test('keys are called as they are on the keyboard in front of the reader', () => {
  expect(['Ctrl', 'Shift', 'Del', 'F2'].map((key) => keyName(key, true))).toEqual(['⌘', '⇧', '⌫', 'F2']);
  expect(keyName('Ctrl', false)).toBe('Ctrl');
  expect(withKeys('Undo', ['Ctrl', 'Z'], true)).toBe('Undo (⌘Z)');
  expect(withKeys('Undo', ['Ctrl', 'Z'], false)).toBe('Undo (Ctrl+Z)');
});
