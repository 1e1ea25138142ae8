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
