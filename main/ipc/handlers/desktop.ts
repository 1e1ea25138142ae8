import type { Desktop } from '../../desktop/desktop.ts';
import type { Handlers, Sender } from '../router.ts';

type DesktopChannel = Extract<keyof Handlers<Sender>, `desktop:${string}`>;

/**
 * What the channels of the desktop area do.
 *
 * @param desktopSoon asking a desktop what it can do takes time, which nothing else waits for
 */
export function createDesktopHandlers<S extends Sender>(
  desktopSoon: Promise<Pick<Desktop, 'state' | 'shortcut'>>,
): Pick<Handlers<S>, DesktopChannel> {
  return {
    'desktop:state': async () => (await desktopSoon).state(),
    'desktop:set-shortcut': async ({ accelerator }) => (await desktopSoon).shortcut.change(accelerator),
    'desktop:test-shortcut': async ({ isTesting }) => (await desktopSoon).shortcut.test(isTesting),
    'desktop:suspend-shortcut': async ({ isSuspended }) => {
      (await desktopSoon).shortcut.suspend(isSuspended);
      return null;
    },
  };
}
