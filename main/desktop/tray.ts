import { Menu, nativeImage, Tray, type MenuItemConstructorOptions, type NativeImage } from 'electron';
import { join } from 'node:path';
import { activityOf, trayMenu, trayTooltip, type Activity, type TrayAction, type TrayState } from './tray-menu.ts';

export interface TrayOptions {
  /** `resources/icons`. */
  iconFolder: string;
  act: (action: TrayAction) => void;
}

/** The icon in the desktop's tray and its menu. */
export function createTray({ iconFolder, act }: TrayOptions) {
  const icons = new Map<Activity, NativeImage>();
  let tray: Tray | null = null;
  let shown = '';

  const iconOf = (activity: Activity): NativeImage => {
    const isMac = process.platform === 'darwin';
    const known = icons.get(activity);
    if (known !== undefined) return known;
    const icon = nativeImage.createFromPath(join(iconFolder, `tray-${activity}${isMac ? '-mono' : ''}.png`));
    // macOS colours it like the rest of the menu bar.
    if (isMac) icon.setTemplateImage(true);
    icons.set(activity, icon);
    return icon;
  };

  const template = (state: TrayState): MenuItemConstructorOptions[] =>
    trayMenu(state).map((entry) => {
      if (entry === 'separator') return { type: 'separator' };
      const { label, action } = entry;
      if (action === null) return { label, enabled: false };
      return { label, click: () => act(action) };
    });

  const hide = (): void => {
    tray?.destroy();
    tray = null;
    shown = '';
  };

  return {
    /** Shows the icon, or brings it up to date. */
    show(state: TrayState): void {
      const wanted = JSON.stringify([activityOf(state), trayTooltip(state), trayMenu(state)]);
      if (wanted === shown) return;
      shown = wanted;
      const icon = iconOf(activityOf(state));
      if (tray === null) {
        tray = new Tray(icon);
        tray.on('click', () => {
          // Elsewhere a click opens the menu.
          if (process.platform === 'win32') act({ kind: 'open' });
        });
      } else {
        tray.setImage(icon);
      }
      tray.setToolTip(trayTooltip(state));
      // On Linux a menu that was handed over does not change any more.
      tray.setContextMenu(Menu.buildFromTemplate(template(state)));
    },
    hide,
  };
}
