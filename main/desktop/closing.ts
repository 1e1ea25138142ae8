/** What closing the main window does. */
export type Closing = 'close' | 'hide' | 'quit' | 'ask';

export interface ClosingFacts {
  platform: NodeJS.Platform;
  hasTray: boolean;
  /** What the owner chose; null before. */
  closeToTray: boolean | null;
}

/**
 * Decides what closing the main window does. Where no tray icon would be left to bring the app back, it quits; on macOS
 * the dock keeps it.
 */
export function closingOf({ platform, hasTray, closeToTray }: ClosingFacts): Closing {
  if (platform === 'darwin') return 'close';
  if (!hasTray || closeToTray === false) return 'quit';
  return closeToTray === null ? 'ask' : 'hide';
}
