import { z } from 'zod';
import type { Envelope } from './errors.ts';

/**
 * What is known of the global shortcut. That the system took it proves nothing: on some desktops it never fires. So it
 * counts as confirmed only after a press of it has arrived.
 */
export interface ShortcutStatus {
  /** In Electron's notation, such as `CommandOrControl+Shift+Space`; null when the owner switched it off. */
  accelerator: string | null;
  state: 'confirmed' | 'not-confirmed' | 'refused' | 'cannot-work' | 'off';
  /** Why it was refused or cannot work here, in a sentence; null otherwise. */
  reason: string | null;
  /** True while the next press is only to be confirmed and opens nothing. */
  isTesting: boolean;
}

export interface DesktopState {
  shortcut: ShortcutStatus;
  /** Whether the desktop shows tray icons; without, the app never hides its last window there. */
  hasTray: boolean;
  /** Whether the app can be started with the session here, and why not. */
  startAtLogin: { isPossible: boolean; reason: string | null };
  /** A command for the desktop's own shortcut settings: it works wherever the shortcut of the app does not. */
  quickAskCommand: string;
}

/** Modifiers and one key in Electron's notation; whether the system takes it, it says itself. */
const acceleratorSchema = z
  .string()
  .max(60)
  .regex(
    /^(?:(?:CommandOrControl|Command|Control|Alt|Option|AltGr|Shift|Super|Meta)\+)+[\w]+$|^F(?:[1-9]|1\d|2[0-4])$/,
  );

export const desktopInputs = {
  'desktop:state': z.undefined(),
  'desktop:set-shortcut': z.strictObject({ accelerator: acceleratorSchema.nullable() }),
  'desktop:test-shortcut': z.strictObject({ isTesting: z.boolean() }),
  'desktop:suspend-shortcut': z.strictObject({ isSuspended: z.boolean() }),
};

export interface DesktopApi {
  state(): Promise<Envelope<DesktopState>>;
  /** Registers another shortcut at once and remembers it when the system takes it; a refused one is said, not stored. */
  setShortcut(input: { accelerator: string | null }): Promise<Envelope<ShortcutStatus>>;
  /** Starts or ends the self-test: while it runs, a press opens nothing, confirms the shortcut and ends the test. */
  testShortcut(input: { isTesting: boolean }): Promise<Envelope<ShortcutStatus>>;
  /** Lets go of the shortcut while the owner presses the keys of a new one. */
  suspendShortcut(input: { isSuspended: boolean }): Promise<Envelope<null>>;
  onChanged(listener: (state: DesktopState) => void): () => void;
}
