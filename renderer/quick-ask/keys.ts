import { keysOf } from '../lib/accelerator.ts';
import { isMac } from '../lib/platform.ts';
import type { QuickAskAction } from './actions.ts';

/** With Ctrl, or Cmd on a Mac; the same keys as in the main window where it has the action too. */
const withCtrl: Record<string, QuickAskAction> = {
  n: 'startAnew',
  o: 'continueInMain',
  p: 'togglePin',
  r: 'retry',
  '.': 'stop',
};
const withCtrlAndShift: Record<string, QuickAskAction> = { c: 'copyAnswer', enter: 'continueAnswer' };

/** What a key press in the quick window does; null for what the page does with it by itself. */
export function actionOf(event: KeyboardEvent): QuickAskAction | null {
  if (event.defaultPrevented || event.isComposing || event.altKey) return null;
  if (event.key === 'Escape') return 'hide';
  if (!event.ctrlKey && !event.metaKey) return null;
  return (event.shiftKey ? withCtrlAndShift : withCtrl)[event.key.toLowerCase()] ?? null;
}

/** How a key with Ctrl is written on this computer. */
export function ctrl(key: string): string {
  return keysOf(`CommandOrControl+${key}`, isMac).join(isMac ? '' : '+');
}
