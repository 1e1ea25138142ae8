import type { ShortcutStatus } from '../../preload/contract/desktop.ts';
import { createEmitter } from '../services/emitter.ts';
import type { SettingsService } from '../services/settings.ts';

/** What is needed of Electron's `globalShortcut`. */
export interface ShortcutRegistrar {
  register(accelerator: string, pressed: () => void): boolean;
  unregister(accelerator: string): void;
}

export interface GlobalShortcutOptions {
  registrar: ShortcutRegistrar;
  settings: Pick<SettingsService, 'get' | 'change'>;
  /** Names the desktop that a confirmation holds for. */
  desktop: string;
  /** Why no shortcut can work here, in words; null when it may. */
  obstacle: string | null;
  onPressed: () => void;
}

const takenReason =
  'Another program, or the desktop itself, uses these keys. Choose others, or free them there and try again.';
const unknownReason = 'The system does not know these keys. Choose others.';

/**
 * The shortcut that opens the quick window from anywhere. That the system took it proves nothing, so it counts as
 * confirmed only once a press of it has arrived, with this accelerator on this kind of desktop.
 */
export function createGlobalShortcut({ registrar, settings, desktop, obstacle, onPressed }: GlobalShortcutOptions) {
  const changed = createEmitter<ShortcutStatus>();
  let accelerator = settings.get().quickAskShortcut;
  let refusal: string | null = null;
  let isTesting = false;
  let isSuspended = false;

  const isConfirmed = (): boolean => {
    const { confirmedShortcut } = settings.get();
    if (confirmedShortcut === null) return false;
    return confirmedShortcut.accelerator === accelerator && confirmedShortcut.desktop === desktop;
  };

  const status = (): ShortcutStatus => {
    const told = { accelerator, isTesting };
    if (accelerator === null) return { ...told, state: 'off', reason: null };
    if (refusal !== null) return { ...told, state: 'refused', reason: refusal };
    // A press that arrived is worth more than what is known of desktops.
    if (isConfirmed()) return { ...told, state: 'confirmed', reason: null };
    return { ...told, state: obstacle === null ? 'not-confirmed' : 'cannot-work', reason: obstacle };
  };

  const tell = (): ShortcutStatus => {
    const now = status();
    changed.emit(now);
    return now;
  };

  const pressed = async (): Promise<void> => {
    // A press ends the test, also of a shortcut that was confirmed before.
    const wasTest = isTesting;
    isTesting = false;
    if (!wasTest) onPressed();
    const news = isConfirmed() ? null : accelerator;
    if (news !== null) await settings.change({ confirmedShortcut: { accelerator: news, desktop } });
    if (wasTest || news !== null) tell();
  };

  /** @returns why the system refused, or null when it did not */
  const register = (wanted: string): string | null => {
    try {
      return registrar.register(wanted, () => void pressed()) ? null : takenReason;
    } catch {
      return unknownReason;
    }
  };

  const letGo = (): void => {
    if (accelerator !== null && refusal === null && !isSuspended) registrar.unregister(accelerator);
  };

  return {
    status,
    onChanged: changed.on,
    /** Registers what the settings say. */
    start(): ShortcutStatus {
      refusal = accelerator === null ? null : register(accelerator);
      return tell();
    },
    /**
     * Registers another shortcut and remembers it; null switches it off. A refused one changes nothing: the one before
     * keeps working.
     *
     * @returns the state of the shortcut that was asked for
     */
    async change(wanted: string | null): Promise<ShortcutStatus> {
      this.suspend(false);
      if (wanted !== null && (wanted !== accelerator || refusal !== null)) {
        const reason = register(wanted);
        if (reason !== null) return { accelerator: wanted, state: 'refused', reason, isTesting };
      }
      if (wanted !== accelerator) letGo();
      accelerator = wanted;
      refusal = null;
      await settings.change({ quickAskShortcut: wanted });
      return tell();
    },
    /** While testing, the next press confirms and opens nothing. */
    test(on: boolean): ShortcutStatus {
      isTesting = on;
      return tell();
    },
    /** Lets go of the keys while the owner presses new ones, and takes them again. */
    suspend(on: boolean): void {
      if (on === isSuspended) return;
      if (on) {
        letGo();
        isSuspended = true;
        return;
      }
      isSuspended = false;
      this.start();
    },
  };
}
