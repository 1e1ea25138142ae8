import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { temporaryFolder } from './database.ts';

/** Mounting takes root on Linux. A test that needs a small disk is skipped elsewhere, and says so in its name. */
export const canMountSmallDisk = process.platform === 'linux' && process.getuid?.() === 0 && mountsHere();

/** A container may have no right to mount although its user is root. */
function mountsHere(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'oasst-mount-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', folder], { stdio: 'ignore' });
    execFileSync('umount', ['-l', folder], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true, force: true });
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
