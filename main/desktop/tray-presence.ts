import { createEmitter } from '../services/emitter.ts';
import type { SessionBus } from './session-bus.ts';

export interface TrayPresenceOptions {
  platform: NodeJS.Platform;
  bus: Pick<SessionBus, 'isOwned'>;
}

const watcherName = 'org.kde.StatusNotifierWatcher';

/**
 * Whether the desktop shows tray icons. macOS and Windows do; on Linux it takes a program that watches for them, which
 * many desktops lack and others start late.
 */
export function createTrayPresence({ platform, bus }: TrayPresenceOptions) {
  const changed = createEmitter<boolean>();
  let isThere = platform !== 'linux';
  return {
    /** What the last look found. */
    isThere: (): boolean => isThere,
    onChanged: changed.on,
    /** Looks again. */
    async look(): Promise<boolean> {
      if (platform !== 'linux') return isThere;
      const found = await bus.isOwned(watcherName);
      if (found !== isThere) {
        isThere = found;
        changed.emit(found);
      }
      return found;
    },
  };
}
