import type { DesktopApi, DesktopState, ShortcutStatus } from '../../preload/contract/desktop.ts';
import type { Envelope } from '../../preload/contract/errors.ts';
import { follow } from './fake-library.ts';

type Answer = <T>(method: string, input: unknown, work: () => T) => Promise<Envelope<T>>;

/** The desktop as main tells it; tests decide what the system takes and when a press arrives. */
export class FakeDesktop {
  state: DesktopState = {
    shortcut: { accelerator: 'CommandOrControl+Shift+Space', state: 'not-confirmed', reason: null, isTesting: false },
    hasTray: true,
    startAtLogin: { isPossible: true, reason: null },
    quickAskCommand: 'oasst-desktop --quick-ask',
  };
  /** Why the system takes no other keys; null while it does. */
  refusal: string | null = null;
  isSuspended = false;
  readonly api: DesktopApi;
  readonly #listeners = new Set<(state: DesktopState) => void>();

  constructor(answer: Answer) {
    this.api = {
      state: () => answer('desktop.state', undefined, () => this.state),
      setShortcut: (input) => answer('desktop.setShortcut', input, () => this.#set(input.accelerator)),
      testShortcut: (input) =>
        answer('desktop.testShortcut', input, () => this.changeShortcut({ isTesting: input.isTesting })),
      suspendShortcut: (input) =>
        answer('desktop.suspendShortcut', input, () => {
          this.isSuspended = input.isSuspended;
          return null;
        }),
      onChanged: (listener) => follow(this.#listeners, listener),
    };
  }

  change(change: Partial<DesktopState>): void {
    this.state = { ...this.state, ...change };
    for (const listener of this.#listeners) listener(structuredClone(this.state));
  }

  changeShortcut(change: Partial<ShortcutStatus>): ShortcutStatus {
    this.change({ shortcut: { ...this.state.shortcut, ...change } });
    return this.state.shortcut;
  }

  /** The shortcut is pressed and arrives, which ends a test. */
  press(): void {
    this.changeShortcut({ state: 'confirmed', reason: null, isTesting: false });
  }

  #set(accelerator: string | null): ShortcutStatus {
    const isTesting = false;
    if (accelerator !== null && this.refusal !== null) {
      return { accelerator, state: 'refused', reason: this.refusal, isTesting };
    }
    const state = accelerator === null ? 'off' : 'not-confirmed';
    return this.changeShortcut({ accelerator, state, reason: null, isTesting });
  }
}
