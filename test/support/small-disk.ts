import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { temporaryFolder } from './database.ts';

/** Mounting takes root on Linux. A test that needs a small disk is skipped elsewhere, and says so in its name. */
export const canMountSmallDisk = process.platform === 'linux' && process.getuid?.() === 0 && mountsHere();

/** A container may have no right to mount although its user is root. */
function mountsHere(): boolean {
  try {
    execFileSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** A disk of six megabytes that can be filled up and cleared; it goes when the test ends. */
export function mountSmallDisk(): { folder: string; fillUp: () => void; makeRoom: () => void } {
  const folder = temporaryFolder();
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=6m', 'tmpfs', folder]);
  onTestFinished(() => void execFileSync('umount', ['-l', folder]));
  const filler = join(folder, 'filler');
  return {
    folder,
    fillUp() {
      for (let bytes = 16 * 1024 * 1024; bytes >= 1024; bytes /= 2) {
        try {
          writeFileSync(filler, Buffer.alloc(bytes), { flag: 'a' });
        } catch {
          // Half of it may fit.
        }
      }
    },
    makeRoom: () => rmSync(filler),
  };
}
