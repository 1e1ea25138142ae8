import { execFileSync } from 'node:child_process';
import { platform } from 'node:os';

/** Real key presses on the X display that the tests run on: they go to whatever has the focus, as a person's would. */

/** Why keys cannot be pressed here; null where they can. */
export function xdotoolObstacle(): string | null {
  if (platform() !== 'linux' || (process.env['DISPLAY'] ?? '') === '') return 'there is no X display';
  try {
    execFileSync('xdotool', ['version'], { stdio: 'ignore' });
    return null;
  } catch {
    return 'xdotool is not installed';
  }
}

/** Presses one key with its modifiers, in xdotool's notation, such as `ctrl+shift+space`. */
export function pressKeys(keys: string): void {
  execFileSync('xdotool', ['key', '--clearmodifiers', keys]);
}

/** Types a text, key by key. */
export function typeText(text: string): void {
  execFileSync('xdotool', ['type', '--clearmodifiers', '--delay', '10', text]);
}
