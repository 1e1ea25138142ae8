import type { ShortcutStatus } from '../../preload/contract/desktop.ts';

/** The state of the global shortcut in a few words. */
export const shortcutStateWords: Record<ShortcutStatus['state'], string> = {
  confirmed: 'Confirmed',
  'not-confirmed': 'Not confirmed yet',
  refused: 'Refused',
  'cannot-work': 'Cannot work here',
  off: 'Off',
};

/** What that state means, in a sentence or two. */
export function shortcutSentence({ state, reason }: ShortcutStatus): string {
  switch (state) {
    case 'confirmed':
      return 'A press of these keys has arrived on this desktop.';
    case 'not-confirmed':
      return 'The system took these keys, but no press of them has arrived so far. Try them to be sure.';
    case 'refused':
      return reason ?? 'The system did not take these keys. Choose others.';
    case 'cannot-work':
      return reason ?? 'This desktop does not pass such keys on. Use the command below.';
    case 'off':
      return 'The quick window opens from the tray, from this window and by the command below.';
  }
}
