import { sep } from 'node:path';
import type { UpdateWay } from '../../preload/contract/updates.ts';

/** Where packages of Linux systems put whole apps, and nobody else does. */
const packagesFolder = '/opt/';

export interface UpdateFacts {
  isPackaged: boolean;
  platform: NodeJS.Platform;
  env: NodeJS.ProcessEnv;
  executable: string;
}

/** How this copy of the app is brought up to date. What belongs to the system's package manager is left to it. */
export function updateWay({ isPackaged, platform, env, executable }: UpdateFacts): UpdateWay {
  if (!isPackaged) return 'sources';
  if (platform !== 'linux') return 'self';
  // Programs that an AppImage starts inherit its variables: only what runs from inside it is it. The updater replaces
  // the file that they name.
  const { APPDIR: mount = '', APPIMAGE: file = '' } = env;
  if (file !== '' && mount !== '' && executable.startsWith(mount + sep)) return 'self';
  return executable.startsWith(packagesFolder) ? 'package' : 'folder';
}
