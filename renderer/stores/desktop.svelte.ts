import type { AssistantApi } from '../../preload/contract/api.ts';
import type { DesktopState, ShortcutStatus } from '../../preload/contract/desktop.ts';
import { toAppError, unwrap } from '../lib/api.ts';
import type { NoticesStore } from './notices.svelte.ts';

/** How long the self-test waits for a press: long enough to read what to press and to press it. */
export const testTimeMs = 20_000;

/** What the desktop lets the app do: its global shortcut, the tray, starting with the session. */
export class DesktopStore {
  state = $state.raw<DesktopState | null>(null);
  /** Why nothing is known of the desktop; null while something is. */
  failure = $state<string | null>(null);
  /** The self-test of the shortcut, or what came of the last one. */
  test = $state<'none' | 'waiting' | 'arrived' | 'silent'>('none');
  readonly #api: AssistantApi;
  readonly #notices: NoticesStore;
  #wasConfirmed = false;
  #testTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(api: AssistantApi, notices: NoticesStore) {
    this.#api = api;
    this.#notices = notices;
  }

  /** Reads the state and follows it; gives the function that stops following. */
  start(): () => void {
    const stop = this.#api.desktop.onChanged((state) => {
      this.#take(state);
    });
    void this.refresh();
    return () => {
      clearTimeout(this.#testTimer);
      stop();
    };
  }

  async refresh(): Promise<void> {
    try {
      this.#take(await unwrap(this.#api.desktop.state()));
      this.failure = null;
    } catch (failure) {
      this.failure = toAppError(failure).message;
    }
  }

  /** Asks the system for another shortcut. Gives what it said, or null when it could not be asked. */
  async setShortcut(accelerator: string | null): Promise<ShortcutStatus | null> {
    this.test = 'none';
    try {
      const status = await unwrap(this.#api.desktop.setShortcut({ accelerator }));
      // A refused one is only said: the one before is still the one at work.
      await this.refresh();
      return status;
    } catch (failure) {
      this.#notices.fail(failure);
      return null;
    }
  }

  /** Lets go of the shortcut while the keys of a new one are pressed, and takes it again. */
  async suspendShortcut(isSuspended: boolean): Promise<void> {
    try {
      await unwrap(this.#api.desktop.suspendShortcut({ isSuspended }));
    } catch (failure) {
      this.#notices.fail(failure);
    }
  }

  /** Waits for a press of the shortcut, which opens nothing meanwhile. */
  async startTest(): Promise<void> {
    this.#wasConfirmed = this.state?.shortcut.state === 'confirmed';
    if (!(await this.#setTesting(true))) return;
    this.test = 'waiting';
    clearTimeout(this.#testTimer);
    this.#testTimer = setTimeout(() => {
      void this.endTest('silent');
    }, testTimeMs);
  }

  /** Ends the self-test, if one is going on. */
  async endTest(result: 'none' | 'silent' = 'none'): Promise<void> {
    if (this.test !== 'waiting') return;
    clearTimeout(this.#testTimer);
    this.test = result;
    await this.#setTesting(false);
  }

  async #setTesting(isTesting: boolean): Promise<boolean> {
    try {
      const shortcut = await unwrap(this.#api.desktop.testShortcut({ isTesting }));
      if (this.state !== null) this.state = { ...this.state, shortcut };
      return true;
    } catch (failure) {
      this.#notices.fail(failure);
      return false;
    }
  }

  /** A press that arrives ends the test, or confirms what was not confirmed before. */
  #take(state: DesktopState): void {
    this.state = state;
    if (this.test !== 'waiting') return;
    const { isTesting, state: shortcutState } = state.shortcut;
    if (isTesting && (shortcutState !== 'confirmed' || this.#wasConfirmed)) return;
    clearTimeout(this.#testTimer);
    this.test = 'arrived';
    if (isTesting) void this.#setTesting(false);
  }
}
