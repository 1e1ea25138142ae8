/** A rectangle in device-independent pixels. */
export interface Bounds {
  x: number;
  y: number;
  width: number;
  height: number;
}

export const smallestWindow = { width: 640, height: 480 };
const wantedWindow = { width: 1120, height: 800 };

/** Size of a first window: what is comfortable, or as much of the screen's free area as there is. */
export function firstWindowSize(workArea: Bounds): { width: number; height: number } {
  return {
    width: Math.max(smallestWindow.width, Math.min(wantedWindow.width, workArea.width)),
    height: Math.max(smallestWindow.height, Math.min(wantedWindow.height, workArea.height)),
  };
}

/** Size of what two rectangles share. */
function sharedArea(a: Bounds, b: Bounds): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return Math.max(0, width) * Math.max(0, height);
}

/** The place nearest to `start` where a length fits between `low` and `low + space`. */
function within(start: number, length: number, low: number, space: number): number {
  return Math.max(low, Math.min(start, low + space - length));
}

/**
 * Where a window comes back: as it was, but wholly on a screen that exists. One whose screen is gone comes back in the
 * middle of the first screen.
 *
 * @param workAreas the free areas of all screens, the primary one first
 */
export function restoredBounds(saved: Bounds, workAreas: readonly [Bounds, ...Bounds[]]): Bounds {
  const [primary] = workAreas;
  const home = workAreas.reduce((best, area) => (sharedArea(saved, area) > sharedArea(saved, best) ? area : best));
  const width = Math.max(smallestWindow.width, Math.min(saved.width, home.width));
  const height = Math.max(smallestWindow.height, Math.min(saved.height, home.height));
  if (sharedArea(saved, home) === 0) {
    return {
      x: primary.x + Math.max(0, Math.round((primary.width - width) / 2)),
      y: primary.y + Math.max(0, Math.round((primary.height - height) / 2)),
      width,
      height,
    };
  }
  return {
    x: within(saved.x, width, home.x, home.width),
    y: within(saved.y, height, home.y, home.height),
    width,
    height,
  };
}
