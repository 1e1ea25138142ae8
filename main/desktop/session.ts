import type { SessionBus } from './session-bus.ts';

/** The desktop that the app runs on, as far as its manners depend on it. */
export interface DesktopSession {
  platform: NodeJS.Platform;
  env: NodeJS.ProcessEnv;
  /** `process.versions.electron`. */
  electronVersion: string;
}

/** First version that asks Wayland desktops for global shortcuts. */
const firstElectronWithPortal = 35;

function electronMajor({ electronVersion }: DesktopSession): number {
  return Number.parseInt(electronVersion, 10);
}

/** Whether a Wayland compositor owns the screen: programs on XWayland count too, for they hear no keys of others. */
export function isWayland({ platform, env }: Pick<DesktopSession, 'platform' | 'env'>): boolean {
  if (platform !== 'linux') return false;
  return env['XDG_SESSION_TYPE'] === 'wayland' || (env['WAYLAND_DISPLAY'] ?? '') !== '';
}

/**
 * Names what a confirmation of the global shortcut is good for: on another desktop, or with another Electron, it proves
 * nothing.
 */
export function desktopKey(session: DesktopSession): string {
  const { platform, env } = session;
  const parts = platform === 'linux' ? [isWayland(session) ? 'wayland' : 'x11', env['XDG_CURRENT_DESKTOP'] ?? ''] : [];
  return [platform, ...parts, `electron-${electronMajor(session)}`].filter((part) => part !== '').join(' ');
}

/**
 * The value of Chromium's `--enable-features` with the portal for shortcuts in it. Only the last such switch counts, so
 * what was there stays.
 */
export function withShortcutPortal(features: string): string {
  return [...new Set([...features.split(',').filter((name) => name !== ''), 'GlobalShortcutsPortal'])].join(',');
}

const wayOut = 'Give the command for the quick window to the desktop’s own keyboard settings: it works there.';

/** Why no global shortcut of the app can work on this desktop, in words; null when it may. */
export async function shortcutObstacle(session: DesktopSession, bus: SessionBus): Promise<string | null> {
  if (!isWayland(session)) return null;
  if (electronMajor(session) < firstElectronWithPortal) {
    return `Electron ${electronMajor(session)}, with which the app runs here, hears no global shortcuts on Wayland. ${wayOut}`;
  }
  const portalVersion = await bus.property(
    'org.freedesktop.portal.Desktop',
    '/org/freedesktop/portal/desktop',
    'org.freedesktop.portal.GlobalShortcuts',
    'version',
  );
  return portalVersion === null ? `This desktop gives programs no global shortcuts. ${wayOut}` : null;
}
