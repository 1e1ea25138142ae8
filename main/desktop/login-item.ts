import { app } from 'electron';
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { DesktopState } from '../../preload/contract/desktop.ts';
import type { Settings } from '../../preload/contract/settings.ts';
import { createEmitter } from '../services/emitter.ts';
import type { SettingsService } from '../services/settings.ts';
import { autostartFile, autostartPath } from './autostart-file.ts';

type Possibility = DesktopState['startAtLogin'];

export interface LoginItemOptions {
  settings: SettingsService;
  platform: NodeJS.Platform;
  env: NodeJS.ProcessEnv;
  isPackaged: boolean;
  /** The words that start the app, the program first. */
  command: readonly string[];
}

const possible: Possibility = { isPossible: true, reason: null };

function possibilityOf({ platform, env, isPackaged }: LoginItemOptions): Possibility {
  if (env['FLATPAK_ID'] !== undefined || env['SNAP'] !== undefined) {
    return {
      isPossible: false,
      reason: 'This package may not start itself. The settings of the desktop can start it.',
    };
  }
  if (platform !== 'linux' && !isPackaged) {
    return { isPossible: false, reason: 'Only the installed app can be started with the session.' };
  }
  return possible;
}

/** Starts the app with the session, as the settings say: at once when they change, and anew when the app has moved. */
export function createLoginItem(options: LoginItemOptions) {
  const { settings, platform, env, command } = options;
  const changed = createEmitter<Possibility>();
  const path = autostartPath(env);
  let possibility = possibilityOf(options);

  const isOn = (): boolean => (platform === 'linux' ? existsSync(path) : app.getLoginItemSettings().openAtLogin);

  const apply = async ({ startAtLogin, startMinimized }: Settings): Promise<void> => {
    const [program = process.execPath, ...rest] = command;
    const args = startMinimized ? [...rest, '--hidden'] : rest;
    if (platform !== 'linux') {
      app.setLoginItemSettings({ openAtLogin: startAtLogin, path: program, args });
    } else if (startAtLogin) {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, autostartFile([program, ...args]));
    } else {
      await rm(path, { force: true });
    }
  };

  const follow = async (now: Settings): Promise<void> => {
    const before = possibility;
    try {
      await apply(now);
      possibility = possible;
    } catch (error) {
      const cause = error instanceof Error ? error.message : String(error);
      possibility = { isPossible: false, reason: `The system did not take it: ${cause}` };
    }
    if (possibility.reason !== before.reason) changed.emit(possibility);
  };

  return {
    possibility: (): Possibility => possibility,
    onChanged: changed.on,
    /** Brings the system in step with the settings, from now on. What the owner removed there by hand stays removed. */
    async start(): Promise<void> {
      if (!possibility.isPossible) return;
      if (settings.get().startAtLogin) {
        if (isOn()) await follow(settings.get());
        else await settings.change({ startAtLogin: false });
      }
      settings.onChanged((now, before) => {
        if (now.startAtLogin !== before.startAtLogin || now.startMinimized !== before.startMinimized) void follow(now);
      });
    },
  };
}
